/**
 * Keeps cells in step with the tree: every node in pages has a sequence id that owns its cells, so that they stay when
 * the request that computed them is gone, and can be dropped page by page.
 */
import type { DecodeBackend, SequenceId } from '../backend.ts';
import { PAGE_TOKENS, type PageId, type PagePool } from './pagePool.ts';
import type { PrefixTree } from './prefixTree.ts';
import type { SequenceIds, Taken } from './sequenceIds.ts';
import type { Spill } from './spill.ts';
import type { TreeNode } from './treeNode.ts';

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
   * Puts computed pages below `parent`, behind its end, or as many of them as one sequence id can be had for; `source` has
   * their cells. A parent that only this one lease holds, and that has no children, is lengthened instead.
   * @returns the node that ends with them; undefined when no sequence id could be had.
   */
  add(parent: TreeNode, tokens: readonly number[], pages: readonly PageId[], source: SequenceId): TreeNode | undefined {
    const start = parent.start + parent.tokens.length;
    const first = start / PAGE_TOKENS;
    const last = first + pages.length;
    const lengthens = parent.children.length === 0 && tokens.length % PAGE_TOKENS === 0 && this.#growable(parent);
    if (lengthens && this.#ids.reach(parent.sequence, first, last) === pages.length) {
      this.#ids.take(parent.sequence, first, last);
      this.#backend.copyRange(source, parent.sequence, start, start + tokens.length);
      this.#tree.append(parent, tokens, pages);
      return parent;
    }
    const taken = this.#take(parent, first, last);
    if (!taken) return undefined;
    const part = tokens.slice(0, (taken.end - first) * PAGE_TOKENS);
    this.#backend.copyRange(source, taken.id, start, start + part.length);
    return this.#tree.add(parent, part, pages.slice(0, taken.end - first), taken.id);
  }

  /** Gives a page to a node that stood for a saved one. @returns the node that ends with it. */
  adopt(node: TreeNode, page: PageId, source: SequenceId): TreeNode | undefined {
    const parent = node.parent!;
    const { start } = node;
    const first = start / PAGE_TOKENS;
    const alone = parent.children.length === 1 && this.#growable(parent);
    if (alone && this.#ids.reach(parent.sequence, first, first + 1) === 1) {
      this.#ids.take(parent.sequence, first, first + 1);
      this.#backend.copyRange(source, parent.sequence, start, start + PAGE_TOKENS);
      this.#spill?.warm(node);
      parent.keys.push(...node.keys); // whoever is above a saved page has all keys
      this.#tree.append(parent, node.tokens, [page], node);
      return parent;
    }
    const taken = this.#take(parent, first, first + 1);
    if (!taken) return undefined;
    this.#backend.copyRange(source, taken.id, start, start + PAGE_TOKENS);
    // Evicting for the id may have pushed the saved page out of the last tier, and the node with it.
    if (!node.parent) return this.#tree.add(parent, node.tokens, [page], taken.id);
    this.#spill?.warm(node);
    this.#tree.furnish(node, [page], taken.id);
    return node;
  }

  /** Removes a node with all that is below it, saved copies too; nobody may hold any of it. */
  drop(node: TreeNode): void {
    const open = [node];
    for (const each of open) open.push(...each.children);
    for (const each of open.reverse()) {
      if (each.pages.length > 0) this.#dropCells(each);
      this.#spill?.forget(each);
      this.#tree.remove(each);
    }
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

  /** An id that is free from page `first` of positions on, if need be at the cost of the branch that is worth least. */
  #take(parent: TreeNode, first: number, last: number): Taken | undefined {
    const taken = this.#ids.take(parent.sequence, first, last);
    if (taken) return taken;
    const branch = this.#leastWorth(first);
    if (!branch) return undefined;
    let leaf: TreeNode;
    do {
      leaf = branch;
      while (leaf.residentChildren > 0) leaf = leaf.children.find(({ pages }) => pages.length > 0)!;
      this.#evict(leaf, leaf.start / PAGE_TOKENS + leaf.pages.length - Math.max(first, leaf.start / PAGE_TOKENS));
    } while (leaf !== branch);
    return this.#ids.take(parent.sequence, first, last);
  }

  /** Of the nodes that have page `first` of positions and are not held, the one whose best leaf is worth least. */
  #leastWorth(first: number): TreeNode | undefined {
    const worth = new Map<TreeNode, number>();
    for (const leaf of this.#tree.evictable) {
      if (leaf.start / PAGE_TOKENS + leaf.pages.length <= first) continue;
      let node = leaf;
      while (node.start / PAGE_TOKENS > first) node = node.parent!;
      if (!this.#tree.held(node)) worth.set(node, Math.max(worth.get(node) ?? 0, leaf.priority));
    }
    let least: TreeNode | undefined;
    for (const [node, priority] of worth) if (!least || priority < worth.get(least)!) least = node;
    return least;
  }

  #growable(node: TreeNode): boolean {
    const full = node.tokens.length % PAGE_TOKENS === 0;
    return node.pages.length > 0 && full && this.#pool.refs[node.pages[0]!] === 2;
  }
}
