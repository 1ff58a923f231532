/**
 * The cache for models that cannot share pages (recurrent, hybrid): a part of a sequence can neither be shared nor
 * removed, so whole states are saved at some positions of a prompt, and a request goes on from the last one that fits.
 *
 *     prompt   ────────────●───────────────●───────────●──·
 *                         512            1024   last step before the end: what typing changes is behind it
 */
import type { KvStatus } from '../../../protocol/index.ts';
import type { DecodeBackend, SequenceId } from '../backend.ts';
import { CheckpointStore } from './checkpointStore.ts';
import type { LeaseOptions } from './lease.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import type { CacheLease, CacheStrategy } from './strategy.ts';

/** A state is saved at every multiple of this, for cursors that jump back. */
const STRIDE = 512;
/** The last state before the end of a prompt is at a multiple of this, so that some keys are typed before it is too late. */
const STEP = 64;
/** The last tokens of a prompt are spelt otherwise when more is typed. */
const UNSTABLE_TOKENS = 8;

interface StateLease extends CacheLease {
  computed: number;
  readonly options: LeaseOptions;
  readonly prompt: number;
  /** False takes nothing and leaves nothing: as it was asked for, or because its workspace was closed. */
  shares: boolean;
}

export interface CheckpointCacheOptions {
  /** Sequence ids for requests. */
  leases: number;
  /** Of saved states, in memory. */
  maxBytes: number;
}

export class CheckpointCache implements CacheStrategy<StateLease> {
  readonly #backend: DecodeBackend;
  readonly #store: CheckpointStore;
  readonly #sequences: SequenceId[];
  onReady: () => void = () => undefined;
  readonly #leases = new Set<StateLease>();
  #saves = 0;
  #restores = 0;

  constructor(backend: DecodeBackend, { leases, maxBytes }: CheckpointCacheOptions) {
    this.#backend = backend;
    this.#store = new CheckpointStore({ maxBytes });
    this.#sequences = Array.from({ length: leases }, (_, id) => leases - 1 - id);
  }

  get capacity(): number {
    return this.#backend.cells;
  }

  known(workspace: string, tokens: readonly number[]): number {
    return this.#store.longest(workspace, tokens, tokens.length - 1, false)?.tokens.length ?? 0;
  }

  acquire(tokens: readonly number[], options: LeaseOptions): StateLease | undefined {
    if (this.#promised + options.reserve > this.#backend.cells) return undefined;
    const sequence = this.#sequences.pop();
    if (sequence === undefined) return undefined;
    const lease: StateLease = {
      sequence,
      computed: 0,
      options,
      prompt: Math.min(tokens.length, options.keep ?? tokens.length),
      shares: options.reuse,
    };
    this.#leases.add(lease);
    return lease;
  }

  catchUp(lease: StateLease, tokens: readonly number[]): number {
    if (lease.computed > 0 || !lease.shares) return 0;
    const found = this.#store.longest(lease.options.workspace, tokens, tokens.length - 1);
    if (!found) return 0;
    if (!this.#backend.restoreState(lease.sequence, found.state)) return 0;
    lease.computed = found.tokens.length;
    this.#restores++;
    return lease.computed;
  }

  outlook(): undefined {}

  boundary(lease: StateLease, end: number): number {
    if (!lease.shares) return end;
    const next = (Math.floor(lease.computed / STRIDE) + 1) * STRIDE;
    const last = lastStep(lease.prompt);
    return Math.min(end, lease.computed < last ? Math.min(next, last) : next);
  }

  /** Positions beyond the promise were promised to nobody: requests are few, and each is promised what it needs. */
  extend(lease: StateLease, end: number): boolean {
    return this.#promised + Math.max(0, end - lease.options.reserve) <= this.#backend.cells;
  }

  commit(lease: StateLease, tokens: readonly number[], end: number): void {
    lease.computed = end;
    if (end % STRIDE === 0 || end === lastStep(lease.prompt)) this.#save(lease, tokens);
  }

  release(lease: StateLease, tokens: readonly number[]): void {
    // The next turn of a chat begins with this prompt and its answer.
    if (lease.options.keep === undefined) this.#save(lease, tokens);
    this.discard(lease);
  }

  discard(lease: StateLease): void {
    this.#backend.removeRange(lease.sequence, 0, -1);
    this.#sequences.push(lease.sequence);
    this.#leases.delete(lease);
  }

  prepare(): void {}

  setOpen(): void {}

  forgetWorkspace(workspace: string): void {
    this.#store.forget(workspace);
    for (const lease of this.#leases) if (lease.options.workspace === workspace) lease.shares = false;
  }

  /** Nothing is on disk. */
  closeWorkspace(workspace: string): void {
    this.forgetWorkspace(workspace);
  }

  setMemory(bytes: number): void {
    this.#store.setLimit(bytes);
  }

  idle(): boolean {
    return true;
  }

  sample(): void {}

  status(): KvStatus {
    const held = [...this.#leases].reduce((sum, lease) => sum + lease.computed, 0);
    const pagesTotal = Math.floor(this.#backend.cells / PAGE_TOKENS);
    const pagesLeased = Math.min(pagesTotal, Math.ceil(held / PAGE_TOKENS));
    return {
      strategy: 'checkpoints',
      pageTokens: PAGE_TOKENS,
      pagesTotal,
      pagesFree: pagesTotal - pagesLeased,
      pagesCached: 0,
      pagesLeased,
      pagesPeak: pagesLeased,
      allocatedCells: held,
      filledCells: held,
      logicalTokens: held,
      physicalTokens: held,
      evictions: 0,
      spills: this.#saves,
      restores: this.#restores,
      ram: this.#store.status,
      disk: { pages: 0, bytes: 0, limitBytes: 0 },
      pageMs: { compute: null, save: null, restore: null },
    };
  }

  dispose(): void {}

  /** Positions, to all requests together. */
  get #promised(): number {
    return [...this.#leases].reduce((sum, { options }) => sum + options.reserve, 0);
  }

  #save(lease: StateLease, tokens: readonly number[]): void {
    if (!lease.shares || lease.computed === 0) return;
    const known = tokens.slice(0, lease.computed);
    this.#store.put(lease.options.workspace, known, this.#backend.saveState(lease.sequence));
    this.#saves++;
  }
}

const lastStep = (prompt: number): number => Math.floor(Math.max(0, prompt - UNSTABLE_TOKENS) / STEP) * STEP;
