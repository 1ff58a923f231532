/**
 * Which sequence id owns which pages. libllama drops cells by (sequence, range of positions) only, so that a page can be
 * dropped alone when no other page at its positions has its id. Ids are few; nodes of the tree share one as long as
 * their ranges do not overlap (interval colouring):
 *
 *     positions   0 ......... 32 ........ 64 ........ 96
 *     id 16       [ import … ][ file a …  ][ … a      ]     one path of the tree, one id
 *     id 17                   [ file b …  ]      [ … c ]    a branch, and a part of a third path
 */
import type { SequenceId } from '../backend.ts';

export class SequenceIds {
  readonly #first: SequenceId;
  /** For each id a bit for each page of positions. */
  readonly #taken: Uint32Array[];
  #hand = 0;

  /** Ids `first` to `first + count - 1`, each with `depth` pages of positions. */
  constructor(first: SequenceId, count: number, depth: number) {
    this.#first = first;
    this.#taken = Array.from({ length: count }, () => new Uint32Array(Math.ceil(depth / 32)));
  }

  /** True when `id` owns none of the pages [start, end). */
  fits(id: SequenceId, start: number, end: number): boolean {
    const taken = this.#taken[id - this.#first]!;
    for (let page = start; page < end; page++) if (((taken[page >>> 5]! >>> (page & 31)) & 1) === 1) return false;
    return true;
  }

  /**
   * Takes the pages [start, end) of positions for an id: `preferred` (the parent's: a path of one id is shared by one
   * call) where it is free there, else any. -1 when every id has a page there.
   */
  take(preferred: SequenceId, start: number, end: number): SequenceId {
    if (preferred >= this.#first && this.fits(preferred, start, end)) return this.#mark(preferred, start, end);
    for (let tried = 0; tried < this.#taken.length; tried++) {
      const id = this.#first + ((this.#hand + tried) % this.#taken.length);
      if (!this.fits(id, start, end)) continue;
      this.#hand = (id - this.#first + 1) % this.#taken.length;
      return this.#mark(id, start, end);
    }
    return -1;
  }

  give(id: SequenceId, start: number, end: number): void {
    const taken = this.#taken[id - this.#first]!;
    for (let page = start; page < end; page++) taken[page >>> 5]! &= ~(1 << (page & 31));
  }

  /** Pages of positions that are taken, over all ids. */
  get taken(): number {
    let count = 0;
    for (const bits of this.#taken) for (let word of bits) for (; word !== 0; word &= word - 1) count++;
    return count;
  }

  #mark(id: SequenceId, start: number, end: number): SequenceId {
    const taken = this.#taken[id - this.#first]!;
    for (let page = start; page < end; page++) taken[page >>> 5]! |= 1 << (page & 31);
    return id;
  }
}
