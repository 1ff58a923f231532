/** Checks that pages, tree, sequence ids, leases and saved pages tell the same story. For tests and for doubts. */
import type { KvCache } from './kvCache.ts';
import type { Lease } from './lease.ts';
import { PAGE_TOKENS, type PageId } from './pagePool.ts';
import type { TreeNode } from './treeNode.ts';

/** @throws Error that says what does not fit. */
export function checkIntegrity(cache: KvCache): void {
  const { pool, tree, ids, leases, spill } = cache;
  pool.checkIntegrity();
  const holders = new Map<PageId, number>();
  const hold = (page: PageId): void => void holders.set(page, (holders.get(page) ?? 0) + 1);
  /** Each page of positions of each sequence id that a node has. */
  const owned = new Set<string>();
  let cold = 0;
  const evictable = new Set(tree.evictable);
  for (const node of tree.nodes()) {
    checkNode(node);
    if (node.pages.length === 0) {
      cold++;
      if (spill?.coldNode(node.keys[0]!) !== node) throw new Error('A node without pages is not known by its key.');
      if (!spill.tiers.has(node.keys[0]!)) throw new Error('A node stands for a page that no tier has.');
      expect(
        node.parent!.keys.length,
        node.parent!.parent ? Math.max(1, node.parent!.pages.length) : 0,
        'keys above it',
      );
    }
    node.pages.forEach((page, index) => {
      if (holders.has(page)) throw new Error(`Page ${page} is at two places of the tree.`);
      hold(page);
      const place = `${node.sequence}:${node.start / PAGE_TOKENS + index}`;
      if (owned.has(place)) throw new Error(`Two nodes have the same pages of sequence ${node.sequence}.`);
      owned.add(place);
      const tokens = Math.min(PAGE_TOKENS, node.tokens.length - index * PAGE_TOKENS);
      expect(pool.filled[page]!, tokens, `tokens in cached page ${page}`);
      expect(pool.cached[page]!, 1, `mark of cached page ${page}`);
    });
    const free = node.pages.length > 0 && node.residentChildren === 0 && !tree.held(node);
    if (evictable.has(node) !== free) throw new Error(`A leaf at ${node.start} is ${free ? 'not ' : ''}evictable.`);
    evictable.delete(node);
  }
  if (evictable.size > 0) throw new Error('A node that is gone is evictable.');
  expect(ids.taken, owned.size, 'pages that have a sequence id');
  expect(spill?.coldPages ?? 0, cold, 'nodes that stand for saved pages');
  for (const lease of leases) checkLease(cache, lease, hold);
  for (let page = 0; page < pool.total; page++) expect(pool.refs[page]!, holders.get(page) ?? 0, `holders of ${page}`);
}

function checkNode(node: TreeNode): void {
  const parent = node.parent!;
  expect(node.start, parent.start + parent.tokens.length, 'start of a node');
  if (node.start % PAGE_TOKENS !== 0) throw new Error(`A node begins inside a page, at ${node.start}.`);
  if (node.workspace !== parent.workspace) throw new Error('A node is below another workspace.');
  if (node.pages.length > 0) expect(node.pages.length, Math.ceil(node.tokens.length / PAGE_TOKENS), 'pages of a node');
  else expect(node.tokens.length, PAGE_TOKENS, 'tokens of a saved page');
  if (node.tokens.length % PAGE_TOKENS !== 0 && node.children.length > 0) throw new Error('A tail has children.');
  const resident = node.children.filter((child) => child.pages.length > 0).length;
  expect(node.residentChildren, resident, 'children in pages');
  if (resident > 0 && node.pages.length === 0) throw new Error('A page is below a saved one.');
  node.children.forEach((child, index) => {
    if (child.parent !== node) throw new Error('A child has another parent.');
    const before = node.children[index - 1];
    if (before && !precedes(before.tokens, child.tokens)) throw new Error('Children are not in order.');
  });
}

function precedes(a: readonly number[], b: readonly number[]): boolean {
  const length = Math.min(a.length, b.length, PAGE_TOKENS);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false; // the same page, or a tail that the other one goes on
}

function checkLease({ pool }: KvCache, lease: Lease, hold: (page: PageId) => void): void {
  expect(lease.start, lease.node.start + lease.node.tokens.length, 'end of what a lease shares');
  for (let node = lease.node; node.parent; node = node.parent) node.pages.forEach(hold);
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
