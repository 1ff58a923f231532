/**
 * Where the end of a context stood before in a text, found by its last tokens: prompt lookup decoding
 * (github.com/apoorvumang/prompt-lookup-decoding), but by the longest match rather than the first.
 */

/** Tokens that have to be equal. */
export const SHORTEST_MATCH = 3;
/** Longer ones are not told apart. */
export const LONGEST_MATCH = 64;
/** Places that are looked at, the latest first. */
const LOOKS = 16;
const LEAST_CAPACITY = 256;

export interface Match {
  /** Index of the token behind it. */
  position: number;
  /** Tokens that are equal, at most {@link LONGEST_MATCH}. */
  length: number;
}

export class NgramIndex {
  #text = new Int32Array(LEAST_CAPACITY);
  /** By hash of the last tokens: one more than the latest place behind such; 0: none. */
  #heads = new Int32Array(2 * LEAST_CAPACITY);
  /** By place: the one before it with that hash, likewise. */
  #before = new Int32Array(LEAST_CAPACITY + 1);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#text[index]!;
  }

  /** The tokens [start, end), as far as there are any; no copy. */
  slice(start: number, end: number): Int32Array {
    return this.#text.subarray(start, Math.min(end, this.#length));
  }

  /** Appends the tokens [start, end) of a text. */
  append(tokens: ArrayLike<number>, start = 0, end = tokens.length): void {
    const needed = this.#length + Math.max(0, end - start);
    if (needed > this.#text.length) this.#grow(needed);
    for (let i = start; i < end; i++) {
      this.#text[this.#length++] = tokens[i]!;
      this.#note(this.#length);
    }
  }

  /**
   * The place where the longest end of a context stood, the latest of equals. Not the end of the text itself.
   * @param context tokens, the latest last; may be the text.
   */
  find(context: ArrayLike<number> = this.#text, end = this.#length): Match | undefined {
    if (end < SHORTEST_MATCH) return undefined;
    let best: Match | undefined;
    let place = this.#heads[this.#slot(context, end)]! - 1;
    for (let looks = 0; place >= 0 && looks < LOOKS; looks++) {
      if (place < this.#length) {
        const length = this.common(place, context, end);
        if (length >= SHORTEST_MATCH && length > (best?.length ?? 0)) best = { position: place, length };
        if (length === LONGEST_MATCH) break;
      }
      place = this.#before[place]! - 1;
    }
    return best;
  }

  /** How many tokens before a place equal the last ones of a context, at most {@link LONGEST_MATCH}. */
  common(place: number, context: ArrayLike<number>, end: number): number {
    const most = Math.min(place, end, LONGEST_MATCH);
    let length = 0;
    while (length < most && this.#text[place - 1 - length] === context[end - 1 - length]) length++;
    return length;
  }

  #note(place: number): void {
    if (place < SHORTEST_MATCH) return;
    const slot = this.#slot(this.#text, place);
    this.#before[place] = this.#heads[slot]!;
    this.#heads[slot] = place + 1;
  }

  /** Of the last tokens before `end`. */
  #slot(tokens: ArrayLike<number>, end: number): number {
    let hash = 0;
    for (let i = end - SHORTEST_MATCH; i < end; i++) {
      hash = Math.imul(hash ^ tokens[i]!, 0x85eb_ca6b);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0) & (this.#heads.length - 1);
  }

  #grow(needed: number): void {
    let capacity = this.#text.length;
    while (capacity < needed) capacity *= 2;
    const text = new Int32Array(capacity);
    text.set(this.#text.subarray(0, this.#length));
    this.#text = text;
    this.#heads = new Int32Array(2 * capacity);
    this.#before = new Int32Array(capacity + 1);
    for (let place = SHORTEST_MATCH; place <= this.#length; place++) this.#note(place);
  }
}
