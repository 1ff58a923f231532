/** The words of a file that its item is found by, beside what its summary says. */
import { stemsOf } from '../store/words.ts';
import { hasSecret } from '../summaries/suspicion.ts';

/** Different ones of a file, those that it says most often first. */
const MOST_STEMS = 400;
/** A longer one is a name that was put together from many, or data. */
const LONGEST_STEM = 24;
/** Longer lines are data. UTF-16 units. */
const LONGEST_LINE = 400;
/** A stem is written so often as it is said so often at least: what is said ten times says no more than that. */
const TIMES = [1, 3, 8];
const WORD = /^\p{L}[\p{L}\p{N}]*$/u;

/**
 * @param text of a file that may be read.
 * @returns its stems with spaces between them, as `Store.setBody` takes them: 400 different ones at most, without what looks
 * like a key or a password, without numbers and data. Where `stemsOf` has other rules than before, files are to be indexed
 * again (version.ts).
 */
export function bodyOf(text: string): string {
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line.length > LONGEST_LINE || hasSecret(line)) continue;
    for (const stem of stemsOf(line)) {
      if (stem.length > 1 && stem.length <= LONGEST_STEM && WORD.test(stem))
        counts.set(stem, (counts.get(stem) ?? 0) + 1);
    }
  }
  // Sorting keeps the order of those that are said equally often.
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_STEMS)
    .flatMap(([stem, count]) => TIMES.filter((least) => count >= least).map(() => stem))
    .join(' ');
}
