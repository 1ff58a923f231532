/**
 * Which of the two has lately been right, the model or the code: told from what was really written where a completion was
 * asked for. For each document it moves the escapes of the mixture (one step of gradient descent on the likelihood of the
 * token that came, as online mixing in the PAQ compressors does); over all documents it says whether mixing helps at all.
 */
import { LINE_END } from './distribution.ts';
import type { Evidence } from './evidence.ts';
import type { Mixture } from './mixture.ts';
import type { Vocabulary } from './vocabulary.ts';

const RATE = 0.3;
/** A document can say no more than this against what was fitted. */
const LARGEST_BIAS = 2;
/** Weight of the newest token in the mean gain; and how many there must be before mixing is turned off for it. */
const FOLLOW = 0.03;
const LEAST_SEEN = 40;
/** Documents that are remembered. */
const REMEMBERED = 256;
/** What is written further from the place of a request says nothing about it. */
const NEAR = 200;

/** What was expected where a completion was asked for. */
interface Expectation {
  /** UTF-16 offset in the document of the first token, and of the cursor: what is between them was there already. */
  at: number;
  cursor: number;
  tokens: Int32Array;
  slopes: Float64Array;
  gains: Float64Array;
  /** Of any other token. */
  otherSlope: number;
  otherGain: number;
}

export interface ReliabilityStatus {
  on: boolean;
  /** Nats by which mixing made the tokens that were really written likelier, in the mean; null before the first. */
  gain: number | null;
  seen: number;
}

export class Reliability {
  readonly #vocabulary: Vocabulary;
  readonly #bias = new Map<string, number>();
  readonly #expected = new Map<string, Expectation>();
  #gain: number | null = null;
  #seen = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Mixing does not make what people write less likely. */
  get on(): boolean {
    return this.#seen < LEAST_SEEN || (this.#gain ?? 0) >= 0;
  }

  biasOf(document: string): number {
    return this.#bias.get(document) ?? 0;
  }

  status(): ReliabilityStatus {
    return { on: this.on, gain: this.#gain, seen: this.#seen };
  }

  /**
   * A completion is asked for at an offset: what has been written since the last one was asked for in the document tells
   * who was right then.
   * @param written the text between two offsets of the document.
   */
  arrived(document: string, offset: number, written: (start: number, end: number) => string): void {
    const expected = this.#expected.get(document);
    if (!expected || offset === expected.cursor) return;
    if (offset < expected.cursor || offset > expected.cursor + NEAR) {
      this.#expected.delete(document);
      return;
    }
    const bytes = Buffer.from(written(expected.at, offset).replaceAll('\r\n', '\n'));
    const known = Buffer.byteLength(written(expected.at, expected.cursor));
    const index = this.#tokenOf(bytes, known, expected.tokens);
    if (index === undefined) return;
    this.#expected.delete(document);
    if (index !== KNOWN) this.#learn(document, index, expected);
  }

  /**
   * Remembers what is expected from `at` on by a request at `cursor`, after the mixture of the first token; what is expected
   * already, and not told yet, stays.
   * @param model the model's probability of each token of the evidence.
   */
  expects(
    document: string,
    { at, cursor }: { at: number; cursor: number },
    evidence: Evidence,
    mixture: Mixture,
    model: Float64Array,
  ): void {
    if (evidence.count === 0 || this.#expected.has(document)) return;
    const { count } = evidence;
    const slopes = new Float64Array(count);
    const gains = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      slopes[i] = mixture.slope(evidence, i, model[i]!);
      gains[i] = Math.log(Math.max(mixture.probabilities[i]!, 1e-9) / Math.max(model[i]!, 1e-9));
    }
    this.#expected.set(document, {
      at,
      cursor,
      tokens: evidence.tokens.slice(0, count),
      slopes,
      gains,
      otherSlope: mixture.slope(evidence, -1, 1),
      // All others together: what the evidence leaves, over what the model leaves.
      otherGain: Math.log(restOf(mixture.probabilities, count) / restOf(model, count)),
    });
    if (this.#expected.size > REMEMBERED) this.#expected.delete(this.#expected.keys().next().value!);
  }

  forget(document: string): void {
    this.#expected.delete(document);
    this.#bias.delete(document);
  }

  /**
   * Which expected token the text begins with: the longest; -1: none; {@link KNOWN}: one that was there already, which tells
   * nothing; undefined: it cannot be told yet.
   * @param known leading bytes that were there already.
   */
  #tokenOf(bytes: Uint8Array, known: number, tokens: Int32Array): number | undefined {
    let best = -1;
    let longest = 0;
    for (const [index, token] of tokens.entries()) {
      const spelled = token === LINE_END ? NEWLINE : this.#vocabulary.bytes(token);
      if (spelled.length === 0 || !startsAlike(spelled, bytes)) continue;
      if (spelled.length > bytes.length) return undefined;
      if (spelled.length > longest) [best, longest] = [index, spelled.length];
    }
    return best >= 0 && longest <= known ? KNOWN : best;
  }

  #learn(document: string, index: number, { slopes, gains, otherSlope, otherGain }: Expectation): void {
    const slope = index < 0 ? otherSlope : slopes[index]!;
    const gain = Math.max(-5, Math.min(5, index < 0 ? otherGain : gains[index]!));
    const bias = this.biasOf(document) + RATE * slope;
    this.#bias.delete(document);
    this.#bias.set(document, Math.max(-LARGEST_BIAS, Math.min(LARGEST_BIAS, bias)));
    if (this.#bias.size > REMEMBERED) this.#bias.delete(this.#bias.keys().next().value!);
    this.#seen++;
    // The mean of all at first, then of the latest.
    const follow = Math.max(FOLLOW, 1 / this.#seen);
    this.#gain = (this.#gain ?? 0) + follow * (gain - (this.#gain ?? 0));
  }
}

function restOf(probabilities: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += probabilities[i]!;
  return Math.max(1 - sum, 1e-9);
}

const NEWLINE = Uint8Array.of(0x0a);
const KNOWN = -2;

function startsAlike(a: Uint8Array, b: Uint8Array): boolean {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return false;
  return true;
}
