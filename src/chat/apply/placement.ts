/** What every way of placing a block gives. */
import type { Match } from './aligner.ts';
import type { LineRange, Splice } from './lines.ts';

export interface Placed {
  kind: 'placed';
  /** In order, none over another. */
  splices: Splice[];
  /** What somebody has to say yes to first, in words. */
  doubts: string[];
}

export interface Refusal {
  kind: 'refused';
  /** Why, with what helps. */
  words: string;
  /** Places that it may have meant. */
  candidates: LineRange[];
  /** Another way of placing it would only guess. */
  final?: true;
}

export const placed = (splices: Splice[], doubts: string[] = []): Placed => ({ kind: 'placed', splices, doubts });

export const refused = (words: string, candidates: LineRange[] = []): Refusal => ({
  kind: 'refused',
  words,
  candidates,
});

export const NOT_FOUND =
  'It is not clear where in the file the block belongs: name the function that it changes, or insert it at the cursor.';

export const rangeOf = ({ from, to }: Pick<Match, 'from' | 'to'>): LineRange => [from + 1, Math.max(to, from + 1)];

/** `line 3`, `lines 3-5`. */
export const lineWords = ([first, last]: LineRange): string =>
  first === last ? `line ${first}` : `lines ${first}-${last}`;

/** `lines 3-5, 7-9 and 20-22`. */
export function placesWords(ranges: readonly LineRange[]): string {
  const texts = ranges.slice(0, 5).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const last = texts.pop()!;
  return `lines ${texts.length === 0 ? last : `${texts.join(', ')} and ${last}`}${ranges.length > 5 ? ', and more' : ''}`;
}
