/**
 * How likely an answer is right up to each of its tokens. Each token has a hazard, the chance that it is the first wrong
 * one: a logistic function of what it rests on (discrete-time survival, Cox 1972), and the chances of all tokens up to a
 * place are multiplied.
 */
import type { CertainEnd, Step } from '../../../../protocol/index.ts';
import { RIGHT } from '../weights.ts';

const LEAST = 1e-6;
/** How surprised the model can be at most: of names that only the project has, it says nothing more than that. */
const LEAST_OF_MODEL = 1e-3;
/** A match of so many tokens is a long one. */
const LONG = 16;
/** Something that was found so often is a habit. */
const OFTEN = 4;
/** Tokens of an answer that are told apart by their number. */
const MOST_STEPS = 6;

/**
 * What the chance of a token depends on; the weights were fitted on what came next at every key of lines that were typed in
 * packages that are in no evaluation.
 * @param step the token. @param at its number in the answer. @param sum logarithm of the probability of those before it.
 * @param typed bytes of the line that were written before. @param place where in a word it begins.
 */
export function featuresOf(step: Step, at: number, sum: number, typed: number, place: WordPlace): number[] {
  const { probability, model, longest, seen, share, own, favourite, recalled, written, ends } = step;
  const foreseen = logit(Math.max(model, LEAST_OF_MODEL));
  return [
    1,
    logit(probability),
    Math.log(probability + LEAST),
    foreseen,
    Math.log1p(longest),
    Math.log1p(seen),
    share,
    own,
    favourite,
    Math.min(1, recalled / Math.max(probability, LEAST)),
    at === 0 ? 1 : 0,
    Math.min(at, MOST_STEPS),
    sum,
    Math.log1p(typed),
    ends ? 1 : 0,
    place === 'none' ? 0 : 1,
    written === 0 ? 1 : 0,
    Math.log1p(written),
    longest === 0 ? 1 : 0,
    // The model need not have foreseen what the code has said word for word for so long, or so often, nor the rest of its names.
    foreseen * Math.min(1, longest / LONG),
    foreseen * share * Math.min(1, seen / OFTEN),
    place === 'within' ? foreseen : 0,
  ];
}

/** Where a token begins: a word, the rest of one that has begun, or neither. */
export type WordPlace = 'begins' | 'within' | 'none';

/** @param isWord whether a word has begun before it. */
export function wordPlaceOf(bytes: Uint8Array, isWord: boolean): WordPlace {
  if (!beginsWord(bytes)) return 'none';
  return isWord ? 'within' : 'begins';
}

/** Whether a word has begun behind a token. One that adds nothing is a part of the word at the cursor, which is written anew. */
export function isWordAfter(bytes: Uint8Array): boolean {
  return bytes.length === 0 || WORD.test(String.fromCharCode(bytes.at(-1)!));
}

export class Certainty {
  readonly steps: Step[] = [];
  /** Bytes of the cursor's line that were written before. */
  readonly typed: number;
  /** By step: that all up to it is right. */
  readonly #right: number[] = [];
  #sum = 0;
  #line: number | null = null;
  #ended = false;
  /** A word has begun before the next token. */
  #isWord = false;
  readonly #weights: readonly number[];

  /** @param weights of {@link featuresOf}, for fitting; the default is what was fitted (test/eval/fit). */
  constructor(typed: number, weights: readonly number[] = RIGHT) {
    this.typed = typed;
    this.#weights = weights;
  }

  /** The same so far; neither hears what is added to the other. */
  clone(): Certainty {
    const twin = new Certainty(this.typed, this.#weights);
    twin.steps.push(...this.steps);
    twin.#right.push(...this.#right);
    twin.#sum = this.#sum;
    twin.#line = this.#line;
    twin.#ended = this.#ended;
    twin.#isWord = this.#isWord;
    return twin;
  }

  /** Probability of what was chosen so far, in [0, 1]. */
  get probability(): number {
    return Math.exp(this.#sum);
  }

  /** The first line is over. */
  get lineEnded(): boolean {
    return this.#ended;
  }

  /** A token of the answer was chosen. @param bytes of it that are new. */
  add(step: Step, bytes: Uint8Array): void {
    const place = wordPlaceOf(bytes, this.#isWord);
    const features = featuresOf(step, this.steps.length, this.#sum, this.typed, place);
    this.#isWord = isWordAfter(bytes);
    const chance = sigmoid(dot(this.#weights, features));
    this.#right.push(this.right * chance);
    this.steps.push(step);
    this.#sum += Math.log(step.probability + LEAST);
    if (!this.#ended) this.#line = this.right;
    this.#ended ||= step.ends;
  }

  /** That all is right so far, in [0, 1]. */
  get right(): number {
    return this.#right.at(-1) ?? 1;
  }

  /** That the first line is right, its end included; null where no token was chosen. Before it ended: of what there is so far. */
  get line(): number | null {
    return this.#line;
  }

  /** The places of the answer at which its tokens end. @param text the answer. */
  ends(text: string): CertainEnd[] {
    const ends: CertainEnd[] = [];
    const unitOf = unitsOf(text);
    let bytes = 0;
    for (const [index, { written }] of this.steps.entries()) {
      bytes += written;
      const end = unitOf(bytes);
      if (end === undefined || written === 0) continue;
      ends.push([end, rounded(this.#right[index]!)]);
    }
    return ends;
  }
}

/** Logarithmic odds of a probability, kept finite. */
export function logit(probability: number): number {
  const kept = Math.min(Math.max(probability, LEAST), 1 - LEAST);
  return Math.log(kept / (1 - kept));
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

const WORD = /^[\w$]|^[\x80-\xff]/;
const beginsWord = (bytes: Uint8Array): boolean => bytes.length > 0 && WORD.test(String.fromCharCode(bytes[0]!));

/** From an offset in the UTF-8 bytes of a text to one in its UTF-16 units; undefined inside a character and behind the end. */
function unitsOf(text: string): (bytes: number) => number | undefined {
  const length = Buffer.byteLength(text);
  if (length === text.length) return (bytes) => (bytes <= length ? bytes : undefined);
  const units = new Map<number, number>([[0, 0]]);
  let [bytes, at] = [0, 0];
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    at += character.length;
    units.set(bytes, at);
  }
  return (offset) => units.get(offset);
}

const rounded = (probability: number): number => Math.round(probability * 1e4) / 1e4;
