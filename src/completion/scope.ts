/** One line or many, and where a block ends: told by the grammar, or else from indentation and brackets, in any language. */
import { isCloser } from './brackets.ts';
import type { Surroundings } from './prompt.ts';
import type { CompletionRequest } from './request.ts';
import type { Begun } from './syntax/begun.ts';
import type { CodePlace } from './syntax/codePlace.ts';
import { columns, isBlank, isClosersOnly, lineAfter, lineBefore } from './text.ts';

export type Scope =
  | {
      lines: 'one';
      /** The line is not complete before the cursor, so a newline at once would say nothing. */
      newlineEnds: boolean;
    }
  | {
      lines: 'many';
      /** Columns of the line that opened the block, or of the current line where none did. */
      floor: number;
      /** True: a block is begun and its lines are deeper than `floor`. False: lines at `floor` go on. */
      block: boolean;
      /** The line below already closes the block. */
      closed: boolean;
    };

/** Ends of a line that, with the cursor on the empty line below, begin a block. */
const OPENS_BELOW = /(?:[{([:]|=>|\b(?:then|do|else|begin))$/;

/** Ends of a line that begin a block at the cursor itself: a body, not an object, an import or a template. */
const OPENS_HERE =
  /(?:[)>\w\]]\s*\{|(?:[(,=]|\bmove)\s*\|[^|]*\|\s*\{|^\s*(?:def|class|if|elif|else|for|while|try|except|finally|with)\b.*:)$/;
const NO_BODY = /(?:\b(?:import|export|const|let|var|type|return|from|default|case)|\$)\s*\{$/;

/** A line that is blank or ends like this may be followed by the next one. */
const MAY_BE_COMPLETE = /(?:^|[;,:{})\]>'"`])\s*$/;

/**
 * Decides how much to complete. Inside a line: that line. At the start of an empty block, and right after an
 * acceptance: a block. Everywhere else: one line.
 * @param code the place as its grammar reads it, where one is loaded.
 */
export function scopeOf({ prefix, suffix }: Surroundings, request: CompletionRequest, code?: CodePlace): Scope {
  const width = request.indentation?.width ?? 4;
  const before = lineBefore(prefix);
  const rest = lineAfter(suffix);
  const wanted = request.lines ?? 'auto';
  const midLine = !isClosersOnly(rest);
  if (wanted === 'one' || midLine) return oneLine(before, rest);

  const read = code?.begun(width);
  const begun = read === undefined ? begunByLook({ prefix, suffix }, before, width) : read;
  if (begun !== null) {
    const { floor, closed } = begun;
    if (begun.empty || wanted === 'many') return { lines: 'many', floor, block: true, closed };
  } else if (wanted === 'many' || request.afterAccept === true) {
    return { lines: 'many', floor: columns(before, width), block: false, closed: false };
  }
  return oneLine(before, rest);
}

/** The block that is begun at the cursor, told from how the lines around it look; null where none is. */
function begunByLook({ prefix, suffix }: Surroundings, before: string, width: number): Begun | null {
  const opener = openerOf(prefix, before);
  if (opener === undefined) return null;
  const floor = columns(opener, width);
  const below = nextLine(suffix);
  const belowColumns = below === undefined ? -1 : columns(below, width);
  const closed = isBlank(lineAfter(suffix)) && belowColumns === floor && isCloser(below?.trimStart()[0]);
  return { floor, empty: belowColumns <= floor, closed };
}

function oneLine(before: string, rest: string): Scope {
  return { lines: 'one', newlineEnds: !isBlank(rest) || !MAY_BE_COMPLETE.test(before) };
}

/** The line that opens a block at the cursor, if one does. */
function openerOf(prefix: string, before: string): string | undefined {
  if (!isBlank(before)) {
    const line = before.trimEnd();
    return OPENS_HERE.test(line) && !NO_BODY.test(line) ? line : undefined;
  }
  const above = lastFilledLine(prefix.slice(0, prefix.length - before.length));
  return above !== undefined && OPENS_BELOW.test(above) ? above : undefined;
}

/** The last line of `text` that is not blank, without space at its end. */
function lastFilledLine(text: string): string | undefined {
  const trimmed = text.trimEnd();
  return trimmed === '' ? undefined : lineBefore(trimmed);
}

/** The first line below the cursor's that is not blank. */
function nextLine(suffix: string): string | undefined {
  return suffix
    .split('\n')
    .slice(1)
    .find((line) => !isBlank(line));
}
