/** Puts a suggestion into the file's own indentation and line endings. */
import type { Draft } from './closers.ts';
import type { Surroundings } from './prompt.ts';
import type { Indentation } from './request.ts';
import { columns, isBlank, type LineEnding, leadingSpace, lineBefore, withLineEnding } from './text.ts';

export interface FileShape {
  indentation: Indentation;
  ending: LineEnding;
  /** Columns of the line that opened the block at the cursor; absent where none did. */
  floor?: number;
}

/** The draft as it goes into the file: no space at its end, no indentation twice, tabs or spaces as the file has them. */
export function fitToFile(draft: Draft, { prefix }: Surroundings, { indentation, ending, floor }: FileShape): Draft {
  let text = draft.text;
  const before = lineBefore(prefix);
  if (before !== '' && isBlank(before)) {
    // The editor has indented this line already.
    text = text.replace(/^(?:[ \t]*\n)*[ \t]+|^(?:[ \t]*\n)+/, '');
  }
  // The tail goes on where the text ends only if something stays between them.
  if (draft.over === 0) text = text.trimEnd();
  text = reindent(text, indentation);
  if (floor !== undefined && isBlank(before)) {
    text = withStepsOf(text, floor, columns(before, indentation.width), indentation);
  }
  return {
    text: withLineEnding(text, ending),
    over: draft.over,
    tail: withLineEnding(reindent(draft.tail, indentation), ending),
  };
}

/**
 * A line between the block and the line that opened it tells that the model steps less than the editor did: every step is
 * made as wide as the editor's.
 */
function withStepsOf(text: string, floor: number, body: number, { tabs, width }: Indentation): string {
  const [first = '', ...rest] = text.split('\n');
  const depths = rest.filter((line) => !isBlank(line)).map((line) => columns(line, width));
  const step = Math.min(...depths.filter((depth) => depth > floor)) - floor;
  const wanted = body - floor;
  if (tabs || !(step < wanted) || wanted % step !== 0) return text;
  const lines = rest.map((line) => {
    const depth = columns(line, width);
    return depth <= floor ? line : ' '.repeat(floor + ((depth - floor) * wanted) / step) + line.trimStart();
  });
  return [first, ...lines].join('\n');
}

/** Rewrites the indentation of every line but the first, where it is not what the file uses. */
function reindent(text: string, { tabs, width }: Indentation): string {
  const [first = '', ...rest] = text.split('\n');
  if (rest.length === 0) return text;
  const foreign = rest.filter((line) => leadingSpace(line).includes(tabs ? '  ' : '\t'));
  if (foreign.length === 0) return text;
  const unit = tabs ? Math.min(...foreign.map((line) => leadingSpace(line).replaceAll('\t', '').length)) : width;
  const lines = rest.map((line) => {
    const space = leadingSpace(line);
    const column = columns(space, unit);
    const written = tabs ? '\t'.repeat(Math.floor(column / unit)) + ' '.repeat(column % unit) : ' '.repeat(column);
    return isBlank(line) ? '' : written + line.slice(space.length);
  });
  return [first, ...lines].join('\n');
}
