/**
 * The cache behind the scheduler: a request acquires a lease, catches up with what is there, extends it as it computes,
 * and leaves what is worth keeping when it releases it.
 */
import type { KvStatus } from '../../../protocol/index.ts';
import type { DecodeBackend, SequenceId } from '../backend.ts';
import { Branches } from './branches.ts';
import { Documents } from './documents.ts';
import { Exchange } from './exchange.ts';
import { type Lease, type LeaseOptions, outstanding, pagesFor, pagesOf } from './lease.ts';
import { Loader } from './loader.ts';
import { PAGE_TOKENS, PagePool } from './pagePool.ts';
import { Patience } from './patience.ts';
import { PrefixTree } from './prefixTree.ts';
import { Restoring } from './restoring.ts';
import { SequenceIds } from './sequenceIds.ts';
import { Spill } from './spill.ts';
import { statusOf, Usage } from './status.ts';
import type { CacheStrategy } from './strategy.ts';
import { PageTiers } from './tiers.ts';
import { endOf, type TreeNode } from './treeNode.ts';
import { touch } from './worth.ts';

export type CacheEvent = (what: 'evicted' | 'spilled' | 'restored', pages: number) => void;

export interface KvCacheOptions {
  /** Sequence ids for running requests; the others of the backend are the tree's. */
  leases: number;
  /** Where evicted pages go; absent: nowhere. */
  tiers?: PageTiers;
  /** Milliseconds to compute a page that begins at a position. */
  computeMs: (start: number) => number;
  onEvent?: CacheEvent;
}

/** What its parts have in common is here for them to read; what is done goes through the methods. */
export class KvCache implements CacheStrategy<Lease> {
  readonly backend: DecodeBackend;
  readonly onEvent: CacheEvent;
  readonly pool: PagePool;
  readonly tree: PrefixTree;
  readonly ids: SequenceIds<TreeNode>;
  readonly branches = new Branches(this);
  readonly spill: Spill;
  readonly documents = new Documents(this);
  readonly loader = new Loader(this);
  readonly leases = new Set<Lease>();
  readonly usage = new Usage();
  readonly #exchange = new Exchange(this);
  readonly #restoring = new Restoring(this);
  onReady: () => void = () => undefined;
  readonly #sequences: SequenceId[];
  #clock = 0;

  constructor(backend: DecodeBackend, options: KvCacheOptions) {
    const { leases, tiers = new PageTiers({ ramBytes: 0 }), computeMs, onEvent = () => undefined } = options;
    this.backend = backend;
    this.onEvent = onEvent;
    this.#sequences = Array.from({ length: leases }, (_, id) => leases - 1 - id);
    this.pool = new PagePool(Math.floor(backend.cells / PAGE_TOKENS));
    this.tree = new PrefixTree(this.pool);
    this.ids = new SequenceIds(leases, backend.sequences - leases);
    this.spill = new Spill(backend, tiers, computeMs);
    tiers.onArrived = () => this.onReady();
    tiers.onLost = (key) => {
      const node = this.spill.cold.get(key);
      if (node) this.branches.drop(node);
    };
  }

  get capacity(): number {
    return this.pool.total * PAGE_TOKENS;
  }

  /**
   * Takes a sequence, attaches what is shared, and promises the pages for `reserve` tokens.
   * @returns undefined when no sequence is free, or not enough pages can be had now.
   */
  acquire(tokens: readonly number[], options: LeaseOptions): Lease | undefined {
    const sequence = this.#sequences.pop();
    if (sequence === undefined) return undefined;
    this.#clock++;
    const lease: Lease = {
      sequence,
      options,
      node: this.prepare(options.workspace),
      start: 0,
      computed: 0,
      own: [],
      shares: options.reuse,
      patience: new Patience(),
    };
    this.leases.add(lease);
    if (lease.shares) this.#exchange.attach(lease, tokens);
    return this.#unlessOverdrawn(lease);
  }

