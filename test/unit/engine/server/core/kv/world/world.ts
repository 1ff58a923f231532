/**
 * A cache under random use: requests at every stage in several workspaces, little of everything (pages, sequence ids,
 * memory, disk), crashes. Each step asserts what it has to come to, and then all that is always true.
 */
import assert from 'node:assert/strict';
import type { KvCache } from '../../../../../../../src/engine/server/core/kv/kvCache.ts';
import { outstanding, pagesFor } from '../../../../../../../src/engine/server/core/kv/lease.ts';
import { nodesOf } from '../../../../../../helpers/cacheIntegrity.ts';
import { answerTo } from '../answers.ts';
import { checkAll, Known, longestMatch, type Running } from './checks.ts';
import { Machine, type MachineOptions } from './machine.ts';
import type { Step } from './steps.ts';
import { DOCUMENTS, Texts, text, WORKSPACES } from './texts.ts';

/** A request takes over what there is. */
const PLENTY_MS = 1000;

export class World {
  readonly #machine: Machine;
  readonly #texts: Texts;
  readonly #known = new Known();
  #running: Running[] = [];
  /** Saved pages of workspaces that were closed, and perhaps more. */
  #left = 0;
  /** What happened how often, to see that all of it does. */
  readonly seen: Record<string, number> = {};

  constructor(options: MachineOptions) {
    this.#machine = new Machine(options);
    this.#texts = new Texts(Math.floor(0.6 * this.#cache.capacity));
  }

