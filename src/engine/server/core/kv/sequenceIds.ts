/**
 * Which sequence id owns which pages. libllama drops cells by (sequence, range of positions) only, so that a page can be
 * dropped alone when no other page at its positions has its id. Ids are few; nodes of the tree share one as long as
 * they are at different positions (interval colouring):
 *
 *     positions   0 ......... 32 ........ 64 ........ 96
 *     id 16       [ import … ][ file a …  ][  … a    ]     one path of the tree, one id
 *     id 17                   [ file b …  ]       [ … c ]  a branch, and a part of a third path
 */
import type { SequenceId } from '../backend.ts';
import { PAGE_TOKENS } from './pagePool.ts';

/** A page at the position `start`, with cells under `sequence`. */
export interface Placed {
  sequence: SequenceId;
  start: number;
}

/** An id, and the end of the pages of positions that it has free. */
export interface FreeRun {
  id: SequenceId;
  end: number;
}

export class SequenceIds<T extends Placed> {
  readonly #first: SequenceId;
  /** For each id, by pages of positions. */
  readonly #owners: (T | undefined)[][];

  /** Ids `first` to `first + count - 1`. */
  constructor(first: SequenceId, count: number) {
    this.#first = first;
    this.#owners = Array.from({ length: count }, () => []);
  }

  /**
   * An id that is free at the pages [start, end) of positions: `preferred` (the parent's: a path of one id is shared by
   * one call) if it is, else any; if none is, the one that is free at most of the first pages.
   * @returns undefined when no id is free at the first page.
   */
  find(preferred: SequenceId, start: number, end: number): FreeRun | undefined {
    const { length } = this.#owners;
    if (preferred >= this.#first && this.#freeTo(preferred, start, end) === end) return { id: preferred, end };
    let best: FreeRun | undefined;
    for (let id = this.#first; id < this.#first + length && (best?.end ?? start) < end; id++) {
      const to = this.#freeTo(id, start, end);
      if (to > (best?.end ?? start)) best = { id, end: to };
    }
    return best;
  }

  take(owner: T): void {
    this.#owners[owner.sequence - this.#first]![owner.start / PAGE_TOKENS] = owner;
  }

  give({ sequence, start }: T): void {
    this.#owners[sequence - this.#first]![start / PAGE_TOKENS] = undefined;
  }

  /** Who is at a page of positions, under any id. */
  at(page: number): T[] {
    return this.#owners.flatMap((owners) => owners[page] ?? []);
  }

  #freeTo(id: SequenceId, start: number, end: number): number {
    const owners = this.#owners[id - this.#first]!;
    let page = start;
    while (page < end && owners[page] === undefined) page++;
    return page;
  }
}
