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

/** An id, and the end of the pages that were taken for it. */
export interface Taken {
  id: SequenceId;
  end: number;
}

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

  /** How many of the pages [start, end), from the first one on, no other part of `id` has. */
  reach(id: SequenceId, start: number, end: number): number {
    const taken = this.#taken[id - this.#first]!;
    let page = start;
    while (page < end && ((taken[page >>> 5]! >>> (page & 31)) & 1) === 0) page++;
    return page - start;
  }

  /**
   * Takes the pages [start, end) of positions for an id: `preferred` (the parent's: a path of one id is shared by one
   * call) where it is free there, else any; where none is, as many of the first pages as one id has free.
   * @returns undefined when every id has the first page.
   */
  take(preferred: SequenceId, start: number, end: number): Taken | undefined {
    const { length } = this.#taken;
    if (preferred >= this.#first && this.reach(preferred, start, end) === end - start) {
      return this.#mark(preferred, start, end);
    }
    let [best, most] = [-1, 0];
    for (let tried = 0; tried < length && most < end - start; tried++) {
      const id = this.#first + ((this.#hand + tried) % length);
      const reach = this.reach(id, start, end);
      if (reach > most) [best, most] = [id, reach];
    }
    if (best < 0) return undefined;
    this.#hand = (best - this.#first + 1) % length;
    return this.#mark(best, start, start + most);
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

  #mark(id: SequenceId, start: number, end: number): Taken {
    const taken = this.#taken[id - this.#first]!;
    for (let page = start; page < end; page++) taken[page >>> 5]! |= 1 << (page & 31);
    return { id, end };
  }
}
