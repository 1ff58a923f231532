/** What the cache says of itself. */
import type { KvStatus, TierStatus } from '../../../protocol/index.ts';
import type { KvCache } from './kvCache.ts';
import { PAGE_TOKENS, type PagePool } from './pagePool.ts';
import { endOf } from './treeNode.ts';

const OFF: TierStatus = { pages: 0, bytes: 0, limitBytes: 0 };

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

/** Looks at every leaf: for status, not for the loop. `computeMs`: of a page at the beginning. */
export function statusOf(cache: KvCache, computeMs: number): KvStatus {
  const { pool, tree, spill, branches, leases, usage } = cache;
  let logicalTokens = 0;
  for (const leaf of tree.evictable) logicalTokens += endOf(leaf);
  for (const lease of leases) logicalTokens += lease.computed;
  const tiers = spill?.tiers.status() ?? { ram: OFF, disk: OFF };
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
    spills: spill?.spills ?? 0,
    restores: spill?.restores ?? 0,
    ...tiers,
    pageMs: { compute: computeMs, save: spill?.saveMs ?? null, restore: spill?.restoreMs ?? null },
  };
}
