/** What has to be true of a cache at any time, looked at in the simplest way. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type Lease, type LeaseOptions, outstanding } from '../../../../../../../src/engine/server/core/kv/lease.ts';
import { PAGE_TOKENS } from '../../../../../../../src/engine/server/core/kv/pagePool.ts';
import { endOf, type TreeNode } from '../../../../../../../src/engine/server/core/kv/treeNode.ts';
import type { SimulatedBackend } from '../../../../../../../src/engine/server/core/simulated/backend.ts';
import { checkIntegrity, nodesOf } from '../../../../../../helpers/cacheIntegrity.ts';
import { pastsOf } from '../answers.ts';
import type { Driver } from '../driver.ts';

export interface Running {
  lease: Lease;
  options: LeaseOptions;
  /** All that is known of it. */
  tokens: number[];
}

/** `leases`: how many sequence ids are for requests. */
export function checkAll(
  { cache, backend }: Driver<SimulatedBackend>,
  leases: number,
  running: readonly Running[],
): void {
  checkIntegrity(cache);
  backend.checkIntegrity();
  const { pool } = cache;
  assert(backend.usedCells <= pool.filledCells, 'The model has more cells in use than the pages have tokens.');
  assert(pool.filledCells <= (pool.total - pool.free) * PAGE_TOKENS);
  assert(outstanding(cache.leases) <= pool.free + pool.idle, 'More was promised than there is.');
  for (const { lease, tokens } of running) {
    assert.equal(backend.lastPosition(lease.sequence), lease.computed - 1);
    assert.deepEqual(speltBy(lease.node), tokens.slice(0, lease.start));
  }
  const ends = new Map<number, number>();
  for (const node of nodesOf(cache.tree)) {
    ends.set(node.sequence, Math.max(ends.get(node.sequence) ?? 0, endOf(node)));
    if (node.key !== undefined) assert.equal(node.key, keysOf(node.workspace, speltBy(node)).at(-1));
  }
  for (let id = leases; id < backend.sequences; id++) {
    assert.equal(backend.lastPosition(id), (ends.get(id) ?? 0) - 1);
  }
}

/** Tokens that whole pages on the device spell. */
export function longestMatch(nodes: Iterable<TreeNode>, workspace: string, tokens: readonly number[]): number {
  const beginnings = new Set<string>();
  for (const node of nodes) {
    if (node.workspace === workspace && node.page >= 0) beginnings.add(speltBy(node).join());
  }
  let length = 0;
  for (let end = PAGE_TOKENS; end < tokens.length; end += PAGE_TOKENS) {
    if (beginnings.has(tokens.slice(0, end).join())) length = end;
  }
  return length;
}

/** Tokens from the beginning to the end of a node. */
export function speltBy(node: TreeNode): number[] {
  const tokens: (readonly number[])[] = [];
  for (let at = node; at.parent; at = at.parent) tokens.unshift(at.tokens);
  return tokens.flat();
}

/** Keys of all whole pages of a text, from scratch. */
export function keysOf(workspace: string, tokens: readonly number[]): string[] {
  const keys: string[] = [];
  for (let end = PAGE_TOKENS; end <= tokens.length; end += PAGE_TOKENS) {
    const before = keys.at(-1);
    const hash = createHash('sha256').update(before ? `page ${before}\n` : `workspace ${workspace}\n`);
    keys.push(hash.update(Int32Array.from(tokens.slice(end - PAGE_TOKENS, end))).digest('hex'));
  }
  return keys;
}

/** What was computed in each workspace for others to share. */
export class Known {
  readonly #beginnings = new Map<string, Set<number>>();

  learn({ lease, tokens, options }: Running): void {
    const known = this.#beginnings.get(options.workspace) ?? new Set();
    this.#beginnings.set(options.workspace, known);
    const shared = tokens.slice(0, Math.min(lease.computed, options.keep ?? tokens.length));
    for (const past of pastsOf(shared)) known.add(past);
  }

  forget(workspace: string): void {
    this.#beginnings.delete(workspace);
  }

  has(workspace: string, tokens: readonly number[]): boolean {
    return tokens.length === 0 || (this.#beginnings.get(workspace)?.has(pastsOf(tokens).at(-1)!) ?? false);
  }
}
