/**
 * Between a lease and the tree: what the lease takes over from others, and what it leaves for them.
 *
 *     taken over   whole pages that the tree has (attach), the beginning of one that goes on differently (borrow)
 *     left         every page as soon as it is full (share), the rest at the end, as a leaf (leaveTail)
 */
import type { KvCache } from './kvCache.ts';
import type { Lease } from './lease.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import { endOf, type TreeNode } from './treeNode.ts';

/** A shorter tail of a prompt is computed faster than it is worth a page. */
const SHORTEST_TAIL = 8;

export class Exchange {
  readonly #cache: KvCache;

  constructor(cache: KvCache) {
    this.#cache = cache;
  }

  /** Attaches the full pages that are on the device, but no more than there is room for that nobody else holds. */
  attach(lease: Lease, tokens: readonly number[]): void {
    this.#follow(lease, tokens, tokens.length - 1, this.#cache.room(lease));
    lease.computed = Math.max(lease.computed, lease.start);
  }

  /** Shares the beginning of a page that goes on differently: the rest of the page is the lease's own. */
  borrow(lease: Lease, tokens: readonly number[]): void {
    const found = this.#cache.tree.best(lease.node, tokens, lease.start, tokens.length - 1);
    if (!found || found.node.page < 0) return;
    const end = lease.start + Math.min(found.common, PAGE_TOKENS - 1);
    this.#cache.backend.copyRange(found.node.sequence, lease.sequence, lease.start, end);
    if (!this.#cache.extend(lease, end)) {
      this.#cache.backend.removeRange(lease.sequence, lease.start, end);
      return;
    }
    lease.computed = end;
    this.#cache.pool.fill(lease.own[0]!, end - lease.start);
  }

  /** Moves the full pages at the beginning of the lease's own into the tree; those that are there by now go. */
  share(lease: Lease, tokens: readonly number[]): void {
    const end = endOfKept(lease);
    while (lease.shares && end - lease.start >= PAGE_TOKENS) {
      this.#follow(lease, tokens, end, Number.POSITIVE_INFINITY);
      const full = Math.floor((end - lease.start) / PAGE_TOKENS);
      if (full === 0) return;
      this.#dropGrown(lease, tokens, end);
      const text = tokens.slice(lease.start, lease.start + full * PAGE_TOKENS);
      const node = this.#cache.branches.add(lease.node, text, lease.own.slice(0, full), lease.sequence);
      if (!node) {
        lease.shares = false;
        return;
      }
      lease.own.splice(0, (endOf(node) - lease.start) / PAGE_TOKENS);
      lease.node = node;
      lease.start = endOf(node);
    }
  }

  /** Leaves the tokens behind the last full page as a leaf. @returns the node where what was kept ends. */
  leaveTail(lease: Lease, tokens: readonly number[]): TreeNode {
    const end = endOfKept(lease);
    const length = end - lease.start;
    if (!lease.shares || length < SHORTEST_TAIL) return lease.node;
    const found = this.#cache.tree.best(lease.node, tokens, lease.start, end);
    if (found?.common === length) return found.node;
    this.#dropGrown(lease, tokens, end);
    this.#cache.pool.fill(lease.own[0]!, length);
    const tail = tokens.slice(lease.start, end);
    return this.#cache.branches.add(lease.node, tail, lease.own.slice(0, 1), lease.sequence) ?? lease.node;
  }

  /** Goes down whole pages that are on the device, which take the place of the lease's own. */
  #follow(lease: Lease, tokens: readonly number[], end: number, room: number): void {
    const { tree, pool } = this.#cache;
    let left = room;
    let copied = lease.start;
    for (;;) {
      const found = tree.best(lease.node, tokens, lease.start, end);
      const there = found?.common === PAGE_TOKENS && found.node.page >= 0;
      const next = there && (tree.held(found.node) || left-- > 0) ? found.node : undefined;
      if (next?.sequence !== lease.node.sequence) {
        this.#copy(lease, copied);
        copied = lease.start;
      }
      if (!next) return;
      tree.retain(next);
      lease.node = next;
      lease.start = endOf(next);
      const own = lease.own.shift();
      if (own !== undefined) pool.release(own);
    }
  }

  /** Shares the cells of the last nodes of a lease, from a position on, all of which have the same id. */
  #copy({ sequence, node, start, computed }: Lease, from: number): void {
    if (from === start) return;
    // A position may not be there twice.
    if (computed > from) this.#cache.backend.removeRange(sequence, from, start);
    this.#cache.backend.copyRange(node.sequence, sequence, from, start);
  }

  /** Drops a tail that the lease's text goes on from. */
  #dropGrown(lease: Lease, tokens: readonly number[], end: number): void {
    const found = this.#cache.tree.best(lease.node, tokens, lease.start, end);
    if (found && found.common === found.node.tokens.length && found.common < PAGE_TOKENS)
      this.#cache.branches.drop(found.node);
  }
}

/** What is behind this stays the lease's own. */
function endOfKept({ computed, options }: Lease): number {
  return Math.min(computed, options.keep ?? Number.POSITIVE_INFINITY);
}
