/** Below which nothing is relevant: words that mean nothing here, and questions about other things, find no memory. */
import type { Match } from './matching.ts';

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

/** Shares of a question that must be there, or a likeness, or some of both. */
const LEAST = { coverage: 0.6, likeness: 0.75, both: 0.6 };
const LIKENESS_COUNTS = 0.7;

/** @param alike as {@link likeness} gives it. */
export function isRelevant({ coverage }: Match, alike: number): boolean {
  return coverage >= LEAST.coverage || alike >= LEAST.likeness || coverage + LIKENESS_COUNTS * alike >= LEAST.both;
}
