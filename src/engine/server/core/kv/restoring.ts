/** Saved pages on their way back to a request: which come next, whether they are worth waiting for, and taking them. */
import type { KvCache } from './kvCache.ts';
import type { Lease } from './lease.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import type { TreeNode } from './treeNode.ts';

/** Pages that are read from the disk while the ones before them are put back. */
const FETCHED_AHEAD = 8;

export class Restoring {
  readonly #cache: KvCache;

  constructor(cache: KvCache) {
    this.#cache = cache;
  }

  /** The node of the next page, where that is saved and worth bringing back. */
  ahead(lease: Lease, tokens: readonly number[]): TreeNode | undefined {
    const found = this.#cache.tree.best(lease.node, tokens, lease.start, tokens.length - 1);
    const saved = found?.common === PAGE_TOKENS && found.node.page < 0;
    return saved && this.#cache.spill.worthRestoring(lease.start) ? found.node : undefined;
  }

  /** Asks for the next pages of the lease that only the disk has: the one {@link ahead}, and some behind it. */
  fetchAhead(lease: Lease, tokens: readonly number[]): void {
    let left = FETCHED_AHEAD;
    for (const { node, common } of this.#cache.tree.path(lease.node, tokens, tokens.length - 1)) {
      if (common < PAGE_TOKENS || left-- === 0) return;
      this.#cache.spill.tiers.fetch(this.#cache.spill.key(node));
    }
  }

  /** See {@link CacheStrategy.outlook}, for a lease that may take pages over. */
  outlook(lease: Lease, tokens: readonly number[]): 'near' | 'coming' | undefined {
    const { tiers } = this.#cache.spill;
    const node = this.ahead(lease, tokens);
    const key = node && this.#cache.spill.key(node);
    if (key !== undefined && tiers.near(key)) return 'near';
    const coming = key === undefined ? this.#cache.loader.loading(lease.options.workspace) : tiers.coming(key);
    return coming && lease.patience.lasts ? 'coming' : undefined;
  }

  /** Brings the next page of the lease back, where it is in memory, and shares it. */
  next(lease: Lease, tokens: readonly number[]): boolean {
    const node = this.ahead(lease, tokens);
    if (!node || !this.#cache.spill.tiers.near(this.#cache.spill.key(node))) return false;
    if (!this.#cache.extend(lease, lease.start + PAGE_TOKENS)) return false;
    if (this.#cache.spill.restore(node, lease.sequence)) {
      lease.patience.gained(this.#cache.spill.computeMs(lease.start));
      this.#cache.commit(lease, tokens, lease.start + PAGE_TOKENS);
      return lease.own.length === 0;
    }
    this.#cache.pool.release(lease.own.pop()!);
    // Making room may have pushed the very page out of the last tier, and the node with it.
    if (node.parent) this.#cache.branches.drop(node);
    return false;
  }
}
