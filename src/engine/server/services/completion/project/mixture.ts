/**
 * Mixes the model's distribution with that of the user's own code. From the shortest match to the longest, each level's
 * counts are interpolated with what came out below, the model's own distribution at the bottom:
 *
 *     p[level](token) = (1 - e) * counts(token) / total + e * p[level - 1](token)          p[0] = the model
 *
 * as in prediction by partial matching (Cleary and Witten 1984) and Jelinek-Mercer smoothing, with the model in place of
 * the uniform distribution. The escape e is a logistic function of what is known of a level (how often it was seen, in how
 * many ways it went on, how clear the favourite is), of what the model thinks of that favourite, and of how sure the model is
 * of its own (He et al., arXiv 2109.04212, let it depend on the model too, for nearest neighbours), so that a strong model is
 * heard more by itself.
 *
 * All of it is then multiplied by a power of the model's probability (a product of experts, Hinton 2002): of what the code
 * has seen, the model knows what fits.
 */
import { ESCAPE } from '../weights.ts';
import type { Evidence, Level } from './evidence.ts';

/**
 * The power of the model's probability that the mixture is multiplied by; and the probability below which it does not count
 * further against what the code has seen, since names of the project are all unlikely. Found by lines that are exactly right,
 * not by likelihood: powers from 0.15 to 0.3 do alike, and without a bound a habit of the project is not heard.
 */
export const AGREEMENT = 0.25;
const LEAST_DOUBTED = 0.03;
/** Far below it the model's opinion of what a level has seen most makes little difference to the escape, for the same reason. */
const LEAST_LIKELY = 0.3;
const LEAST_SURE = 0.1;

/**
 * What the escape of a level depends on; the weights were fitted by the likelihood of what stood at places of packages that
 * are in no evaluation.
 * @param favourite the model's probability of what the level has seen most.
 * @param most the model's probability of what it holds likeliest itself.
 */
export function featuresOf(level: Level, favourite: number, most: number): number[] {
  const { total, distinct, best, own } = level;
  return [
    1,
    Math.log(total),
    Math.log(distinct),
    Math.log(best / total),
    own / total,
    Math.log(favourite + LEAST_LIKELY),
    Math.log(most + LEAST_SURE),
  ];
}

/** Of the model's distribution over all tokens. */
export interface Whole {
  /** The probability of the likeliest. */
  most: number;
  /**
   * The sum of the probabilities to the power of 1 + {@link AGREEMENT}; undefined: they are only interpolated, so that every
   * token that the evidence has not keeps the same share of the model's.
   */
  powerSum?: number | undefined;
}

/** One mixed distribution: over the tokens of some evidence, and for all others what is left of the model's. */
export class Mixture {
  /** By index of {@link Evidence.tokens}: the mixed probability. */
  readonly probabilities: Float64Array;
  /** What the model's probability of any other token is multiplied by, to the power below. */
  #outside = 1;
  #power = 1;
  readonly #escapes: number[] = [];
  readonly #weights: readonly (readonly number[])[];

  /** @param capacity tokens of the evidence at most. @param weights by level, for fitting; the default is what was fitted (test/eval/fit). */
  constructor(capacity: number, weights: readonly (readonly number[])[] = ESCAPE) {
    this.probabilities = new Float64Array(capacity);
    this.#weights = weights;
  }

  /** Every other token keeps this share of the model's probability; only without `powerSum`. */
  get outside(): number {
    return this.#outside;
  }

  /** Of a token that the evidence has not. @param model the model's own probability of it. */
  probabilityOutside(model: number): number {
    return this.#outside * (this.#power === 1 ? model : model ** this.#power);
  }

  /**
   * @param model the model's probability of each token of the evidence.
   * @param bias added to every escape's logit: above 0 the model is trusted more than usual.
   */
  mix(
    evidence: Pick<Evidence, 'count' | 'levels'>,
    model: Float64Array,
    { most, powerSum }: Whole,
    bias: number,
  ): void {
    const { count, levels } = evidence;
    const mixed = this.probabilities;
    mixed.set(model.subarray(0, count));
    this.#outside = 1;
    this.#power = 1;
    this.#escapes.length = 0;
    for (const level of levels) {
      const e = this.#escape(featuresOf(level, model[level.favourite]!, most), level.index, bias);
      const scale = (1 - e) / level.total;
      for (let i = 0; i < count; i++) mixed[i] = scale * level.counts[i]! + e * mixed[i]!;
      this.#outside *= e;
      this.#escapes.push(e);
    }
    if (powerSum !== undefined && count > 0) this.#agree(model, count, powerSum);
  }

  /** Leaves all tokens this share of their probability; whoever has the rest adds it to {@link Mixture.probabilities}. */
  leave(share: number, count: number): void {
    for (let i = 0; i < count; i++) this.probabilities[i]! *= share;
    this.#outside *= share;
  }

  #agree(model: Float64Array, count: number, powerSum: number): void {
    const mixed = this.probabilities;
    let sum = 0;
    let left = powerSum;
    for (let i = 0; i < count; i++) {
      const power = Math.max(model[i]!, LEAST_DOUBTED) ** AGREEMENT;
      left -= model[i]! ** (1 + AGREEMENT);
      mixed[i]! *= power;
      sum += mixed[i]!;
    }
    sum += this.#outside * Math.max(0, left);
    for (let i = 0; i < count; i++) mixed[i]! /= sum;
    this.#outside /= sum;
    this.#power = 1 + AGREEMENT;
  }

  /**
   * How the logarithm of a token's interpolated probability grows with the bias, after {@link mix}: above 0 where the model
   * alone would have been better.
   * @param index of the token in the evidence, -1: not among it. @param model the model's own probability of it.
   */
  slope(evidence: Evidence, index: number, model: number): number {
    const shares = evidence.levels.map((level) => (index < 0 ? 0 : level.counts[index]! / level.total));
    const below = [model];
    for (const [i, e] of this.#escapes.entries()) below.push((1 - e) * shares[i]! + e * below[i]!);
    let slope = 0;
    let reach = 1;
    for (let i = shares.length - 1; i >= 0; i--) {
      const e = this.#escapes[i]!;
      slope += reach * (below[i]! - shares[i]!) * e * (1 - e);
      reach *= e;
    }
    return slope / Math.max(below.at(-1)!, Number.MIN_VALUE);
  }

  #escape(features: readonly number[], level: number, bias: number): number {
    const weights = this.#weights[level]!;
    let logit = bias;
    for (let i = 0; i < features.length; i++) logit += weights[i]! * features[i]!;
    return 1 / (1 + Math.exp(-logit));
  }
}
