/**
 * All pages of the device, made at the start (memory pooling): a page is the right to {@link PAGE_TOKENS} cells. Who takes
 * a page may fill that many cells and no more, so the cells cannot run out while the pages have not (PagedAttention's
 * block allocator, arXiv 2309.06180). Nothing is allocated after the constructor.
 */

/** Tokens of a page; a power of two below the number that {@link PagePool.filled} holds. */
export const PAGE_TOKENS = 32;

/** Index of a page; -1 is none. */
export type PageId = number;

export class PagePool {
  readonly total: number;
  /** Tokens in each page. */
  readonly filled: Uint8Array;
  /** Who holds each page: the tree, and every lease. */
  readonly refs: Uint16Array;
  /** 1 for pages of the tree: they stay when their last lease lets go. */
  readonly cached: Uint8Array;
  /** Pages that only the tree holds. */
  idle = 0;
  /** Most pages that were ever in use at once. */
  peak = 0;
  /** Tokens in all pages. */
  filledCells = 0;
  /** The next to be taken at the end. */
  readonly #free: PageId[];

  constructor(total: number) {
    this.total = total;
    this.filled = new Uint8Array(total);
    this.refs = new Uint16Array(total);
    this.cached = new Uint8Array(total);
    this.#free = Array.from({ length: total }, (_, i) => total - 1 - i);
  }

  get free(): number {
    return this.#free.length;
  }
  /** Pages that a lease holds. */
  get leased(): number {
    return this.total - this.free - this.idle;
  }

  /** Takes a free page for one holder; empty. -1 when there is none. */
  take(): PageId {
    const page = this.#free.pop();
    if (page === undefined) return -1;
    this.refs[page] = 1;
    this.peak = Math.max(this.peak, this.total - this.free);
    return page;
  }

  fill(page: PageId, tokens: number): void {
    this.filledCells += tokens - this.filled[page]!;
    this.filled[page] = tokens;
  }

  /** The tree becomes a holder. */
  cache(page: PageId): void {
    this.cached[page] = 1;
    this.refs[page]!++;
  }

  /** The tree lets go. */
  uncache(page: PageId): void {
    if (this.refs[page] === 1) this.idle--;
    this.cached[page] = 0;
    this.#drop(page);
  }

  /** A lease becomes a holder of a cached page. */
  retain(page: PageId): void {
    if (this.cached[page] === 1 && this.refs[page] === 1) this.idle--;
    this.refs[page]!++;
  }

  /** A lease lets go. */
  release(page: PageId): void {
    this.#drop(page);
    if (this.cached[page] === 1 && this.refs[page] === 1) this.idle++;
  }

  #drop(page: PageId): void {
    if (--this.refs[page]! > 0) return;
    this.fill(page, 0);
    this.#free.push(page);
  }
}
