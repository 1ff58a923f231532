/** Checks that pages, tree, sequence ids, leases and saved pages tell the same story. */
import type { KvCache } from '../../src/engine/server/core/kv/kvCache.ts';
import type { Lease } from '../../src/engine/server/core/kv/lease.ts';
import { PAGE_TOKENS, type PageId, type PagePool } from '../../src/engine/server/core/kv/pagePool.ts';
import type { PrefixTree } from '../../src/engine/server/core/kv/prefixTree.ts';
import { endOf, subtree, type TreeNode } from '../../src/engine/server/core/kv/treeNode.ts';

/** Every node but the roots, parents first. */
export function* nodesOf(tree: PrefixTree): Generator<TreeNode> {
  for (const root of tree.roots) yield* subtree(root).slice(1);
}

/** @throws Error that says what does not fit. */
export function checkIntegrity(cache: KvCache): void {
  const { pool, tree, ids, leases, spill } = cache;
  checkPool(pool);
  const holders = new Map<PageId, number>();
  const hold = (page: PageId): void => void holders.set(page, (holders.get(page) ?? 0) + 1);
  let [placed, cold] = [0, 0];
  const evictable = new Set(tree.evictable);
  for (const node of nodesOf(tree)) {
    const { page, start, key } = node;
    checkNode(node);
    if (page < 0) {
      cold++;
      if (key === undefined || spill.cold.get(key) !== node) throw new Error('A saved page is not known by its key.');
      if (!spill.tiers.has(key)) throw new Error('A node stands for a page that no tier has.');
    } else {
      placed++;
      if (holders.has(page)) throw new Error(`Page ${page} is at two places of the tree.`);
      hold(page);
      const owners = ids.at(start / PAGE_TOKENS).filter(({ sequence }) => sequence === node.sequence);
      if (owners[0] !== node) throw new Error(`Sequence ${node.sequence} is another page's at ${start}.`);
      expect(pool.filled[page]!, node.tokens.length, `tokens in cached page ${page}`);
      expect(pool.cached[page]!, 1, `mark of cached page ${page}`);
    }
    const free = page >= 0 && node.children.every((child) => child.page < 0) && !tree.held(node);
    if (evictable.has(node) !== free) throw new Error(`A leaf at ${start} is ${free ? 'not ' : ''}evictable.`);
    evictable.delete(node);
  }
  if (evictable.size > 0) throw new Error('A node that is gone is evictable.');
  const taken = Array.from({ length: pool.total }, (_, page) => ids.at(page).length);
  expect(
    taken.reduce((sum, owners) => sum + owners, 0),
    placed,
    'pages that have a sequence id',
  );
  expect(spill.cold.size, cold, 'nodes that stand for saved pages');
  for (const lease of leases) checkLease(cache, lease, hold);
  for (let page = 0; page < pool.total; page++) expect(pool.refs[page]!, holders.get(page) ?? 0, `holders of ${page}`);
}

/** @throws Error when the references and the counts do not agree. */
export function checkPool({ total, free, idle, filledCells, refs, cached, filled }: PagePool): void {
  const pages = Array.from({ length: total }, (_, page) => page);
  const count = (which: (page: PageId) => boolean) => pages.filter(which).length;
  const isFree = (page: PageId) => refs[page] === 0;
  expect(free, count(isFree), 'free pages');
  expect(
    idle,
    count((page) => cached[page] === 1 && refs[page] === 1),
    'pages that only the tree holds',
  );
  expect(
    filledCells,
    filled.reduce((sum, tokens) => sum + tokens, 0),
    'tokens in all pages',
  );
  expect(
    count((page) => isFree(page) && (cached[page] !== 0 || filled[page] !== 0)),
    0,
    'free pages with something in them',
  );
}

function checkNode(node: TreeNode): void {
  const parent = node.parent!;
  const { page, key, start, tokens, children } = node;
  expect(start, endOf(parent), 'start of a node');
  if (start % PAGE_TOKENS !== 0) throw new Error(`A node begins inside a page, at ${start}.`);
  if (node.workspace !== parent.workspace) throw new Error('A node is below another workspace.');
  if (tokens.length === 0 || tokens.length > PAGE_TOKENS) throw new Error(`A page has ${tokens.length} tokens.`);
  if (tokens.length < PAGE_TOKENS && page < 0) throw new Error('A tail was saved.');
  if (tokens.length < PAGE_TOKENS && children.length > 0) throw new Error('A tail has children.');
  if (key !== undefined && parent.parent && parent.key === undefined) throw new Error('A key has none above it.');
  if (page < 0 && children.some((child) => child.page >= 0)) throw new Error('A page is below a saved one.');
  children.forEach((child, index) => {
    if (child.parent !== node) throw new Error('A child has another parent.');
    const before = children[index - 1];
    if (before && !precedes(before.tokens, child.tokens)) throw new Error('Children are not in order.');
  });
}

function precedes(a: readonly number[], b: readonly number[]): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false; // the same page, or a tail that the other one goes on
}

function checkLease({ pool }: KvCache, lease: Lease, hold: (page: PageId) => void): void {
  expect(lease.start, endOf(lease.node), 'end of what a lease shares');
  for (let node = lease.node; node.parent; node = node.parent) hold(node.page);
  lease.own.forEach((page, index) => {
    hold(page);
    const tokens = Math.max(0, Math.min(PAGE_TOKENS, lease.computed - lease.start - index * PAGE_TOKENS));
    expect(pool.filled[page]!, tokens, `tokens in leased page ${page}`);
    expect(pool.cached[page]!, 0, `mark of leased page ${page}`);
  });
  if (lease.computed > lease.start + lease.own.length * PAGE_TOKENS) {
    throw new Error('A lease has more than its pages.');
  }
}

function expect(actual: number, expected: number, what: string): void {
  if (actual !== expected) throw new Error(`Expected ${expected}, found ${actual}: ${what}.`);
}
