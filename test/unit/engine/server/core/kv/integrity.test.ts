import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KvCache } from '../../../../../../src/engine/server/core/kv/kvCache.ts';
import type { Lease } from '../../../../../../src/engine/server/core/kv/lease.ts';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import type { TreeNode } from '../../../../../../src/engine/server/core/kv/treeNode.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { checkIntegrity, nodesOf } from '../../../../../helpers/cacheIntegrity.ts';
import { Driver } from './driver.ts';

const range = (pages: number, from = 0): number[] =>
  Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250);

/** Two branches, a tail, a saved page, another workspace, and a lease with a page of its own. */
function setUp(): { cache: KvCache; lease: Lease; leaf: TreeNode; saved: TreeNode } {
  const driver = new Driver(new SimulatedBackend({ cells: 32 * PAGE_TOKENS, sequences: 12 }), {
    tiers: new PageTiers({ ramBytes: 1 << 20 }),
  });
  const { cache } = driver;
  const head = range(3);
  driver.run([...head, ...range(1, 9), 1]);
  driver.run([...head, ...range(2, 5), ...range(1, 3).slice(0, 10)]);
  cache.branches.makeRoom(cache.pool.free + 2);
  driver.run([...head, 1], { workspace: 'v' });
  const lease = driver.acquire([...head, 7, 7])!;
  driver.compute(lease, [...head, 7, 7]);
  const nodes = [...nodesOf(cache.tree)];
  const saved = nodes.find(({ page }) => page < 0)!;
  return { cache, lease, leaf: [...cache.tree.evictable].find(({ workspace }) => workspace === 'w')!, saved };
}

const damages: Record<string, (parts: ReturnType<typeof setUp>) => void> = {
  'a page that nobody counts': ({ cache }) => cache.pool.take(),
  'a page that another node has too': ({ leaf }) => {
    leaf.page = leaf.parent!.page;
  },
  'a holder too many': ({ cache, leaf }) => cache.tree.retain(leaf),
  'tokens that are not in the page': ({ cache, leaf }) => cache.pool.fill(leaf.page, 3),
  'a node with too many tokens': ({ leaf }) => (leaf.tokens as number[]).push(...range(1)),
  'a node in the wrong place': ({ leaf }) => Object.assign(leaf, { start: leaf.start + PAGE_TOKENS }),
  'children out of order': ({ cache }) => {
    for (const node of nodesOf(cache.tree)) node.children.reverse();
  },
  'a child with another parent': ({ cache, leaf }) => {
    leaf.parent = cache.tree.root('w')!;
  },
  'a sequence id that was not given back': ({ cache, leaf }) => cache.ids.take({ ...leaf, start: 20 * PAGE_TOKENS }),
  'two nodes with the same sequence id': ({ cache }) => {
    for (const node of nodesOf(cache.tree)) node.sequence = 4;
  },
  'a saved page without its copy': ({ cache, saved }) => cache.spill.tiers.drop(saved.key!),
  'a key without one above it': ({ saved }) => {
    saved.parent!.key = undefined;
  },
  'a saved page that nobody knows': ({ cache, saved }) => cache.spill.warm(saved),
  'a lease that ends elsewhere': ({ lease }) => {
    lease.start += PAGE_TOKENS;
  },
  'a lease with more than it has pages for': ({ lease }) => {
    lease.computed += PAGE_TOKENS;
  },
  'another workspace below': ({ leaf }) => Object.assign(leaf, { workspace: 'other' }),
};

test('finds nothing where nothing is wrong', () => {
  checkIntegrity(setUp().cache);
});

for (const [what, damage] of Object.entries(damages)) {
  test(`finds ${what}`, () => {
    const parts = setUp();
    damage(parts);
    assert.throws(() => checkIntegrity(parts.cache), Error);
  });
}
