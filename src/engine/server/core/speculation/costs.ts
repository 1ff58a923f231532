/**
 * What a step costs by its rows where every row has logits, as a decode's and a draft's have, and a prompt's have not: the
 * latency profile, corrected by what such steps really took.
 */
import type { LatencyProfile } from '../scheduler/latencyProfile.ts';

/** Sizes that are told apart: 1, 2, 3 or 4, 5 to 8 and so on. */
const SIZES = 9;
/** A correction moves by this share of what it is off, and no further at once than so many times. */
const PACE = 0.15;
const MOST_OFF = 2;

export class StepCosts {
  readonly #profile: LatencyProfile;
  /** Logarithms. */
  readonly #corrections = new Float64Array(SIZES);

  constructor(profile: LatencyProfile) {
    this.#profile = profile;
  }

  /** Milliseconds; see {@link LatencyProfile.predict}. */
  predict(rows: number, context: number): number {
    return Math.exp(this.#corrections[sizeOf(rows)]!) * this.#profile.predict(rows, context);
  }

  /** A step of `rows` rows, all with logits, took `ms`. */
  observe(rows: number, context: number, ms: number): void {
    const expected = this.predict(rows, context);
    if (!(ms > 0 && expected > 0)) return;
    const off = Math.max(-1, Math.min(1, Math.log(ms / expected) / Math.log(MOST_OFF))) * Math.log(MOST_OFF);
    this.#corrections[sizeOf(rows)]! += PACE * off;
  }
}

const sizeOf = (rows: number): number => Math.min(SIZES - 1, 32 - Math.clz32(Math.max(1, rows) - 1));
