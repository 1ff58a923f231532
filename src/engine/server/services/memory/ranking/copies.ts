/** Of items that say nearly the same only the best is shown. */
import type { MemoryItem } from '../../../../protocol/index.ts';
import { stemsOf } from './question.ts';

/** Share of the different words of both that they have in common (Jaccard). */
const NEAR = 0.85;
/** UTF-16 units that are compared. */
const MOST_TEXT = 2_000;

/**
 * @param ordered the best first.
 * @returns without those whose text has nearly the words of a better one of the same kind. What is pinned stays: a person
 * wants it there.
 */
export function withoutCopies<T extends { item: MemoryItem }>(ordered: readonly T[]): T[] {
  const kept: { one: T; words: Set<string> }[] = [];
  for (const one of ordered) {
    const { kind, pinned, text } = one.item;
    const words = stemsOf(text.slice(0, MOST_TEXT));
    const copy = kept.some((other) => other.one.item.kind === kind && areNear(words, other.words));
    if (pinned || !copy) kept.push({ one, words });
  }
  return kept.map(({ one }) => one);
}

function areNear(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (Math.min(a.size, b.size) < NEAR * Math.max(a.size, b.size)) return false;
  let common = 0;
  for (const word of a) if (b.has(word)) common++;
  return common > 0 && common >= NEAR * (a.size + b.size - common);
}
