/** Blocks that a model has written from the first column on, though the cursor is deeper: chat models do. */
import { isCloser } from './brackets.ts';
import { type FileKind, kindOf, marksOf } from './marks.ts';
import type { Indentation } from './request.ts';
import { columns, isBlank } from './text.ts';

const OPENS = /(?:[{([]|=>)$/;
/** Behind a colon only some languages have deeper lines. */
const OPENS_BY_COLON = /(?:[{([:]|=>|\b(?:do|then))$/;

/** Begins a comment or a description, whose lines begin no block. */
const IN_WORDS = /^\s*(?:#|\/\/|\/\*|"""|''')/;
const LABEL = /^\s*(?:case\b|default\s*(?::|->)|(?:public|private|protected)\b[^(]*:)/;

/**
 * True when the line below the first is no deeper than the cursor, though the first begins a block: then all but the first count
 * from the first column. More text does not change it, once a line below the first is begun.
 * @param before the cursor's line up to it.
 */
export function isFromFirstColumn(text: string, before: string, width: number, file: FileKind): boolean {
  if (before === '' || !isBlank(before)) return false;
  const [first = '', second] = text.split('\n').filter((line) => !isBlank(line));
  const colon = marksOf(file).comment === '#' && !/^ya?ml$/.test(kindOf(file));
  if (second === undefined || !(colon ? OPENS_BY_COLON : OPENS).test(first.trimEnd())) return false;
  if (IN_WORDS.test(first)) return false;
  const depth = columns(second, width);
  // Labels may be as deep as what they are in.
  if (depth === columns(before, width) && LABEL.test(second)) return false;
  return depth > 0 && depth <= columns(before, width);
}

/** Such a text at the depth of the cursor, in steps as wide as the file's. */
export function atCursor(text: string, before: string, { tabs, width }: Indentation): string {
  const [first = '', ...rest] = text.split('\n');
  const filled = rest.filter((line) => !isBlank(line));
  // What closes the block tells where the first line was thought to be.
  const shallow = filled.toSorted((a, b) => columns(a, width) - columns(b, width))[0];
  const base = isCloser(shallow?.trimStart()[0]) ? columns(shallow!, width) : 0;
  const step = filled.reduce((a, line) => greatestDivisor(a, columns(line, width) - base), 0) || 1;
  const unit = tabs ? '\t' : ' '.repeat(width);
  const lines = rest.map((line) =>
    isBlank(line) ? '' : before + unit.repeat((columns(line, width) - base) / step) + line.trimStart(),
  );
  return [first, ...lines].join('\n');
}

export const greatestDivisor = (a: number, b: number): number => (b === 0 ? a : greatestDivisor(b, a % b));
