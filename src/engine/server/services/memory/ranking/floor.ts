/** Below which nothing is relevant: words that mean nothing here, and questions about other things, find no memory. */
import type { Match } from './matching.ts';
import { WEIGHTS, type Weights } from './weights.ts';

/** What a cosine of an embedder says. Measured by `npm run eval:memory -- retrieval`. */
export interface Calibration {
  /** Texts that have nothing to do with each other are this alike: their cosine counts as 0. */
  unrelated: number;
  /** So alike that it counts as 1. */
  same: number;
}

const STATIC: Calibration = { unrelated: 0.15, same: 0.75 };
const MODEL: Calibration = { unrelated: 0.15, same: 0.75 };

/** @param embedder its id. */
export const calibrationOf = (embedder: string): Calibration => (embedder.startsWith('static') ? STATIC : MODEL);

/** From 0 to 1. */
export function likeness(cosine: number, { unrelated, same }: Calibration): number {
  return Math.min(1, Math.max(0, (cosine - unrelated) / (same - unrelated)));
}

/** Of a question, as far as numbers with fractions add up to it. */
const WHOLE = 0.999;

/**
 * Which of the candidates of one question are relevant. Where not even the best has enough of it the question is about
 * something else, and none is. The share of the question that an item has is not all: of a long question, or one in words of
 * its own, little is there, but several words that few items have are no chance; nor is
 * an item that has all of it, where many have each of its words.
 * @param stored how many items were searched.
 * @param alike as {@link likeness} gives it.
 */
export function relevantOf(
  candidates: readonly { match: Pick<Match, 'coverage' | 'said'>; alike: number }[],
  stored: number,
  { floor }: Pick<Weights, 'floor'> = WEIGHTS,
): boolean[] {
  const has = candidates.map(({ match, alike }) => match.coverage + floor.likeness * alike + floor.said * match.said);
  const best = floor.least + floor.perFold * Math.log(Math.max(floor.fewest, stored));
  const isAsked = candidates.some(
    ({ match, alike }, i) => alike >= floor.alone || match.coverage >= WHOLE || has[i]! >= best,
  );
  return has.map((one) => isAsked && one >= floor.others * best);
}
