/** The model's distribution at one row of logits, as far as the mixture asks for it: no sorting, no copies. */
import { AGREEMENT } from './mixture.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Stands for every token that ends a line, where only the line matters. */
export const LINE_END = -2;
const POWER = 1 + AGREEMENT;
/**
 * How far below the greatest logit a token counts: near ones each; those in reach, of a large vocabulary, by every so many
 * (an exponential for each of 150,000 tokens takes milliseconds, and all of them together are a few hundredths of the sum);
 * those further away not at all.
 */
const NEAR = 6;
const REACH = 16;
const SAMPLED = 1 << 11;

export class Distribution {
  /** The likeliest token that does not end a line, and the likeliest that does; -1 where there is none. */
  bestInLine = -1;
  bestEnd = -1;
  /** Probability of all ends of a line together. */
  lineEnd = 0;
  /** See {@link Mixture.mix}; ends of a line count as one where they were joined. */
  powerSum = 1;
  readonly #vocabulary: Vocabulary;
  #logits: Float32Array = new Float32Array(0);
  #max = 0;
  #sum = 1;
  #joined = false;

  /** Greatest logit of each block. */
  readonly #greatest: Float32Array;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
    this.#greatest = new Float32Array(Math.ceil(vocabulary.size / BLOCK));
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
    let sum = 0;
    let powers = 0;
    const least = this.#max - REACH;
    for (const token of ends) {
      const logit = logits[token]!;
      if (logit <= least) continue;
      sum += Math.exp(logit - this.#max);
      if (joined) powers += Math.exp(POWER * (logit - this.#max));
    }
    this.lineEnd = sum / this.#sum;
    if (joined) this.powerSum += this.lineEnd ** POWER - powers / this.#sum ** POWER;
  }

  /** The likeliest token; {@link LINE_END} where ends of a line were joined, and are likelier together. */
  get best(): number {
    const end = this.#joined ? LINE_END : this.bestEnd;
    if (this.bestInLine < 0) return end;
    return this.bestEnd >= 0 && this.probability(end) > this.#share(this.bestInLine) ? end : this.bestInLine;
  }

  /** The probability of {@link Distribution.best}; 0 where nothing may come next. */
  get most(): number {
    const { best } = this;
    return best === -1 ? 0 : this.probability(best);
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
    const best = this.#bestInLineOf(logits);
    this.bestInLine = best;
    const end = this.bestEnd < 0 ? Number.NEGATIVE_INFINITY : logits[this.bestEnd]!;
    const max = best < 0 ? end : Math.max(end, logits[best]!);
    let sum = 0;
    let powers = 0;
    const near = max - NEAR;
    const { length } = logits;
    for (let from = 0; from < length; from += BLOCK) {
      if (this.#greatest[from / BLOCK]! <= near) continue;
      const to = Math.min(length, from + BLOCK);
      for (let token = from; token < to; token++) {
        const logit = logits[token]!;
        if (logit <= near) continue;
        sum += Math.exp(logit - max);
        powers += Math.exp(POWER * (logit - max));
      }
    }
    const stride = Math.max(1, Math.floor(length / SAMPLED));
    const least = max - REACH;
    for (let token = 0; token < length; token += stride) {
      const logit = logits[token]!;
      if (logit > near || logit <= least) continue;
      sum += stride * Math.exp(logit - max);
      powers += stride * Math.exp(POWER * (logit - max));
    }
    this.#max = max;
    this.#sum = sum;
    this.powerSum = powers / sum ** POWER;
  }

  #bestInLineOf(logits: Float32Array): number {
    const vocabulary = this.#vocabulary;
    const { length } = logits;
    let best = -1;
    for (let from = 0; from < length; from += BLOCK) {
      const to = Math.min(length, from + BLOCK);
      const greatest = maxOf(logits, from, to);
      this.#greatest[from / BLOCK] = greatest;
      if (best >= 0 && greatest <= logits[best]!) continue;
      for (let token = from; token < to; token++) {
        if (best >= 0 && logits[token]! <= logits[best]!) continue;
        if (!vocabulary.endsLine(token)) best = token;
      }
    }
    return best;
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

/** Tokens that are looked at one by one only where one of them is among the greatest. */
const BLOCK = 512;

/** Four at a time, which do not wait for each other, and by comparison: `Math.max` has to look for NaN and -0. */
function maxOf(values: Float32Array, from: number, to: number): number {
  let a = values[from]!;
  let b = a;
  let c = a;
  let d = a;
  const whole = to - ((to - from) & 3);
  for (let i = from; i < whole; i += 4) {
    const w = values[i]!;
    const x = values[i + 1]!;
    const y = values[i + 2]!;
    const z = values[i + 3]!;
    if (w > a) a = w;
    if (x > b) b = x;
    if (y > c) c = y;
    if (z > d) d = z;
  }
  for (let i = whole; i < to; i++) if (values[i]! > a) a = values[i]!;
  return Math.max(a, b, c, d);
}
