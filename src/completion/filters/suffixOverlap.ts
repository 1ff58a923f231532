import { joinClosers, saysNothing } from '../closers.ts';
import { kindOf, type Marks, marksOf } from '../marks.ts';
import { aroundWhole, joinRest, moreInside } from '../rest.ts';
import { closersAtStart, isBlank, isClosersOnly, isWord, lineAfter, lineBefore } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** Fewer equal characters than this are chance, unless they are the whole rest of the line. */
const LEAST_OVERLAP = 3;

/**
 * What follows the cursor is never said twice: closers on the line are joined with the text (`foo(|)`), and an end of
 * the text that equals the beginning of the suffix is trimmed.
 */
export const suffixOverlap: Filter = (draft, context) => {
  const { prefix, suffix } = context;
  const marks = marksOf(context);
  const rest = lineAfter(suffix);
  if (!isBlank(rest) && isClosersOnly(rest)) {
    const joined = joinClosers(draft.text, rest, marks);
    return saysNothing(joined) ? null : joined;
  }
  // Of SQL the case does not matter.
  const fold = (text: string): string => (kindOf(context).endsWith('sql') ? text.toLowerCase() : text);
  // Space at the end of all says nothing.
  const ends = overlapOf(fold(draft.text), fold(suffix)) > 0 ? draft.text : draft.text.trimEnd();
  const equal = overlapOf(fold(ends), fold(suffix));
  // The beginning of a word is another.
  const overlap = isWord(suffix[equal - 1]) && isWord(suffix[equal]) ? 0 : equal;
  const shared = suffix.slice(0, overlap);
  // Brackets alone are for `blockClosers`, which counts them.
  const enough = isBlank(rest)
    ? /[\p{L}\p{N}]/u.test(shared) && shared.trim().length >= LEAST_OVERLAP
    : overlap >= rest.length || shared.trim().length >= LEAST_OVERLAP;
  if (!enough) {
    // What closes here before other text (a comment, an operator) is not said twice either.
    if (isBlank(rest)) return draft;
    const closers = closersAtStart(rest);
    const closes = closers !== '' && (!QUOTES.has(closers[0]!) || isOpen(closers[0]!, lineBefore(prefix)));
    const around = aroundWhole(draft.text, rest);
    if (around !== undefined) return around;
    const inside = closes ? moreInside(draft.text, rest, marks) : undefined;
    if (inside !== undefined && inside.over <= closers.length) return inside;
    let joined = closes ? joinClosers(draft.text, closers, marks) : draft;
    if (joined.over >= closers.length) joined = shortened(draft, joined.text);
    if (joined.text === draft.text && !isComment(rest, marks)) joined = joinRest(draft.text, rest, marks);
    return isBlank(joined.text) ? null : joined;
  }
  const text = ends.slice(0, ends.length - overlap);
  return isBlank(text) ? null : shortened(draft, text);
};

const isComment = (rest: string, { comment }: Marks): boolean =>
  /^\s*(?:\/\*|<!--)/.test(rest) || rest.trimStart().startsWith(comment);

const QUOTES = new Set(['"', "'", '`']);

/** A string is begun in `line` with the quote and not ended. */
const isOpen = (quote: string, line: string): boolean => line.replace(/\\./g, '').split(quote).length % 2 === 0;

/** Length of the longest end of `text` that `suffix` begins with (Knuth-Morris-Pratt, linear). */
export function overlapOf(text: string, suffix: string): number {
  const pattern = suffix.slice(0, text.length);
  const failure = new Int32Array(pattern.length);
  for (let i = 1, k = 0; i < pattern.length; i++) {
    while (k > 0 && pattern[k] !== pattern[i]) k = failure[k - 1]!;
    if (pattern[k] === pattern[i]) k += 1;
    failure[i] = k;
  }
  let matched = 0;
  for (let i = 0; i < text.length; i++) {
    while (matched > 0 && pattern[matched] !== text[i]) matched = failure[matched - 1]!;
    if (pattern[matched] === text[i]) matched += 1;
    // A whole match that does not end the text is none: go on with the next best.
    if (matched === pattern.length && i < text.length - 1) matched = failure[matched - 1] ?? 0;
  }
  return matched;
}
