/**
 * Keeps cells in step with the tree: every node with a page has a sequence id that owns its cells, so that they stay when
 * the request that computed them is gone, and can be dropped page by page. The library looks at all cells at each call, so
 * that there is one for all pages in a row under one id.
 */
import type { DecodeBackend, SequenceId } from '../backend.ts';
import { PAGE_TOKENS, type PageId, type PagePool } from './pagePool.ts';
import type { PrefixTree } from './prefixTree.ts';
import type { FreeRun, SequenceIds } from './sequenceIds.ts';
import type { Spill } from './spill.ts';
import { endOf, subtree, type TreeNode } from './treeNode.ts';

export type CacheEvent = (what: 'evicted' | 'spilled' | 'restored', pages: number) => void;

/** What the parts of a cache have in common. */
export interface CacheParts {
  readonly backend: DecodeBackend;
  readonly pool: PagePool;
  readonly tree: PrefixTree;
  readonly ids: SequenceIds<TreeNode>;
  /** Absent where evicted pages go nowhere. */
  readonly spill: Spill | undefined;
  readonly onEvent: CacheEvent;
}

export class Branches {
  readonly #parts: CacheParts;
  /** Cells that are to be dropped: positions of each sequence. */
  readonly #dropped = new Map<SequenceId, { start: number; end: number }>();
  evictions = 0;

  constructor(parts: CacheParts) {
    this.#parts = parts;
  }

  /** Evicts until `count` pages are free. False when that cannot be. */
  makeRoom(count: number): boolean {
    if (this.#parts.pool.free < count) this.#evict(this.#cheapest(count));
    return this.#parts.pool.free >= count;
  }

  /**
   * Puts computed pages behind `parent`, or as many of them as one sequence id can be had for, into the places of saved
   * ones where there are such; `source` has their cells. None of them is on the device yet.
   * @returns the node that ends with them; undefined when no sequence id could be had.
   */
  add(parent: TreeNode, tokens: readonly number[], pages: readonly PageId[], source: SequenceId): TreeNode | undefined {
    const start = endOf(parent);
    const first = start / PAGE_TOKENS;
    const free = this.#findId(parent.sequence, first, first + pages.length);
    if (!free) return undefined;
    let node = parent;
    for (const [i, page] of pages.slice(0, free.end - first).entries()) {
      const text = tokens.slice(i * PAGE_TOKENS, (i + 1) * PAGE_TOKENS);
      const found = this.#parts.tree.best(node, text, 0, text.length);
      if (found?.common === PAGE_TOKENS) {
        this.#parts.spill?.warm(found.node);
        this.#parts.tree.furnish(found.node, page, free.id);
        node = found.node;
      } else node = this.#parts.tree.add(node, text, page, free.id);
      this.#parts.ids.take(node);
    }
    this.#parts.backend.copyRange(source, free.id, start, endOf(node));
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

  *#cheapest(count: number): Generator<TreeNode> {
    for (let leaf = this.#parts.tree.cheapest; leaf && this.#parts.pool.free < count; leaf = this.#parts.tree.cheapest)
      yield leaf;
  }

  /** Frees the pages of nodes, children before parents; what is worth it is saved first. */
  #evict(nodes: Iterable<TreeNode>): void {
    const [evictions, spills] = [this.evictions, this.#parts.spill?.spills ?? 0];
    for (const node of nodes) {
      this.evictions++;
      if (node.tokens.length === PAGE_TOKENS && this.#parts.spill?.keep(node)) {
        this.#dropCells(node);
        this.#parts.tree.strip(node);
        this.#parts.spill.cool(node);
      } else this.#remove(node, false);
    }
    this.#flush();
    this.#parts.onEvent('evicted', this.evictions - evictions);
    const spilled = (this.#parts.spill?.spills ?? 0) - spills;
    if (spilled > 0) this.#parts.onEvent('spilled', spilled);
  }

  #remove(node: TreeNode, keepDisk: boolean): void {
    for (const each of subtree(node).reverse()) {
      if (each.page >= 0) this.#dropCells(each);
      this.#parts.spill?.forget(each, keepDisk);
      this.#parts.tree.remove(each);
    }
  }

  #dropCells(node: TreeNode): void {
    const { sequence, start } = node;
    const below = this.#dropped.get(sequence);
    if (below?.start === endOf(node)) below.start = start;
    else {
      if (below) this.#parts.backend.removeRange(sequence, below.start, below.end);
      this.#dropped.set(sequence, { start, end: endOf(node) });
    }
    this.#parts.ids.give(node);
  }

  #flush(): void {
    for (const [sequence, { start, end }] of this.#dropped) this.#parts.backend.removeRange(sequence, start, end);
    this.#dropped.clear();
  }

  /** An id that is free from page `first` of positions on, if need be at the cost of the branch that was used longest ago. */
  #findId(preferred: SequenceId, first: number, last: number): FreeRun | undefined {
    const free = this.#parts.ids.find(preferred, first, last);
    if (free) return free;
    let least: TreeNode | undefined;
    for (const node of this.#parts.ids.at(first)) {
      if (!this.#parts.tree.held(node) && node.priority < (least?.priority ?? Number.POSITIVE_INFINITY)) least = node;
    }
    if (!least) return undefined;
    this.#evict(subtree(least, ({ page }) => page >= 0).reverse());
    return this.#parts.ids.find(preferred, first, last);
  }
}
