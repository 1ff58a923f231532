/**
 * Between a lease and the tree: what the lease takes over from others, and what it leaves for them.
 *
 *     taken over   whole pages that the tree has (attach), the beginning of one that goes on differently (borrow)
 *     left         every page as soon as it is full (share), the rest at the end, as a leaf (leaveTail)
 */
import type { DecodeBackend, SequenceId } from '../backend.ts';
import type { Branches } from './branches.ts';
import type { Lease } from './lease.ts';
import { PAGE_TOKENS, type PagePool } from './pagePool.ts';
import type { PrefixTree } from './prefixTree.ts';
import type { Spill } from './spill.ts';
import type { TreeNode } from './treeNode.ts';

/** A shorter tail of a prompt is computed faster than it is worth a page. */
const SHORTEST_TAIL = 8;

/** Pages that are read from the disk while the ones before them are put back. */
const FETCHED_AHEAD = 8;

export class Exchange {
  readonly #backend: DecodeBackend;
  readonly #pool: PagePool;
  readonly #tree: PrefixTree;
  readonly #branches: Branches;
  readonly #spill: Spill | undefined;

  constructor(backend: DecodeBackend, pool: PagePool, tree: PrefixTree, branches: Branches, spill: Spill | undefined) {
    this.#backend = backend;
    this.#pool = pool;
    this.#tree = tree;
    this.#branches = branches;
    this.#spill = spill;
  }

  /** Attaches the full pages that are on the device, but no more than `room` that nobody else holds. */
  attach(lease: Lease, tokens: readonly number[], room: number): void {
    const end = tokens.length - 1;
    let left = room;
    let run: { id: SequenceId; start: number } | undefined;
    const flush = (): void => {
      if (run) this.#backend.copyRange(run.id, lease.sequence, run.start, lease.start);
      run = undefined;
    };
    for (;;) {
      const found = this.#tree.best(lease.node, tokens, lease.start, end);
      if (!found || found.node.pages.length === 0) break;
      let pages = Math.floor(found.common / PAGE_TOKENS);
      if (!this.#tree.held(found.node)) {
        pages = Math.min(pages, left);
        left -= pages;
      }
      if (pages === 0) break;
      const node = pages < found.node.pages.length ? this.#tree.split(found.node, pages) : found.node;
      this.#tree.retain(node);
      if (run?.id !== node.sequence) {
        flush();
        run = { id: node.sequence, start: node.start };
      }
      lease.node = node;
      lease.start = node.start + node.tokens.length;
    }
    flush();
    lease.computed = Math.max(lease.computed, lease.start);
  }

  /** The node of the next page, where that is saved and worth bringing back. */
  coldAhead(lease: Lease, tokens: readonly number[]): TreeNode | undefined {
    const found = this.#tree.best(lease.node, tokens, lease.start, tokens.length - 1);
    const full = found && found.common >= PAGE_TOKENS && found.node.pages.length === 0;
    return full && this.#spill?.worthRestoring(lease.start) ? found.node : undefined;
  }

  /** Asks for the next pages of the lease that only the disk has: the first, and some behind it. */
  fetchAhead(lease: Lease, tokens: readonly number[]): void {
    let node = this.coldAhead(lease, tokens);
    for (let left = FETCHED_AHEAD; node && left > 0; left--) {
      this.#spill!.fetch(node);
      const end = node.start + PAGE_TOKENS;
      const next = this.#tree.best(node, tokens, end, tokens.length - 1);
      node = next && next.common >= PAGE_TOKENS ? next.node : undefined;
    }
  }

  /** Shares the beginning of a page that goes on differently: the rest of the page is the lease's own. */
  borrow(lease: Lease, tokens: readonly number[], extend: (end: number) => boolean): void {
    const found = this.#tree.best(lease.node, tokens, lease.start, tokens.length - 1);
    if (!found || found.node.pages.length === 0) return;
    const end = lease.start + Math.min(found.common, PAGE_TOKENS - 1);
    this.#backend.copyRange(found.node.sequence, lease.sequence, lease.start, end);
    if (!extend(end)) {
      this.#backend.removeRange(lease.sequence, lease.start, end);
      return;
    }
    lease.computed = end;
    this.#pool.fill(lease.own[0]!, end - lease.start);
  }

  /** Moves the full pages at the beginning of the lease's own into the tree. */
  share(lease: Lease, tokens: readonly number[]): void {
    const end = Math.min(lease.computed, lease.options.keep ?? Number.POSITIVE_INFINITY);
    while (lease.shares && end - lease.start >= PAGE_TOKENS) {
      const full = Math.floor((end - lease.start) / PAGE_TOKENS);
      const found = this.#tree.best(lease.node, tokens, lease.start, end);
      const same = found ? Math.floor(found.common / PAGE_TOKENS) : 0;
      if (found && same > 0) this.#join(lease, found.node, same);
      else {
        if (found && found.common === found.node.tokens.length) this.#branches.drop(found.node); // a tail that grew
        this.#grow(lease, tokens.slice(lease.start, lease.start + full * PAGE_TOKENS), full);
      }
    }
  }

  /** Somebody else computed the same pages: ours go, or fill the place of saved ones. */
  #join(lease: Lease, node: TreeNode, pages: number): void {
    if (node.pages.length === 0) {
      const adopted = this.#branches.adopt(node, lease.own[0]!, lease.sequence);
      if (adopted) this.#advance(lease, adopted, 1);
      else lease.shares = false;
      return;
    }
    const shared = pages < node.pages.length ? this.#tree.split(node, pages) : node;
    const end = shared.start + shared.tokens.length;
    this.#backend.removeRange(lease.sequence, shared.start, end);
    this.#backend.copyRange(shared.sequence, lease.sequence, shared.start, end);
    this.#tree.retain(shared);
    for (const page of lease.own.slice(0, pages)) this.#pool.release(page);
    this.#advance(lease, shared, pages);
  }

  #grow(lease: Lease, tokens: number[], pages: number): void {
    const node = this.#branches.add(lease.node, tokens, lease.own.slice(0, pages), lease.sequence);
    if (node) this.#advance(lease, node, (node.start + node.tokens.length - lease.start) / PAGE_TOKENS);
    else lease.shares = false;
  }

  #advance(lease: Lease, node: TreeNode, pages: number): void {
    lease.node = node;
    lease.start += pages * PAGE_TOKENS;
    lease.own.splice(0, pages);
  }

  /** Leaves the tokens behind the last full page as a leaf. @returns the node where what was kept ends. */
  leaveTail(lease: Lease, tokens: readonly number[]): TreeNode {
    const end = Math.min(lease.computed, lease.options.keep ?? Number.POSITIVE_INFINITY);
    const length = end - lease.start;
    if (!lease.shares || length < SHORTEST_TAIL) return lease.node;
    const found = this.#tree.best(lease.node, tokens, lease.start, end);
    if (found?.common === length) return found.node;
    if (found && found.common === found.node.tokens.length) this.#branches.drop(found.node);
    this.#pool.fill(lease.own[0]!, length);
    const tail = tokens.slice(lease.start, end);
    return this.#branches.add(lease.node, tail, lease.own.slice(0, 1), lease.sequence) ?? lease.node;
  }
}
