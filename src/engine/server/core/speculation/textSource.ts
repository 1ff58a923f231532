/**
 * Guesses out of a text that is being repeated: what was asked about and what was answered so far, or a text of before
 * that is written anew with some changes. It is found by n-grams and followed. Behind a change it is found again by fewer
 * tokens, as it mostly goes on near the place where it was left.
 */
import { type DraftSource, type Guess, KINDS, type SourceName } from './draft.ts';
import { LONGEST_MATCH, type Match, NgramIndex } from './ngrams.ts';

/** Tokens of one guess: it is made anew behind them, and what is left of it is all that can be drafted before. */
const LENGTH = 192;
/** Near is so many tokens before the place that was left, and behind it. */
const NEAR = { before: 16, behind: 32 };
/** A place is where the answer is when so many tokens in a row came from there, and for so many tokens that did not. */
const FOLLOWED = 4;
const LOST = 64;
/** In so few tokens it may be a word that was replaced. */
const WORD = 4;

interface Place {
  position: number;
  made: number;
}

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
  #last: Place | undefined;
  /** Up to where the text was followed. */
  #left: Place | undefined;
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
    this.#follow(known, from);
    const found = this.#find(known, from);
    const near = this.#near(known, from);
    const match = near && near.length >= (found?.length ?? 0) ? near : found;
    const position = match?.position ?? this.#behindWord(made);
    if (position === undefined) return undefined;
    this.#last = { position, made };
    const tokens = this.#index.slice(position, position + LENGTH);
    return tokens.length === 0
      ? undefined
      : { tokens, kinds: new Uint8Array(tokens.length).fill(kindOf(match?.length ?? 0)) };
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

  /** How far the last guess was right. */
  #follow(known: readonly number[], from: number): void {
    if (this.#last) {
      const { position, made } = this.#last;
      const since = known.length - from - made;
      let right = 0;
      while (right < since && this.#index.at(position + right) === known[from + made + right]) right++;
      if (right >= FOLLOWED || right === since || (right > 0 && !this.#left))
        this.#left = { position: position + right, made: made + right };
    }
    if (this.#left && known.length - from - this.#left.made > LOST) this.#left = undefined;
  }

  /** Where the text was left, the place whose last tokens are most like the newest; the nearest of equals. */
  #near(known: readonly number[], from: number): Match | undefined {
    if (!this.#left) return undefined;
    const { position: left } = this.#left;
    const end = this.#readTail(known, from);
    let best: Match | undefined;
    const first = Math.max(1, left - NEAR.before);
    const last = Math.min(this.#index.length - 1, left + NEAR.behind);
    for (let position = first; position <= last; position++) {
      const length = this.#index.common(position, this.#tail, end);
      const nearer = best && Math.abs(position - left) < Math.abs(best.position - left);
      if (length > 0 && (length > (best?.length ?? 0) || (length === best?.length && nearer)))
        best = { position, length };
    }
    return best;
  }

  /** Behind the token that was replaced where the text was left. */
  #behindWord(made: number): number | undefined {
    if (!this.#left || made - this.#left.made > WORD) return undefined;
    const next = this.#left.position + 1;
    return next < this.#index.length ? next : undefined;
  }
}

/** None, 1, 2, 3, 4 or 5, 6 to 15, 16 to 31 and more tokens that are equal: 0 to {@link KINDS} - 1. */
function kindOf(match: number): number {
  const steps = [0, 1, 2, 3, 5, 15, 31];
  const at = steps.findIndex((most) => match <= most);
  return at < 0 ? KINDS - 1 : at;
}

/** An answer, to guess those that come after it: with some of what stood before it, by which it is found. */
export function answerIndex(before: ArrayLike<number>, tokens: readonly number[]): NgramIndex {
  const index = new NgramIndex();
  index.append(before, Math.max(0, before.length - LONGEST_MATCH));
  index.append(tokens);
  return index;
}
