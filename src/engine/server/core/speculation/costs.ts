/**
 * What a step costs by its rows where every row has logits, as a decode's and a draft's have, and a prompt's have not. Learned
 * for each number of rows by itself, as a multiple of what one row takes: some libraries compute rows by fours or eights, so
 * that eight take less than five, and the latency profile, whose curve never falls, would take one for the other.
 */
import type { LatencyProfile } from '../scheduler/latencyProfile.ts';

/** More rows than this cost as the profile says, in proportion. */
const MOST_ROWS = 64;
/** What is known moves by this share of what it is off, and no further at once than so many times. */
const PACE = 0.15;
const MOST_OFF = 2;

export class StepCosts {
  readonly #profile: LatencyProfile;
  /** Logarithms of the multiples, by rows; NaN: such a step was not seen yet. */
  readonly #multiples = new Float64Array(MOST_ROWS + 1).fill(Number.NaN);

  /** @param measured milliseconds of steps of so many rows on an empty cache; see `rowsAlike`. */
  constructor(profile: LatencyProfile, measured: ReadonlyMap<number, number> = new Map()) {
    this.#profile = profile;
    this.#multiples[1] = 0;
    const one = measured.get(1);
    for (const [rows, ms] of measured)
      if (one && rows > 1 && rows <= MOST_ROWS) this.#multiples[rows] = Math.log(Math.max(1, ms / one));
  }

  /** Milliseconds; see {@link LatencyProfile.predict}. */
  predict(rows: number, context: number): number {
    return Math.exp(this.#expected(rows)) * this.#profile.predict(1, 0) + this.#attention(rows, context);
  }

  /** A step of `rows` rows, all with logits, took `ms`. */
  observe(rows: number, context: number, ms: number): void {
    if (rows < 2 || rows > MOST_ROWS || !(ms > 0)) return;
    const expected = this.#expected(rows);
    const off = Math.log(this.#multipleOf(rows, context, ms)) - expected;
    this.#multiples[rows] = expected + PACE * Math.max(-Math.log(MOST_OFF), Math.min(Math.log(MOST_OFF), off));
  }

  #multipleOf(rows: number, context: number, ms: number): number {
    const one = this.#profile.predict(1, 0);
    return Math.max(1, (ms - this.#attention(rows, context)) / one);
  }

  #attention(rows: number, context: number): number {
    return this.#profile.predict(rows, context) - this.#profile.predict(rows, 0);
  }

  /** Logarithm of the multiple: what was seen, or what lies on a line between what was; behind that, as the profile rises. */
  #expected(rows: number): number {
    const multiples = this.#multiples;
    if (rows <= MOST_ROWS && !Number.isNaN(multiples[rows])) return multiples[rows]!;
    let below = Math.min(rows, MOST_ROWS);
    while (Number.isNaN(multiples[below])) below--;
    let above = rows;
    while (above <= MOST_ROWS && Number.isNaN(multiples[above])) above++;
    if (above > MOST_ROWS)
      return multiples[below]! + Math.log(this.#profile.predict(rows, 0) / this.#profile.predict(below, 0));
    const share = (rows - below) / (above - below);
    return Math.log((1 - share) * Math.exp(multiples[below]!) + share * Math.exp(multiples[above]!));
  }
}
