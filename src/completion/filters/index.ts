/** What must be true of a suggestion before it is shown: the rules in order, each in its own file. */
import type { Draft } from '../closers.ts';
import { blank } from './blank.ts';
import { blockClosers } from './blockClosers.ts';
import { commentLine } from './commentLine.ts';
import type { Filter, FilterContext } from './filter.ts';
import { insideWord } from './insideWord.ts';
import { markdownFence } from './markdownFence.ts';
import { nearDuplicate } from './nearDuplicate.ts';
import { openBrackets } from './openBrackets.ts';
import { repeatsAbove } from './repeatsAbove.ts';
import { repeatsLine } from './repeatsLine.ts';
import { repeatsNextLines } from './repeatsNextLines.ts';
import { repetition } from './repetition.ts';
import { separators } from './separators.ts';
import { specialTokens } from './specialTokens.ts';
import { suffixOverlap } from './suffixOverlap.ts';
import { tooShort } from './tooShort.ts';
import { unclosedBlock } from './unclosedBlock.ts';
import { unfinishedExpression } from './unfinishedExpression.ts';
import { unfinishedLine } from './unfinishedLine.ts';
import { unmatchedClosers } from './unmatchedClosers.ts';
import { wrongDepth } from './wrongDepth.ts';

/** Clean the text, then compare it with itself, then with what follows the cursor, then judge what is left. */
const FILTERS = {
  insideWord,
  markdownFence,
  specialTokens,
  blank,
  repeatsLine,
  wrongDepth,
  commentLine,
  unfinishedLine,
  unfinishedExpression,
  unclosedBlock,
  repetition,
  repeatsAbove,
  repeatsNextLines,
  nearDuplicate,
  suffixOverlap,
  openBrackets,
  blockClosers,
  unmatchedClosers,
  separators,
  tooShort,
} satisfies Record<string, Filter>;

export type FilterName = keyof typeof FILTERS;

/** Runs every filter. @returns what may be shown, or the name of the filter that let nothing through. */
export function applyFilters(text: string, context: FilterContext): Draft | { rejectedBy: FilterName } {
  let draft: Draft = { text, over: 0, tail: '' };
  for (const [name, filter] of Object.entries(FILTERS)) {
    const next = filter(draft, context);
    if (next === null) return { rejectedBy: name as FilterName };
    draft = next;
  }
  return draft;
}
