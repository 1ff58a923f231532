/** Puts a suggestion into the file's own indentation and line endings. */
import { isCloser } from './brackets.ts';
import type { Draft } from './closers.ts';
import type { Surroundings } from './prompt.ts';
import type { Indentation } from './request.ts';
import { columns, isBlank, type LineEnding, leadingSpace, lineAfter, lineBefore, withLineEnding } from './text.ts';

export interface FileShape {
  indentation: Indentation;
  ending: LineEnding;
  /** Columns of the line that opened the block at the cursor; absent where none did. */
  floor?: number;
}

/** The draft as it goes into the file: no space at its end, no indentation twice, tabs or spaces as the file has them. */
export function fitToFile(draft: Draft, near: Surroundings, { indentation, ending, floor }: FileShape): Draft {
  let text = draft.text;
  const before = lineBefore(near.prefix);
  if (before !== '' && isBlank(before)) {
    // The editor has indented this line already.
    text = text.replace(/^(?:[ \t]*\n)*[ \t]+|^(?:[ \t]*\n)+/, '');
  }
  // The tail goes on where the text ends only if something stays between them.
  if (draft.over === 0) text = text.trimEnd();
  text = reindent(text, indentation, columns(before, indentation.width));
  if (floor !== undefined) text = inBlock(text, floor, before, lineAfter(near.suffix), indentation);
  return {
    text: withLineEnding(text, ending),
    over: draft.over,
    tail: withLineEnding(reindent(draft.tail, indentation, columns(before, indentation.width)), ending),
  };
}

/** The lines of a block as deep as it wants them, and what the rest of the cursor's line closes on a line of its own. */
function inBlock(text: string, floor: number, before: string, rest: string, indentation: Indentation): string {
  const { width } = indentation;
  if (before === '' && !isBlank(text.split('\n', 1)[0]!) && columns(text, width) <= floor) {
    return spaceOf(floor + width, indentation) + text.trimStart();
  }
  if (isBlank(before)) return withStepsOf(text, floor, columns(before, width), indentation);
  const onLines = text.startsWith('\n') && isCloser(rest.trimStart()[0]);
  return onLines ? `${text.trimEnd()}\n${spaceOf(floor, indentation)}` : text;
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

/**
 * Rewrites the indentation of every line but the first, where it is not what the file uses.
 * @param depth columns of the cursor's line.
 */
function reindent(text: string, indentation: Indentation, depth: number): string {
  const { tabs, width } = indentation;
  const [first = '', ...rest] = text.split('\n');
  if (rest.length === 0) return text;
  const foreign = rest.filter((line) => leadingSpace(line).includes(tabs ? '  ' : '\t'));
  if (foreign.length === 0) return text;
  const unit = tabs ? stepOf(foreign, depth / width + (isBlank(first) ? 1 : 0)) : width;
  const lines = rest.map((line) => {
    const space = leadingSpace(line);
    const column = columns(space, unit);
    return isBlank(line) ? '' : spaceOf((column * width) / unit, indentation) + line.slice(space.length);
  });
  return [first, ...lines].join('\n');
}

/**
 * Spaces that stand for one tab: what divides every line's, and of that what brings the least deep line nearest to
 * `levels`, where the text begins.
 */
function stepOf(lines: readonly string[], levels: number): number {
  const spaces = lines.map((line) => leadingSpace(line).replaceAll('\t', '').length);
  const common = spaces.reduce((a, b) => greatestDivisor(a, b), 0);
  // A line that has tabs already says nothing of how many levels its spaces are.
  if (lines.some((line) => line.startsWith('\t'))) return common;
  const away = (step: number): number => Math.abs(Math.min(...spaces) / step - levels);
  const steps = [common, 8, 4, 2].filter((step) => common % step === 0);
  return steps.reduce((best, step) => (away(step) < away(best) ? step : best));
}

const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));

/** Indentation of so many columns. */
function spaceOf(column: number, { tabs, width }: Indentation): string {
  return tabs ? '\t'.repeat(Math.floor(column / width)) + ' '.repeat(column % width) : ' '.repeat(column);
}
