/** How much each part of a score counts, and how much there must be of it. */
import type { MemoryKind } from '../../../../protocol/index.ts';

export interface Parts {
  words: number;
  vector: number;
}

export interface Weights {
  usual: Parts;
  /** Where a question is little but names: a name that is spelled is where it is spelled. */
  forNames: Parts;
  recency: number;
  boosts: {
    /** A name of the question is that of the symbol; all parts of its name are in the question. */
    defines: number;
    named: number;
    /** Of the share of a file's name that is in the question. */
    path: number;
    /** Of how relevant the best others of its file are. */
    coherence: number;
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
    /** Shares of a question that an item has. */
    coverage: number;
    likeness: number;
    /** Of both together, where a likeness counts `likenessCounts` times. */
    both: number;
    likenessCounts: number;
  };
}

/** Chosen on the tuning questions of `npm run eval:memory -- retrieval`; the held-out ones say how good they are. */
export const WEIGHTS: Weights = {
  usual: { words: 0.5, vector: 0.5 },
  forNames: { words: 0.75, vector: 0.25 },
  recency: 0.04,
  boosts: {
    defines: 0.3,
    named: 0.1,
    path: 0.12,
    coherence: 0.08,
    overview: { workspace: 0.5, folder: 0.15 },
    past: { turn: 0.1, session: 0.1, fact: 0.05 },
    kinds: {},
    pinned: 0.05,
    place: 0.3,
    generated: -0.15,
  },
  floor: { coverage: 0.6, likeness: 0.75, both: 0.6, likenessCounts: 0.7 },
};

/** After so long without use or change recency is worth half as much. */
const HALF_LIFE_MS = 14 * 24 * 60 * 60 * 1000;

/** From 1 now to 0, halved with every 14 days since the item was last activated or changed. */
export function recencyOf(item: { activated: number | null; changed: number }, now: number): number {
  const last = Math.max(item.activated ?? 0, item.changed);
  return 2 ** (-Math.max(0, now - last) / HALF_LIFE_MS);
}
