/**
 * Guesses out of a text that is being repeated: what was asked about and what was answered so far, or a text of before
 * that is written anew with some changes. It is found by n-grams, followed, and found again behind a change.
 */
import { type DraftSource, type Guess, KINDS, type SourceName } from './draft.ts';
import { LONGEST_MATCH, NgramIndex } from './ngrams.ts';

/** Tokens of one guess: it is made anew behind them. */
const LENGTH = 48;
/** Behind a change of so many tokens the old text is looked for. */
const NEAR = 8;
/** Kind of a guess that goes on behind a change without a match. */
const BEHIND_CHANGE = 0;

/** Guesses for requests one after the other: what was given before the answer is not looked through again for each step. */
export class TextSource implements DraftSource {
  readonly name: SourceName;
  readonly #index: NgramIndex;
  readonly #before: ArrayLike<number>;
  /** What is searched grows by what is answered. */
  readonly #grows: boolean;
  #began = false;
  /** Tokens of the answer that are in the index. */
  #taken = 0;
  /** Where the last guess began in the text, and how much of the answer there was then. */
  #last: { position: number; made: number } | undefined;
  readonly #tail = new Int32Array(LONGEST_MATCH);

  /**
   * @param before the tokens that the answer goes on from.
   * @param old a text that may be repeated; absent: what is before the answer, and the answer.
   */
  constructor(name: SourceName, before: ArrayLike<number>, old?: NgramIndex) {
    this.name = name;
    this.#before = before;
    this.#grows = old === undefined;
    this.#index = old ?? new NgramIndex();
  }

  guess(known: readonly number[], from: number): Guess | undefined {
    const made = known.length - from;
    const match = this.#find(known, from);
    const position = match?.position ?? this.#behindChange(known, from);
    if (position === undefined) return undefined;
    this.#last = { position, made };
    const tokens = this.#index.slice(position, position + LENGTH);
    return tokens.length === 0 ? undefined : { tokens, kinds: kindsOf(match?.length, tokens.length) };
  }

  #find(known: readonly number[], from: number) {
    if (this.#grows) {
      if (!this.#began) this.#index.append(this.#before);
      this.#began = true;
      this.#index.append(known, from + this.#taken);
      this.#taken = known.length - from;
      return this.#index.find();
    }
    const end = this.#readTail(known, from);
    return this.#index.find(this.#tail, end);
  }

  /** Copies the last tokens before the next one. @returns how many. */
  #readTail(known: readonly number[], from: number): number {
    const made = Math.min(known.length - from, LONGEST_MATCH);
    const given = Math.min(this.#before.length, LONGEST_MATCH - made);
    for (let i = 0; i < given; i++) this.#tail[i] = this.#before[this.#before.length - given + i]!;
    for (let i = 0; i < made; i++) this.#tail[given + i] = known[known.length - made + i]!;
    return given + made;
  }

  /**
   * Where the text goes on behind a small change. The last guess was right up to some token: that one was replaced, or
   * some were left out.
   */
  #behindChange(known: readonly number[], from: number): number | undefined {
    if (!this.#last) return undefined;
    const { position, made } = this.#last;
    const since = known.length - from - made;
    let right = 0;
    while (right < since && this.#index.at(position + right) === known[from + made + right]) right++;
    if (since - right > NEAR || right === 0) return undefined;
    const changed = position + right;
    const newest = known.at(-1)!;
    const skipped = this.#index.slice(changed + 1, changed + 1 + NEAR).indexOf(newest);
    const next = skipped >= 0 ? changed + 2 + skipped : changed + since - right;
    return next < this.#index.length ? next : undefined;
  }
}

function kindsOf(match: number | undefined, count: number): Uint8Array {
  return new Uint8Array(count).fill(match === undefined ? BEHIND_CHANGE : kindOf(match));
}

/** 3, 4, 5, 6 to 8, 9 to 15, 16 to 31 and more tokens that are equal: 1 to {@link KINDS} - 1. */
function kindOf(match: number): number {
  const steps = [3, 4, 5, 8, 15, 31];
  const at = steps.findIndex((most) => match <= most);
  return at < 0 ? KINDS - 1 : at + 1;
}

/** An answer, to guess those that come after it: with some of what stood before it, by which it is found. */
export function answerIndex(before: ArrayLike<number>, tokens: readonly number[]): NgramIndex {
  const index = new NgramIndex();
  index.append(before, Math.max(0, before.length - LONGEST_MATCH));
  index.append(tokens);
  return index;
}