  /**
   * Takes over what others computed or saved of the tokens that come next. The last token is always left to compute,
   * because its logits are wanted.
   * @param budgetMs how long pages may be brought back from memory, at least one unless it is 0; shared ones cost
   * next to nothing.
   * @returns how many tokens were gained; the lease may gain more at the next call.
   */
  catchUp(lease: Lease, tokens: readonly number[], budgetMs: number): number {
    const before = lease.computed;
    if (!lease.shares || lease.own.length > 0) return 0;
    const deadline = this.backend.now() + budgetMs;
    let restored = 0;
    this.#exchange.attach(lease, tokens);
    while (this.backend.now() < deadline && this.#restoring.next(lease, tokens)) restored++;
    if (restored > 0) this.onEvent('restored', restored);
    // What is still to be brought back is neither borrowed from nor replaced.
    if (this.#restoring.ahead(lease, tokens)) this.#restoring.fetchAhead(lease, tokens);
    else if (lease.own.length === 0) {
      this.#exchange.borrow(lease, tokens);
      const { workspace, document, replaces = true } = lease.options;
      if (document !== undefined && replaces) this.documents.replaces(workspace, document, lease.computed);
    }
    return lease.computed - before;
  }

  outlook(lease: Lease, tokens: readonly number[]): 'near' | 'coming' | undefined {
    const mayGain = lease.shares && lease.own.length === 0 && this.room(lease) >= 1;
    return mayGain ? this.#restoring.outlook(lease, tokens) : undefined;
  }

  known(workspace: string, tokens: readonly number[]): number {
    const root = this.tree.root(workspace);
    if (!root) return 0;
    let end = 0;
    for (const { node, common } of this.tree.path(root, tokens, tokens.length - 1)) {
      const whole = common === PAGE_TOKENS;
      if (node.page < 0 && !(whole && this.spill.worthRestoring(node.start))) break;
      end = node.start + common;
    }
    return end;
  }

  /** A chunk may end anywhere. */
  boundary(_lease: Lease, end: number): number {
    return end;
  }

  /** Pages that a lease may take, or begin to hold, before a promise to another one is broken. */
  room(lease: Lease): number {
    return this.pool.free + this.pool.idle - outstanding(this.leases) + outstanding([lease]);
  }

  /** Gets the pages for the first `end` tokens. False: there are not enough, even when everything idle is evicted. */
  extend(lease: Lease, end: number): boolean {
    const needed = pagesFor(end) - pagesOf(lease);
    if (needed <= 0) return true;
    if (needed > this.room(lease) || !this.branches.makeRoom(needed)) return false;
    for (let i = 0; i < needed; i++) lease.own.push(this.pool.take());
    return true;
  }

  /** The tokens up to `end` were decoded under the lease's sequence; full pages become everybody's. */
  commit(lease: Lease, tokens: readonly number[], end: number): void {
    const first = Math.floor((lease.computed - lease.start) / PAGE_TOKENS);
    for (let i = first; lease.start + i * PAGE_TOKENS < end; i++) {
      this.pool.fill(lease.own[i]!, Math.min(PAGE_TOKENS, end - lease.start - i * PAGE_TOKENS));
    }
    lease.computed = end;
    this.#exchange.share(lease, tokens);
  }

  /**
   * A second lease that goes on from where this one is, or was; nothing is copied until they differ (copy-on-write).
   * @param end how many leading tokens both have.
   * @returns undefined when there is no sequence or no page for it, or the tree has tokens behind `end` already.
   */
  fork(lease: Lease, tokens: readonly number[], end = lease.computed): Lease | undefined {
    this.#exchange.share(lease, tokens);
    if (end < lease.start) return undefined;
    const sequence = this.#sequences.pop();
    if (sequence === undefined) return undefined;
    const twin: Lease = { ...lease, sequence, computed: lease.start, own: [], patience: new Patience() };
    this.leases.add(twin);
    for (let node = lease.node; node.parent; node = node.parent) this.tree.retain(node);
    if (!this.#unlessOverdrawn(twin)) return undefined;
    if (!this.extend(twin, end)) {
      this.discard(twin);
      return undefined;
    }
    this.backend.copyRange(lease.sequence, sequence, 0, end);
    this.commit(twin, tokens, end);
    return twin;
  }

  /** Gives the lease back. What it computed stays for the next request, as far as it is worth keeping. */
  release(lease: Lease, tokens: readonly number[]): void {
    this.#exchange.share(lease, tokens);
    const tail = this.#exchange.leaveTail(lease, tokens);
    const { workspace, document } = lease.options;
    if (document !== undefined && lease.shares) {
      this.documents.left(workspace, document, tokens.slice(0, Math.min(lease.computed, endOf(tail))));
    }
    this.discard(lease);
    this.tree.refresh(tail);
    const open = document !== undefined && this.documents.isOpen(workspace, document);
    touch(tail, { clock: this.#clock, open, computeMs: this.spill.computeMs });
  }

  /** Gives the lease back and keeps nothing that it computed by itself (its decode failed). */
  discard(lease: Lease): void {
    this.backend.removeRange(lease.sequence, 0, -1);
    for (const page of lease.own) this.pool.release(page);
    for (let node = lease.node; node.parent; node = node.parent) this.tree.release(node);
    this.#sequences.push(lease.sequence);
    this.leases.delete(lease);
  }

  /** Work for idle moments: saves the pages of open documents. True when there is no more to do. */
  idle(budgetMs: number): boolean {
    return this.documents.persist(budgetMs);
  }

  /** @returns the root of the workspace. */
  prepare(workspace: string): TreeNode {
    const known = this.tree.root(workspace);
    if (known) return known;
    const root = this.tree.addRoot(workspace);
    this.loader.load(root);
    return root;
  }

  setOpen(workspace: string, documents: readonly string[]): void {
    this.documents.setOpen(workspace, documents);
    if (documents.length > 0) this.prepare(workspace);
  }

  forgetWorkspace(workspace: string): void {
    this.#leave(workspace, false);
    this.spill.tiers.forget(workspace);
  }

  closeWorkspace(workspace: string): void {
    this.#leave(workspace, true);
  }

  sample(): void {
    this.usage.add(this.pool);
  }

  status(): KvStatus {
    return statusOf(this);
  }

  setMemory(bytes: number): void {
    this.spill.tiers.setMemory(bytes);
  }

  dispose(): void {
    this.spill.tiers.dispose();
  }

  /** Drops the tree of a workspace; its running requests go on by themselves, with what they held of it as their own. */
  #leave(workspace: string, keepDisk: boolean): void {
    this.documents.close(workspace);
    const root = this.tree.root(workspace);
    if (!root) return;
    for (const lease of this.leases) {
      if (lease.options.workspace !== workspace) continue;
      for (let { node } = lease; node.parent; node = node.parent) lease.own.unshift(node.page);
      lease.node = root;
      lease.start = 0;
      lease.shares = false;
    }
    this.branches.drop(root, keepDisk);
  }

  /** Ends a lease that was promised more than there is. */
  #unlessOverdrawn(lease: Lease): Lease | undefined {
    if (outstanding(this.leases) <= this.pool.free + this.pool.idle) return lease;
    this.discard(lease);
    return undefined;
  }
}