  async do({ what, a, b, c }: Step): Promise<void> {
    const before = this.#cache.branches.evictions;
    const action: (a: number, b: number, c: number) => unknown = this[what];
    const instead = await action.call(this, a, b, c);
    this.#note(typeof instead === 'string' ? instead : what);
    if (this.#cache.branches.evictions > before) this.#note('evicted');
    this.#check();
  }

  /** Everything ends: the requests, then what they left behind. */
  end(): void {
    const { cache, backend } = this.#machine.driver;
    while (this.#running.length > 0) {
      if (this.#running.length % 2 === 0) this.release(0);
      else this.discard(0);
      this.#check();
    }
    assert.equal(cache.pool.free + cache.pool.idle, cache.pool.total);
    assert.equal(cache.pool.leased, 0);
    for (let id = 0; id < this.#machine.options.leases; id++) assert.equal(backend.lastPosition(id), -1);
    this.#note('spilled', cache.spill.spills);
    this.#note('restored', cache.spill.restores);
    const saved = this.#machine.tiers?.status().ram.pages ?? 0;
    assert(saved <= this.#machine.savedKeys.length + this.#left, 'A saved page was forgotten.');
    assert(cache.branches.makeRoom(cache.pool.total));
    this.#check();
    assert.equal(backend.usedCells, 0);
  }

  dispose(): Promise<void> {
    return this.#machine.dispose();
  }

  acquire(a: number, b: number, c: number): string | undefined {
    const { driver } = this.#machine;
    const { pool, tree, leases } = driver.cache;
    const workspace = WORKSPACES[a % WORKSPACES.length]!;
    const document = DOCUMENTS[b % DOCUMENTS.length]!;
    const tokens = this.#texts.edit(workspace, document, b, c);
    const keep = Math.floor(tokens.length * [0.3, 0.9, 1][c % 3]!);
    const options = {
      workspace,
      reuse: a % 16 !== 0,
      reserve: b % 3 === 0 ? c % 100 : tokens.length + (b % 5) * 60,
      ...(a % 3 === 0 ? { keep } : {}),
      ...(b % 4 > 0 ? { document } : {}),
    };
    const expected = options.reuse ? longestMatch(nodesOf(tree), workspace, tokens) : 0;
    const lease = driver.acquire(tokens, options);
    if (!lease) {
      const enough = pool.free + pool.idle - outstanding(leases) >= pagesFor(options.reserve);
      const sequence = this.#running.length < this.#machine.options.leases;
      assert(!enough || !sequence, 'A request was refused that could have run.');
      return 'refused';
    }
    if (options.reserve >= tokens.length) assert.equal(lease.start, expected);
    const running = { lease, options, tokens };
    this.#running.push(running);
    this.#checkGained(running, lease.computed);
    return undefined;
  }

  catchUp(a: number, b: number): void {
    const running = this.#choose(a);
    if (running) this.#catchUp(running, [0, 0.05, 0.1, PLENTY_MS][b % 4]!);
  }

  compute(a: number, b: number, c: number): string | undefined {
    const running = this.#choose(a);
    if (!running) return undefined;
    const { lease, tokens, options } = running;
    while (c % 4 > 0 && this.#catchUp(running, PLENTY_MS) > 0);
    const most = 1 + (b % 100);
    const end = Math.min(tokens.length, lease.computed + most);
    if (end === lease.computed) return undefined;
    const { shares } = lease;
    const next = this.#machine.driver.decode(lease, tokens, most);
    if (next === undefined) {
      assert(end > options.reserve, 'A promise was broken.');
      return 'no room';
    }
    assert.equal(lease.computed, end);
    assert.equal(next, answerTo(tokens.slice(0, end)));
    if (shares) this.#known.learn(running);
    return undefined;
  }

  /** A whole request, as far as there is room for it. */
  run(a: number, b: number, c: number): string | undefined {
    const instead = this.acquire(a, b, c);
    if (instead !== undefined) return instead;
    const last = this.#running.length - 1;
    const { lease, tokens } = this.#running[last]!;
    while (lease.computed < tokens.length) if (this.compute(last, 99, 1) === 'no room') break;
    if (c % 2 === 0) this.grow(last, b, c);
    this.release(last);
    return undefined;
  }

  /** The request goes on: an answer, or what the user typed. */
  grow(a: number, b: number, c: number): void {
    const running = this.#choose(a);
    if (running) running.tokens = [...running.tokens, ...text(c, 1 + (b % 70))].slice(0, this.#texts.most);
  }

  fork(a: number): string | undefined {
    const running = this.#choose(a);
    if (!running) return undefined;
    const { lease, tokens, options } = running;
    const twin = this.#cache.fork(lease, tokens);
    if (!twin) return 'not forked';
    assert.equal(twin.computed, lease.computed);
    this.#running.push({ lease: twin, tokens: [...tokens], options });
    return undefined;
  }

  release(a: number): void {
    const running = this.#take(a);
    if (running) this.#cache.release(running.lease, running.tokens);
  }

  discard(a: number): void {
    const running = this.#take(a);
    if (running) this.#cache.discard(running.lease);
  }

  /** What a lease was promised it can have, at any time. */
  claim(a: number): void {
    const running = this.#choose(a);
    if (running) assert(this.#cache.extend(running.lease, running.options.reserve), 'A promise was broken.');
  }

  makeRoom(a: number): void {
    const { branches, pool } = this.#cache;
    const count = a % (pool.total + 1);
    const possible = pool.free + pool.idle >= count;
    assert.equal(branches.makeRoom(count), possible);
    if (possible) assert(pool.free >= count);
  }

  setOpen(a: number, b: number): void {
    const open = DOCUMENTS.filter((_, i) => ((b >> i) & 1) === 1);
    this.#cache.setOpen(WORKSPACES[a % WORKSPACES.length]!, open);
  }

  /** Budgets of nothing and of plenty: what is between depends on the machine. All is saved once the disk has its turns. */
  async idle(a: number): Promise<void> {
    if (a % 2 === 0) this.#cache.idle(0);
    else while (!this.#cache.idle(1e9)) await this.#machine.settle();
  }

  /** The disk has its turn. */
  settle(): Promise<void> {
    return this.#machine.settle();
  }

  lose(a: number): string | undefined {
    const key = this.#savedKey(a);
    if (key === undefined) return 'nothing to lose';
    this.#machine.lose(key);
    return undefined;
  }

  damage(a: number, b: number): string | undefined {
    const key = this.#savedKey(a);
    if (key === undefined) return 'nothing to lose';
    this.#machine.damage(key, b);
    return undefined;
  }

  /** The engine ends, in order or not, and another begins. */
  async restart(a: number): Promise<void> {
    if (a % 2 === 0) {
      this.#cache.dispose();
      await this.#machine.settle();
    }
    this.#running = [];
    this.#machine.boot();
  }

  /** Nothing of it comes back, whoever still runs in it, and nothing is left on disk. */
  async forgetWorkspace(a: number): Promise<void> {
    const workspace = WORKSPACES[a % WORKSPACES.length]!;
    this.#cache.forgetWorkspace(workspace);
    this.#checkLeft(workspace);
    this.#known.forget(workspace);
    assert(await this.#machine.erase(workspace));
    assert.equal(this.#machine.rowsOf(workspace), 0);
  }

  /** What is on disk may come back. */
  closeWorkspace(a: number): void {
    const workspace = WORKSPACES[a % WORKSPACES.length]!;
    const keys = this.#machine.savedKeys;
    this.#cache.closeWorkspace(workspace);
    const known = new Set(this.#machine.savedKeys);
    const left = keys.filter((key) => !known.has(key) && this.#machine.tiers?.has(key));
    for (const key of left) assert(this.#machine.tiers?.persisted(key), 'A page stays that nobody would find.');
    this.#left += left.length;
    this.#checkLeft(workspace);
  }

  #checkLeft(workspace: string): void {
    const { tree } = this.#cache;
    assert([...tree.roots, ...nodesOf(tree)].every((node) => node.workspace !== workspace));
    const stopped = this.#running.filter(({ options }) => options.workspace === workspace);
    assert(stopped.every(({ lease }) => !lease.shares && lease.start === 0));
  }

  get #cache(): KvCache {
    return this.#machine.driver.cache;
  }

  #check(): void {
    checkAll(this.#machine.driver, this.#machine.options.leases, this.#running);
  }

  #catchUp(running: Running, budgetMs: number): number {
    const { lease, tokens } = running;
    const { shares, computed: before } = lease;
    const [own, restores] = [lease.own.length, this.#cache.spill.restores];
    const gained = this.#cache.catchUp(lease, tokens, budgetMs);
    assert.equal(lease.computed, before + gained);
    if (own > 0 || !shares) assert.equal(gained, 0);
    if (budgetMs === 0) assert.equal(this.#cache.spill.restores, restores, 'There was no time to bring a page back.');
    this.#checkGained(running, gained);
    return gained;
  }

  /** What a lease has from the cache was computed in its own workspace, for others to share. */
  #checkGained({ lease, tokens, options }: Running, gained: number): void {
    if (gained === 0) return;
    assert(lease.computed < tokens.length, 'Nothing was left to compute.');
    assert(this.#known.has(options.workspace, tokens.slice(0, lease.computed)), 'A match out of nowhere.');
  }

  #savedKey(a: number): string | undefined {
    const keys = this.#machine.savedKeys;
    return keys[a % Math.max(1, keys.length)];
  }

  #choose(a: number): Running | undefined {
    return this.#running[a % Math.max(1, this.#running.length)];
  }

  #take(a: number): Running | undefined {
    return this.#running.splice(a % Math.max(1, this.#running.length), 1)[0];
  }

  #note(what: string, count = 1): void {
    this.seen[what] = (this.seen[what] ?? 0) + count;
  }
}
