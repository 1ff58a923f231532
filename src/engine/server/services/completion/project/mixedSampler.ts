/**
 * Chooses the tokens of a completion: out of the model's distribution, mixed with that of the project's own code, and held
 * to the beginning of the word at the cursor, which is written anew (token healing). Grammars do not come here.
 */
import type { Step } from '../../../../protocol/index.ts';
import type { Branch, DecodeBackend, Drawer, Sampler } from '../../../core/backend.ts';
import type { RecalledLines } from '../lines/recalledLines.ts';
import { BranchPoints, begins, greatestOf, LEAST_LIKELY } from './branchPoints.ts';
import { Certainty } from './certainty.ts';
import { Distribution, LINE_END } from './distribution.ts';
import { Evidence, type Scope } from './evidence.ts';
import { Mixture } from './mixture.ts';
import { LONGEST_MATCH } from './shard.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface MixedSamplerOptions {
  /** Draws where the choice is left to chance; undefined: the likeliest token is taken. */
  drawer: Drawer | undefined;
  vocabulary: Vocabulary;
  /** The tokens before the answer, as far as they are text. */
  context: ArrayLike<number>;
  /** The tokens after the cursor. */
  following?: Int32Array;
  /** The answer begins with these bytes: the beginning of a word that is before the cursor already. */
  beginning: Uint8Array;
  /** What is searched; empty: the model alone. */
  scopes: readonly Scope[];
  /** Whole lines that may be meant. */
  recalled?: RecalledLines | undefined;
  /** The answer ends with its first line that is not blank, so that it does not matter with which token. */
  oneLine: boolean;
  /** It may begin with a line break, which then does not end it. */
  mayBreak?: boolean;
  /** See {@link Mixture.mix}. */
  bias: number;
  /** Bytes of the cursor's line that are written, without its indentation. */
  typed?: number;
  /** What is less likely right is not wanted; in [0, 1], absent: everything is. */
  least?: number;
  /** It is noted where the first line could have gone another way. Not of what is left to chance. */
  branching?: boolean;
  /** Called once, after the first token was mixed and before it is chosen. False: the model alone decides. */
  onFirst: (evidence: Evidence, mixture: Mixture, model: Float64Array) => boolean;
}

/** Scratch memory that all samplers of a model share: they run one after the other. */
export class MixingTools {
  readonly evidence = new Evidence();
  readonly mixture = new Mixture(this.evidence.tokens.length);
  readonly distribution: Distribution;
  readonly logits: Float32Array;
  /** The model's probability of each token of the evidence. */
  readonly model = new Float64Array(this.evidence.tokens.length);

  constructor(vocabulary: Vocabulary) {
    this.distribution = new Distribution(vocabulary);
    this.logits = new Float32Array(vocabulary.size);
  }
}

/**
 * Of a line that was not recalled, the probability that it will be right to its end if its next token is. A guess, on which
 * little depends: with anything from 1 to an eighth, 52 to 55 of 250 whole lines of the tuning packages are right.
 */
export const REST = 0.5;

/**
 * A word whose beginning is typed is one of the code's rather than the model's, the more of it is there: each byte behind the
 * first few lowers the escapes.
 */
const ANEW = { free: 3, byByte: 0.25, most: 2 };

/** So many favourites of the model are looked at, beside what the code says, for another way to go. */
const FAVOURITES = 3;

export class MixedSampler implements Sampler {
  readonly #backend: Pick<DecodeBackend, 'logits'>;
  readonly #tools: MixingTools;
  readonly #options: MixedSamplerOptions;
  /** How sure the answer is so far. */
  readonly certainty: Certainty;
  /** The last tokens before the next one, at most {@link LONGEST_MATCH}. */
  readonly #context: number[];
  #beginning: Uint8Array;
  /** What the escapes are lowered by while the word at the cursor is written anew. */
  readonly #anew: number;
  #mixes: boolean;
  /** Undefined as soon as they have nothing more to say. */
  #recalled: RecalledLines | undefined;
  /** Shares that recalled lines give to tokens of the evidence, by its index. */
  readonly #shares = new Map<number, number>();
  #first = true;
  /** Something that is not blank was written. */
  #started = false;
  readonly #points: BranchPoints | undefined;

