/** What the cache says of itself. */
import type { KvStatus } from '../../../protocol/index.ts';
import type { KvCache } from './kvCache.ts';
import { PAGE_TOKENS, type PagePool } from './pagePool.ts';
import { endOf } from './treeNode.ts';

/** Means over the iterations. */
export class Usage {
  #samples = 0;
  #allocated = 0;
  #filled = 0;

  add(pool: PagePool): void {
    this.#samples++;
    this.#allocated += (pool.total - pool.free) * PAGE_TOKENS;
    this.#filled += pool.filledCells;
  }

  get allocatedCells(): number {
    return Math.round(this.#allocated / Math.max(1, this.#samples));
  }
  get filledCells(): number {
    return Math.round(this.#filled / Math.max(1, this.#samples));
  }
}

/** Looks at every leaf: for status, not for the loop. */
export function statusOf(cache: KvCache): KvStatus {
  const { pool, tree, spill, branches, leases, usage } = cache;
  let logicalTokens = 0;
  for (const leaf of tree.evictable) logicalTokens += endOf(leaf);
  for (const lease of leases) logicalTokens += lease.computed;
  return {
    strategy: 'pages',
    pageTokens: PAGE_TOKENS,
    pagesTotal: pool.total,
    pagesFree: pool.free,
    pagesCached: pool.idle,
    pagesLeased: pool.leased,
    pagesPeak: pool.peak,
    allocatedCells: usage.allocatedCells,
    filledCells: usage.filledCells,
    logicalTokens,
    physicalTokens: pool.filledCells,
    evictions: branches.evictions,
    spills: spill.spills,
    restores: spill.restores,
    ...spill.tiers.status(),
    pageMs: { compute: spill.computeMs(0), save: spill.saveMs, restore: spill.restoreMs },
  };
}
