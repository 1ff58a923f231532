/** How much each part of a score counts. Chosen on the tuning questions of `npm run eval:memory -- retrieval`. */
export interface Weights {
  words: number;
  vector: number;
  recency: number;
}

const USUAL: Weights = { words: 0.5, vector: 0.5, recency: 0.04 };
/** A name that is spelled is where it is spelled. */
const FOR_NAMES: Weights = { words: 0.75, vector: 0.25, recency: 0.04 };

export const weightsFor = (isName: boolean): Weights => (isName ? FOR_NAMES : USUAL);

/** After so long without use or change recency is worth half as much. */
const HALF_LIFE_MS = 14 * 24 * 60 * 60 * 1000;

/** From 1 now to 0, halved with every 14 days since the item was last activated or changed. */
export function recencyOf(item: { activated: number | null; changed: number }, now: number): number {
  const last = Math.max(item.activated ?? 0, item.changed);
  return 2 ** (-Math.max(0, now - last) / HALF_LIFE_MS);
}
