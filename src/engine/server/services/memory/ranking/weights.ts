/** How much each part of a score counts, and how much there must be of it. */
import type { MemoryKind } from '../../../../protocol/index.ts';

export interface Weights {
  /**
   * What likeness counts, of the 1 that it and words have together: `least` where the best by words has all of the question,
   * or `rare` words that hardly any other item has, `most` where it has next to nothing. Who asks in words of their own is
   * found by what is meant; of a long sentence, such as a changelog's, some words are enough.
   */
  vector: { least: number; most: number; rare: number };
  recency: number;
  boosts: {
    /** A name of the question is that of the symbol; all parts of its name are in the question. */
    defines: number;
    named: number;
    /** Of the share of a file's name that is in the question. */
    path: number;
    /** Of how relevant the best others of its file are. */
    coherence: number;
    /** Of how relevant the best test of its file is. */
    tested: number;
    overview: Partial<Record<MemoryKind, number>>;
    past: Partial<Record<MemoryKind, number>>;
    /** What a kind is worth whatever is asked. */
    kinds: Partial<Record<MemoryKind, number>>;
    pinned: number;
    /** Of what factorsOf takes from a place in a search of files. */
    place: number;
    generated: number;
  };
  floor: {
    /** What a likeness of 1, and a word that hardly any item has, count beside having all words of the question, which is 1. */
    likeness: number;
    said: number;
    /** So alike is relevant without any word of the question. */
    alone: number;
    /**
     * What the best item must have of all together, so that the question is about this project at all: `least + perFold *
     * ln(items)`. Of many items some has much of any question by chance, and the more there are, the more.
     */
    least: number;
    perFold: number;
    /** As many items are thought to be there at least. */
    fewest: number;
    /** What each of the others must have, of that. */
    others: number;
  };
}

/**
 * Chosen on the questions and statements of packageQuestions.ts and plainQuestions.ts, on subjects of this repository's commits with the files that
 * they changed, and on the first half of the questions about it (test/eval/memory/retrieval). The floor is as high as it can
 * be without losing one of those; of questions about other things 19 in 20 have less, in stores of 185 to 6,300 items.
 */
export const WEIGHTS: Weights = {
  vector: { least: 0.2, most: 0.8, rare: 2 },
  recency: 0.04,
  boosts: {
    defines: 0.3,
    named: 0.05,
    path: 0.06,
    coherence: 0.4,
    tested: 0.3,
    overview: { workspace: 0.5, folder: 0.15 },
    past: { turn: 0.1, session: 0.1, fact: 0.05 },
    kinds: { file: 0.06, folder: -0.05 },
    pinned: 0.05,
    place: 0.5,
    generated: -0.15,
  },
  floor: { likeness: 0.65, said: 0.5, alone: 0.7, least: 0.25, perFold: 0.1, fewest: 80, others: 0.47 },
};

/** After so long without use or change recency is worth half as much. */
const HALF_LIFE_MS = 14 * 24 * 60 * 60 * 1000;

/** From 1 now to 0, halved with every 14 days since the item was last activated or changed. */
export function recencyOf(item: { activated: number | null; changed: number }, now: number): number {
  const last = Math.max(item.activated ?? 0, item.changed);
  return 2 ** (-Math.max(0, now - last) / HALF_LIFE_MS);
}
