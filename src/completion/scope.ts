/** One line or many, and where a block ends: told by the grammar, or else from indentation and brackets, in any language. */
import { type BlockWords, blockWordsOf } from './blockWords.ts';
import { isCloser, scanBrackets } from './brackets.ts';
import { kindOf } from './marks.ts';
import type { Surroundings } from './prompt.ts';
import type { CompletionRequest } from './request.ts';
import type { Begun } from './syntax/begun.ts';
import type { CodePlace } from './syntax/codePlace.ts';
import { columns, isBlank, isClosersOnly, isInFence, lineAfter, lineBefore } from './text.ts';

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
      /** What ends the block, but for brackets; absent where nothing else does. */
      words?: BlockWords;
    };

/** Ends of a line that, with the cursor on the empty line below, begin a block. */
const OPENS_BELOW = /(?:[{([:]|=>|\b(?:then|do|else|begin))$/;

/** Ends of a line that begin a block at the cursor itself: a body, not an object, an import or a template. */
const OPENS_HERE =
  /(?:[)>\w\]]\s*\{|(?:[(,=]|\bmove)\s*\|[^|]*\|\s*\{|^\s*(?:def|class|if|elif|else|for|while|try|except|finally|with)\b.*:)$/;
const NO_BODY = /(?:\b(?:import|export|const|let|var|type|return|from|default|case)|\$)\s*\{$/;

/** Text that is read, where a line that ends with a colon begins no block. */
const PROSE = /^(?:markdown|mdx?|plaintext|te?xt|restructuredtext|rst|asciidoc|adoc|org)$/;

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
  const midLine = !isClosersOnly(rest) && !isInBody(before, rest);
  if (wanted === 'one' || midLine) return oneLine(before, rest);

  const read = code?.begun(width);
  const words = code === undefined ? blockWordsOf(request) : undefined;
  const isProse = PROSE.test(kindOf(request)) && !isInFence(prefix);
  const looked = isProse ? null : begunByLook({ prefix, suffix }, before, width, words);
  const begun = read === undefined ? looked : read;
  if (begun !== null) {
    const { floor, closed } = begun;
    const block = { lines: 'many', floor, block: true, closed, ...(words && { words }) } as const;
    if (begun.empty || wanted === 'many') return block;
  } else if (wanted === 'many' || request.afterAccept === true) {
    return { lines: 'many', floor: columns(before, width), block: false, closed: false };
  }
  return oneLine(before, rest);
}

/** Ends of a line that begin a body, where a value of a text or an element would end otherwise. */
const BODY_HERE = /(?:\)|=>|\|)\s*\{$/;

/** Between the braces of a body that was just begun, whatever comes behind them: `useEffect(() => {|}, []);`. */
export const isInBody = (before: string, rest: string): boolean =>
  rest.startsWith('}') && BODY_HERE.test(before) && scanBrackets(before).string === undefined && opensBody(before);

function opensBody(before: string): boolean {
  const line = before.trimEnd();
  return OPENS_HERE.test(line) && !NO_BODY.test(line);
}

/** The block that is begun at the cursor, told from how the lines around it look; null where none is. */
function begunByLook(
  { prefix, suffix }: Surroundings,
  before: string,
  width: number,
  words: BlockWords | undefined,
): Begun | null {
  const opener = openerOf(prefix, before);
  if (opener === undefined) return null;
  const floor = columns(opener, width);
  const below = nextLine(suffix);
  const belowColumns = below === undefined ? -1 : columns(below, width);
  const end = below?.trimStart() ?? '';
  const ends = isCloser(end[0]) || (words?.ends.test(end) ?? false) || (words?.goesOn.test(end) ?? false);
  const closed = isBlank(lineAfter(suffix)) && belowColumns === floor && ends;
  // What closes it at the cursor tells that it is.
  return { floor, empty: belowColumns <= floor || isInBody(before, lineAfter(suffix)), closed };
}

function oneLine(before: string, rest: string): Scope {
  return { lines: 'one', newlineEnds: !isBlank(rest) || !MAY_BE_COMPLETE.test(before) };
}

/** The line that opens a block at the cursor, if one does. */
function openerOf(prefix: string, before: string): string | undefined {
  if (!isBlank(before)) return opensBody(before) ? before.trimEnd() : undefined;
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