  /** @param origin goes on from where that one is, which takes as little notice of it as it of that one. */
  constructor(
    backend: Pick<DecodeBackend, 'logits'>,
    tools: MixingTools,
    options: MixedSamplerOptions,
    origin?: MixedSampler,
  ) {
    this.#backend = backend;
    this.#tools = tools;
    this.#options = options;
    this.#context = Array.from(origin ? origin.#context : options.context).slice(-LONGEST_MATCH);
    this.#beginning = origin ? origin.#beginning : options.beginning;
    this.#anew = Math.min(ANEW.most, ANEW.byByte * Math.max(0, options.beginning.length - ANEW.free));
    this.#mixes = origin ? origin.#mixes : options.scopes.length > 0;
    const recalled = origin ? origin.#recalled : options.recalled;
    this.#recalled = origin ? recalled?.clone() : recalled;
    this.#first = origin === undefined || origin.#first;
    this.#started = origin ? origin.#started : false;
    this.certainty = origin ? origin.certainty.clone() : new Certainty(options.typed ?? 0);
    this.#points = options.branching && !options.drawer && !origin ? new BranchPoints() : undefined;
  }

  /** What was chosen is too doubtful already for anything behind it to be wanted. */
  get exhausted(): boolean {
    return this.certainty.right < (this.#options.least ?? 0);
  }

  branches(most: number, over: boolean): readonly Branch[] | undefined {
    if (!this.#points) return [];
    return over || this.certainty.lineEnded ? this.#points.best(most) : undefined;
  }

  /** What recalled lines still say; undefined: nothing. */
  get recalled(): RecalledLines | undefined {
    return this.#recalled;
  }

  sample(row: number): number {
    const { distribution, evidence, logits } = this.#tools;
    const { vocabulary, scopes, following, oneLine, mayBreak = false, drawer } = this.#options;
    this.#backend.logits(row, logits);
    const among = this.#beginning.length > 0 ? vocabulary.openings(this.#beginning) : undefined;
    const joined = oneLine && (this.#started || !mayBreak) && this.#mixes && drawer === undefined;
    distribution.read(logits, among, joined);
    evidence.gather(this.#context, this.#mixes ? scopes : [], (token) => this.#admit(token, joined), following);
    this.#hear(joined);
    this.#mix();
    this.#blend();
    const token = drawer ? this.#draw(drawer, among) : this.#likeliest();
    if (this.#points && !this.certainty.lineEnded) this.#noteRivals(token, among, joined, this.#points);
    this.#take(token, joined);
    return token;
  }

  /** What could be written instead of a token, a token that ends the line apart. */
  #noteRivals(chosen: number, among: Int32Array | undefined, joined: boolean, points: BranchPoints): void {
    const { evidence, mixture, logits } = this.#tools;
    const { vocabulary } = this.#options;
    const written = vocabulary.isEnd(chosen) ? NO_BYTES : vocabulary.bytes(chosen);
    // The beginning of what was chosen would come to the same text.
    const admits = (token: number): boolean =>
      token !== chosen &&
      token !== LINE_END &&
      !vocabulary.endsLine(token) &&
      !begins(written, vocabulary.bytes(token)) &&
      vocabulary.bytes(token).length > this.#beginning.length;
    const rivals = new Set(greatestOf(logits, among, FAVOURITES, admits));
    for (let i = 0; i < evidence.count; i++) {
      const token = evidence.tokens[i]!;
      if (mixture.probabilities[i]! >= LEAST_LIKELY && admits(token)) rivals.add(token);
    }
    for (const token of rivals) {
      const { probability } = this.#probabilityOf(token);
      if (probability < LEAST_LIKELY) continue;
      const score = this.certainty.probability * probability;
      points.offer(this.certainty.steps.length, token, vocabulary.bytes(token), score, () => {
        const other = new MixedSampler(this.#backend, this.#tools, this.#options, this);
        other.#first = false;
        other.#take(token, joined);
        return other;
      });
    }
  }

  /** The drawer's state is its own; the context of an answer is given at the start. */
  accept(token: number): void {
    this.#options.drawer?.accept(token);
  }

  dispose(): void {
    this.#options.drawer?.dispose();
  }

  #admit(token: number, joined: boolean): number {
    const { vocabulary } = this.#options;
    if (this.#beginning.length > 0 && !vocabulary.opens(token, this.#beginning)) return -1;
    return joined && vocabulary.endsLine(token) ? LINE_END : token;
  }

  /** Makes room for what recalled lines go on with. */
  #hear(joined: boolean): void {
    this.#shares.clear();
    this.#recalled?.each((token, share) => {
      const counted = this.#admit(token, joined);
      if (counted === -1) return;
      const index = this.#tools.evidence.include(counted);
      this.#shares.set(index, (this.#shares.get(index) ?? 0) + share);
    });
  }

  /** Gives recalled lines their shares. */
  #blend(): void {
    if (!this.#mixes) this.#recalled = undefined;
    if (!this.#recalled) return;
    const { evidence, mixture } = this.#tools;
    let recalled = 0;
    for (const share of this.#shares.values()) recalled += share;
    mixture.leave(1 - recalled, evidence.count);
    for (const [index, share] of this.#shares) mixture.probabilities[index]! += share;
  }

  #mix(): void {
    const { distribution, evidence, mixture, model } = this.#tools;
    const { bias, drawer, onFirst } = this.#options;
    for (let i = 0; i < evidence.count; i++) model[i] = distribution.probability(evidence.tokens[i]!);
    // What is drawn needs logits of all tokens, which a share of the model's gives for nothing. And a word that is written
    // anew is spelled in the tokens that the code has it in, or the code would be at a loss for how it goes on.
    const powerSum = drawer || this.#beginning.length > 0 ? undefined : distribution.powerSum;
    const whole = { most: distribution.most, powerSum };
    mixture.mix(evidence, model, whole, this.#beginning.length > 0 ? bias - this.#anew : bias);
    if (this.#first && this.#mixes) {
      this.#mixes = onFirst(evidence, mixture, model);
      if (!this.#mixes) {
        evidence.clear();
        mixture.mix(evidence, model, whole, 0);
      }
    }
    this.#first = false;
  }

  /**
   * Nobody but the tokens of the evidence and the model's favourites can be the likeliest: all others keep a share of the
   * model's. A line does not end before it has begun: that it should is told by the confidence.
   */
  #likeliest(): number {
    const { distribution, evidence, mixture } = this.#tools;
    const { vocabulary, oneLine, mayBreak = false } = this.#options;
    const mayEnd = this.#started || !oneLine || mayBreak || distribution.bestInLine < 0;
    let token = mayEnd ? distribution.best : distribution.bestInLine;
    let most = this.#worth(token, mixture.probabilityOutside(distribution.probability(token)), 0);
    for (let i = 0; i < evidence.count; i++) {
      const other = evidence.tokens[i]!;
      const worth = this.#worth(other, mixture.probabilities[i]!, this.#shares.get(i) ?? 0);
      if (worth <= most || (!mayEnd && (other === LINE_END || vocabulary.endsLine(other)))) continue;
      most = worth;
      token = other;
    }
    return token === LINE_END ? distribution.bestEnd : token;
  }

  /**
   * The probability that the line will be right if it goes on with a token: a recalled line is known to its end, of another
   * only the next token is.
   * @param probability of the token. @param recalled how much of it recalled lines gave.
   */
  #worth(token: number, probability: number, recalled: number): number {
    if (!this.#recalled || token === LINE_END || this.#options.vocabulary.endsLine(token)) return probability;
    return recalled + REST * (probability - recalled);
  }

  #draw(drawer: Drawer, among: Int32Array | undefined): number {
    const { distribution, evidence, mixture, logits } = this.#tools;
    for (let i = 0; i < evidence.count; i++) {
      logits[evidence.tokens[i]!] = distribution.logitOf(mixture.probabilities[i]!, mixture.outside);
    }
    if (among) {
      const kept = Float32Array.from(among, (token) => logits[token]!);
      logits.fill(Number.NEGATIVE_INFINITY);
      for (let i = 0; i < among.length; i++) logits[among[i]!] = kept[i]!;
    }
    return drawer.draw(logits);
  }

  #take(token: number, joined: boolean): void {
    const { vocabulary } = this.#options;
    const bytes = vocabulary.bytes(token);
    const written = bytes.subarray(Math.min(bytes.length, this.#beginning.length));
    this.#started ||= written.some((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
    const ends =
      (joined || this.#started || vocabulary.isEnd(token)) && (vocabulary.endsLine(token) || bytes.includes(0x0a));
    const { probability, recalled } = this.#probabilityOf(token);
    this.certainty.add({ written: written.length, ends, probability, recalled, ...this.#heard(token, ends) }, written);
    if (this.#recalled) {
      this.#recalled.take(
        token,
        Math.max(0, probability - recalled) / Math.max(this.#recalled.otherShare, Number.MIN_VALUE),
      );
      if (!this.#recalled.speaks) this.#recalled = undefined;
    }
    this.#beginning = this.#beginning.subarray(Math.min(bytes.length, this.#beginning.length));
    this.#context.push(token);
    if (this.#context.length > LONGEST_MATCH) this.#context.shift();
  }

  /** What the model and the code each say of a token. */
  #heard(token: number, ends: boolean): Omit<Step, 'written' | 'ends' | 'probability' | 'recalled'> {
    const { distribution, evidence } = this.#tools;
    const model = ends ? distribution.lineEnd : distribution.probability(token);
    const top = evidence.levels.at(-1);
    if (!top) return { model, longest: 0, seen: 0, share: 0, own: 0, favourite: 0 };
    let count = 0;
    for (let i = 0; i < evidence.count; i++) {
      const other = evidence.tokens[i]!;
      const same = other === token || (ends && (other === LINE_END || this.#options.vocabulary.endsLine(other)));
      if (same) count += top.counts[i]!;
    }
    const { total, own, best } = top;
    return {
      model,
      longest: evidence.longest,
      seen: total,
      share: count / total,
      own: own / total,
      favourite: best / total,
    };
  }

  /** Of a token under the mixture, and how much of it recalled lines gave; a token that ends a line stands for all that do. */
  #probabilityOf(token: number): { probability: number; recalled: number } {
    const { distribution, evidence, mixture } = this.#tools;
    const { vocabulary } = this.#options;
    const ends = vocabulary.endsLine(token);
    const isMeant = (other: number) => other === token || (ends && (other === LINE_END || vocabulary.endsLine(other)));
    let inside = 0;
    let known = 0;
    let recalled = 0;
    for (let i = 0; i < evidence.count; i++) {
      const other = evidence.tokens[i]!;
      if (!isMeant(other)) continue;
      inside += mixture.probabilities[i]!;
      if (this.#recalled) recalled += this.#shares.get(i) ?? 0;
      known += distribution.probability(other);
    }
    const all = ends ? distribution.lineEnd : distribution.probability(token);
    return { probability: Math.min(1, inside + mixture.probabilityOutside(Math.max(0, all - known))), recalled };
  }
}

const NO_BYTES = new Uint8Array(0);
