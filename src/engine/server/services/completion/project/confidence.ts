/** How likely the first line of an answer is right, told from the mixed probabilities of its tokens. */

/** Platt scaling (Platt 1999) of the product's logarithmic odds, fitted on packages that are in no evaluation (test/eval/fitConfidence.ts). */
export const SCALE = { constant: -0.87, slope: 0.6 };

export class Confidence {
  #sum = 0;
  #tokens = 0;
  #ended = false;

  /** A token of the answer was chosen. `ends`: it ends the first line. */
  add(probability: number, ends: boolean): void {
    if (this.#ended) return;
    this.#sum += Math.log(Math.max(probability, Number.MIN_VALUE));
    this.#tokens++;
    this.#ended = ends;
  }

  /** In [0, 1]; null where no token was chosen. Before the line ended: of what there is so far. */
  get value(): number | null {
    return this.#tokens === 0 ? null : calibrated(this.#sum);
  }
}

/** @param sum logarithm of the probability of all tokens of the line together. */
export function calibrated(sum: number): number {
  return 1 / (1 + Math.exp(-(SCALE.constant + SCALE.slope * logOdds(sum))));
}

/** Logarithmic odds of a probability. */
export function logit(probability: number): number {
  return Math.log(probability / (1 - probability));
}

/** The same. @param log logarithm of the probability, which may be too small for a number. */
function logOdds(log: number): number {
  return log - Math.log(Math.max(-Math.expm1(log), 1e-12));
}
