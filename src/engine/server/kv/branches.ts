/**
 * Keeps cells in step with the tree: every node in pages has a sequence id that owns its cells, so that they stay when
 * the request that computed them is gone, and can be dropped page by page.
 */
import type { DecodeBackend, SequenceId } from '../backend.ts';
import { PAGE_TOKENS, type PageId, type PagePool } from './pagePool.ts';
import type { PrefixTree, TreeNode } from './prefixTree.ts';
import type { SequenceIds } from './sequenceIds.ts';
import type { Spill } from './spill.ts';

export type CacheEvent = (what: 'evicted' | 'spilled' | 'restored', pages: number) => void;

export class Branches {
  readonly #backend: DecodeBackend;
  readonly #pool: PagePool;
  readonly #tree: PrefixTree;
  readonly #ids: SequenceIds;
  readonly #spill: Spill | undefined;
  readonly #onEvent: CacheEvent;
  evictions = 0;

  constructor(
    backend: DecodeBackend,
    pool: PagePool,
    tree: PrefixTree,
    ids: SequenceIds,
    spill: Spill | undefined,
    onEvent: CacheEvent,
  ) {
    this.#backend = backend;
    this.#pool = pool;
    this.#tree = tree;
    this.#ids = ids;
    this.#spill = spill;
    this.#onEvent = onEvent;
  }

  /** Evicts until `count` pages are free. False when that cannot be. */
  makeRoom(count: number): boolean {
    while (this.#pool.free < count) {
      const leaf = this.#tree.cheapest;
      if (!leaf) return false;
      this.#evict(leaf, count - this.#pool.free);
    }
    return true;
  }

  /**
   * Puts computed pages below `parent`, behind its end; `source` has their cells. A parent that only this one lease
   * holds, and that has no children, is lengthened instead.
   * @returns the node that ends with them; undefined when no sequence id could be had.
   */
  add(parent: TreeNode, tokens: number[], pages: PageId[], source: SequenceId): TreeNode | undefined {
    const start = parent.start + parent.tokens.length;
    const first = start / PAGE_TOKENS;
    const last = first + pages.length;
    const lengthens = parent.children.length === 0 && tokens.length % PAGE_TOKENS === 0 && this.#growable(parent);
    if (lengthens && this.#ids.fits(parent.sequence, first, last)) {
      this.#ids.take(parent.sequence, first, last);
      this.#backend.copyRange(source, parent.sequence, start, start + tokens.length);
      this.#tree.append(parent, tokens, pages);
      return parent;
    }
    const id = this.#takeId(parent, first, last);
    if (id < 0) return undefined;
    this.#backend.copyRange(source, id, start, start + tokens.length);
    return this.#tree.add(parent, tokens, pages, id);
  }

  /** Gives a page to a node that stood for a saved one. @returns the node that ends with it. */
  adopt(node: TreeNode, page: PageId, source: SequenceId): TreeNode | undefined {
    const parent = node.parent!;
    const { start } = node;
    const first = start / PAGE_TOKENS;
    const alone = parent.children.length === 1 && this.#growable(parent);
    if (alone && this.#ids.fits(parent.sequence, first, first + 1)) {
      this.#ids.take(parent.sequence, first, first + 1);
      this.#backend.copyRange(source, parent.sequence, start, start + PAGE_TOKENS);
      this.#spill?.warm(node);
      if (parent.keys.length === parent.pages.length) parent.keys.push(...node.keys);
      this.#tree.append(parent, node.tokens, [page], node);
      return parent;
    }
    const id = this.#takeId(parent, first, first + 1);
    if (id < 0) return undefined;
    this.#backend.copyRange(source, id, start, start + PAGE_TOKENS);
    this.#spill?.warm(node);
    this.#tree.furnish(node, [page], id);
    return node;
  }

  /** Removes a node with all that is below it, saved copies too; nobody may hold any of it. */
  drop(node: TreeNode): void {
    for (const child of [...node.children]) this.drop(child);
    if (node.pages.length > 0) this.#dropCells(node);
    this.#spill?.forget(node);
    this.#tree.remove(node);
  }

  /** Frees the `count` deepest pages of a leaf, or all of it; what is worth it is saved first. */
  #evict(leaf: TreeNode, count: number): void {
    const pages = Math.min(count, leaf.pages.length);
    const spillsBefore = this.#spill?.spills ?? 0;
    for (let done = 0; done < pages; done++) {
      const page = leaf.pages.length === 1 ? leaf : this.#tree.cutLast(leaf);
      const full = page.tokens.length === PAGE_TOKENS;
      if (full && this.#spill?.keep(page, 0)) {
        this.#dropCells(page);
        this.#tree.strip(page);
        this.#spill.cool(page);
      } else {
        this.drop(page);
      }
    }
    this.evictions += pages;
    this.#onEvent('evicted', pages);
    const spilled = (this.#spill?.spills ?? 0) - spillsBefore;
    if (spilled > 0) this.#onEvent('spilled', spilled);
  }

  #dropCells({ sequence, start, tokens, pages }: TreeNode): void {
    this.#backend.removeRange(sequence, start, start + tokens.length);
    const first = start / PAGE_TOKENS;
    this.#ids.give(sequence, first, first + pages.length);
  }

  /** An id that is free at these pages, if need be at the cost of the cheapest leaf that has one there. */
  #takeId(parent: TreeNode, first: number, last: number): SequenceId {
    for (;;) {
      const id = this.#ids.take(parent.sequence, first, last);
      if (id >= 0) return id;
      let victim: TreeNode | undefined;
      for (const leaf of this.#tree.evictable) {
        const start = leaf.start / PAGE_TOKENS;
        const overlaps = start < last && start + leaf.pages.length > first;
        if (overlaps && (!victim || leaf.priority < victim.priority)) victim = leaf;
      }
      if (!victim) return -1;
      this.#evict(
        victim,
        victim.start / PAGE_TOKENS + victim.pages.length - Math.max(first, victim.start / PAGE_TOKENS),
      );
    }
  }

  #growable(node: TreeNode): boolean {
    const full = node.tokens.length % PAGE_TOKENS === 0;
    return node.pages.length > 0 && full && this.#pool.refs[node.pages[0]!] === 2;
  }
}
