/** The model's distribution at one row of logits, as far as the mixture asks for it: no sorting, no copies. */
import { AGREEMENT } from './mixture.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Stands for every token that ends a line, where only the line matters. */
export const LINE_END = -2;
/** Logits further below the greatest do not count: a hundred thousand of them would add a hundredth. */
const DEPTH = 16;
const POWER = 1 + AGREEMENT.power;

export class Distribution {
  /** The likeliest token that does not end a line, and the likeliest that does; -1 where there is none. */
  bestInLine = -1;
  bestEnd = -1;
  /** Probability of all ends of a line together. */
  lineEnd = 0;
  /** See {@link ModelShares}; ends of a line count as one where they were joined. */
  powerSum = 1;
  readonly #vocabulary: Vocabulary;
  #logits: Float32Array = new Float32Array(0);
  #max = 0;
  #sum = 1;
  #joined = false;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /**
   * @param among the only tokens that may come next; absent: all.
   * @param joined ends of a line count as one.
   */
  read(logits: Float32Array, among: Int32Array | undefined, joined: boolean): void {
    this.#logits = logits;
    this.#joined = joined;
    const ends = among?.filter((token) => this.#vocabulary.endsLine(token)) ?? this.#vocabulary.lineEnds;
    this.bestEnd = ends.length === 0 ? -1 : ends.reduce((a, b) => (logits[b]! > logits[a]! ? b : a));
    if (among) this.#readAmong(logits, among);
    else this.#readAll(logits);
    let powers = 0;
    this.lineEnd = 0;
    for (const token of ends) {
      const share = this.#share(token);
      this.lineEnd += share;
      powers += share ** POWER;
    }
    if (joined) this.powerSum += this.lineEnd ** POWER - powers;
  }

  /** The likeliest token; {@link LINE_END} where ends of a line were joined, and are likelier together. */
  get best(): number {
    const end = this.#joined ? LINE_END : this.bestEnd;
    if (this.bestInLine < 0) return end;
    return this.bestEnd >= 0 && this.probability(end) > this.#share(this.bestInLine) ? end : this.bestInLine;
  }

  /** Of a token that may come next, or of {@link LINE_END}. */
  probability(token: number): number {
    return token === LINE_END ? this.lineEnd : this.#share(token);
  }

  /** The logit that a token must have for a probability of `share` beside others that keep `outside` of theirs. */
  logitOf(share: number, outside: number): number {
    return this.#max + Math.log(Math.max(share, Number.MIN_VALUE) * (this.#sum / Math.max(outside, 1e-9)));
  }

  #readAll(logits: Float32Array): void {
    const { length } = logits;
    const vocabulary = this.#vocabulary;
    let max = Number.NEGATIVE_INFINITY;
    let best = -1;
    for (let token = 0; token < length; token++) {
      const logit = logits[token]!;
      if (logit <= max || vocabulary.endsLine(token)) continue;
      max = logit;
      best = token;
    }
    this.bestInLine = best;
    if (this.bestEnd >= 0) max = Math.max(max, logits[this.bestEnd]!);
    const least = max - DEPTH;
    let sum = 0;
    let powers = 0;
    for (let token = 0; token < length; token++) {
      const logit = logits[token]!;
      if (logit <= least) continue;
      sum += Math.exp(logit - max);
      powers += Math.exp(POWER * (logit - max));
    }
    this.#max = max;
    this.#sum = sum;
    this.powerSum = powers / sum ** POWER;
  }

  #readAmong(logits: Float32Array, among: Int32Array): void {
    this.bestInLine = -1;
    let max = Number.NEGATIVE_INFINITY;
    for (const token of among) {
      const logit = logits[token]!;
      if (logit > max) max = logit;
      if (this.#vocabulary.endsLine(token)) continue;
      if (this.bestInLine < 0 || logit > logits[this.bestInLine]!) this.bestInLine = token;
    }
    this.#max = max;
    this.#sum = 0;
    let powers = 0;
    for (const token of among) {
      this.#sum += Math.exp(logits[token]! - max);
      powers += Math.exp(POWER * (logits[token]! - max));
    }
    this.powerSum = powers / this.#sum ** POWER;
  }

  #share(token: number): number {
    return Math.exp(this.#logits[token]! - this.#max) / this.#sum;
  }
}
