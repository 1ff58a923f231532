/** Which words of a question an item has, and how much they say. */
import type { MemoryItem } from '../../../../protocol/index.ts';
import { hashesOf, hashOf, wordsOf } from '../../search/words.ts';
import type { Question } from './question.ts';

/** UTF-16 units at the beginning of an item that are looked at: its words as a whole are the store's matter. */
const MOST_TEXT = 3_000;

export interface Match {
  /** Share of what the question says that the item has, from 0 to 1. */
  coverage: number;
  /** How much it has, whatever else is asked for: 1 for each word that hardly any other item has, less for others. */
  said: number;
  /** Those words of the question, what says most first. */
  words: string[];
}

/** A word that stands somewhere in the file of an item, and not in the item, counts so much. */
const IN_BODY = 0.5;

/**
 * @param items candidates; a word that none of them has is in no item at all, since whoever has a rare word is one of them.
 * @param bodies stems of their files, '' where there are none.
 * @param stored how many items there are.
 * @returns for each item what it has of the question. A word weighs the more, the fewer have it (inverse document frequency).
 */
export function matchesOf(
  question: Question,
  items: readonly MemoryItem[],
  bodies: readonly string[],
  stored: number,
): Match[] {
  const sets = items.map(hashesIn);
  const beside = bodies.map((body) => new Set(body === '' ? [] : body.split(' ').map(hashOf)));
  const weights = question.terms.map(({ hash, weight }) => {
    const has = sets.reduce((sum, set) => sum + (set.has(hash) ? 1 : 0), 0);
    return weight * Math.log(1 + (Math.max(stored, items.length) - has + 0.5) / (has + 0.5));
  });
  const most = Math.log(1 + Math.max(stored, items.length));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return sets.map((set, at) => {
    const share = (hash: number) => (set.has(hash) ? 1 : beside[at]!.has(hash) ? IN_BODY : 0);
    const has = question.terms
      .map(({ hash, word }, i) => ({ word, weight: weights[i]! * share(hash) }))
      .filter(({ weight }) => weight > 0)
      .sort((a, b) => b.weight - a.weight);
    const said = has.reduce((sum, { weight }) => sum + weight, 0);
    return {
      coverage: total > 0 ? said / total : 0,
      said: most > 0 ? said / most : 0,
      words: [...new Set(has.map(({ word }) => word))],
    };
  });
}

function hashesIn({ title, path, text }: MemoryItem): Set<number> {
  const hashes = new Set<number>();
  for (const word of wordsOf(`${title} ${path ?? ''} ${text.slice(0, MOST_TEXT)}`)) {
    const { parts, whole } = hashesOf(word);
    for (const part of parts) hashes.add(part);
    if (whole !== undefined) hashes.add(whole);
  }
  return hashes;
}
