/**
 * Keeps cells in step with the tree: every node with a page has a sequence id that owns its cells, so that they stay when
 * the request that computed them is gone, and can be dropped page by page. The library looks at all cells at each call, so
 * that there is one for all pages in a row under one id.
 */
import type { SequenceId } from '../backend.ts';
import type { KvCache } from './kvCache.ts';
import { PAGE_TOKENS, type PageId } from './pagePool.ts';
import type { FreeRun } from './sequenceIds.ts';
import { endOf, subtree, type TreeNode } from './treeNode.ts';

export class Branches {
  readonly #cache: KvCache;
  /** Cells that are to be dropped: positions of each sequence. */
  readonly #dropped = new Map<SequenceId, { start: number; end: number }>();
  evictions = 0;

  constructor(cache: KvCache) {
    this.#cache = cache;
  }

  /** Evicts until `count` pages are free. False when that cannot be. */
  makeRoom(count: number): boolean {
    const { pool, tree } = this.#cache;
    if (pool.free < count) this.#evict(() => (pool.free < count ? tree.cheapest : undefined));
    return pool.free >= count;
  }

  /**
   * Puts computed pages behind `parent`, or as many of them as one sequence id can be had for, into the places of saved
   * ones where there are such; `source` has their cells. None of them is on the device yet.
   * @returns the node that ends with them; undefined when no sequence id could be had.
   */
  add(parent: TreeNode, tokens: readonly number[], pages: readonly PageId[], source: SequenceId): TreeNode | undefined {
    const { tree, spill, ids, backend } = this.#cache;
    const start = endOf(parent);
    const first = start / PAGE_TOKENS;
    const free = this.#findId(parent.sequence, first, first + pages.length);
    if (!free) return undefined;
    let node = parent;
    for (const [i, page] of pages.slice(0, free.end - first).entries()) {
      const text = tokens.slice(i * PAGE_TOKENS, (i + 1) * PAGE_TOKENS);
      const found = tree.best(node, text, 0, text.length);
      const saved = found?.common === PAGE_TOKENS ? found.node : undefined;
      if (saved) spill.warm(saved);
      node = saved ?? tree.add(node, text);
      tree.furnish(node, page, free.id);
      ids.take(node);
    }
    backend.copyRange(source, free.id, start, endOf(node));
    return node;
  }

  /**
   * Removes a node, a root too, with all that is below it. Leases may only have pages of it as their own.
   * @param keepDisk leaves saved copies where they would be found after a restart.
   */
  drop(node: TreeNode, keepDisk = false): void {
    this.#remove(node, keepDisk);
    this.#flush();
  }

  /** Frees the pages of the nodes that `next` gives, children before parents; what is worth it is saved first. */
  #evict(next: () => TreeNode | undefined): void {
    const [evictions, spills] = [this.evictions, this.#cache.spill.spills];
    for (let node = next(); node; node = next()) {
      this.evictions++;
      if (node.tokens.length === PAGE_TOKENS && this.#cache.spill.keep(node)) {
        this.#dropCells(node);
        this.#cache.tree.strip(node);
        this.#cache.spill.cool(node);
      } else this.#remove(node, false);
    }
    this.#flush();
    this.#cache.onEvent('evicted', this.evictions - evictions);
    const spilled = this.#cache.spill.spills - spills;
    if (spilled > 0) this.#cache.onEvent('spilled', spilled);
  }

  #remove(node: TreeNode, keepDisk: boolean): void {
    for (const each of subtree(node).reverse()) {
      if (each.page >= 0) this.#dropCells(each);
      this.#cache.spill.forget(each, keepDisk);
      this.#cache.tree.remove(each);
    }
  }

  #dropCells(node: TreeNode): void {
    const { sequence, start } = node;
    const below = this.#dropped.get(sequence);
    if (below?.start === endOf(node)) below.start = start;
    else {
      if (below) this.#cache.backend.removeRange(sequence, below.start, below.end);
      this.#dropped.set(sequence, { start, end: endOf(node) });
    }
    this.#cache.ids.give(node);
  }

  #flush(): void {
    for (const [sequence, { start, end }] of this.#dropped) this.#cache.backend.removeRange(sequence, start, end);
    this.#dropped.clear();
  }

  /** An id that is free from page `first` of positions on, if need be at the cost of the branch that was used longest ago. */
  #findId(preferred: SequenceId, first: number, last: number): FreeRun | undefined {
    const free = this.#cache.ids.find(preferred, first, last);
    if (free) return free;
    let least: TreeNode | undefined;
    for (const node of this.#cache.ids.at(first)) {
      if (!this.#cache.tree.held(node) && node.priority < (least?.priority ?? Number.POSITIVE_INFINITY)) least = node;
    }
    if (!least) return undefined;
    const branch = subtree(least, ({ page }) => page >= 0);
    this.#evict(() => branch.pop());
    return this.#cache.ids.find(preferred, first, last);
  }
}
