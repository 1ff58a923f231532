/**
 * What the scheduler needs of a cache. Two of them: `kvCache.ts` shares pages; `checkpointCache.ts` keeps whole states of
 * models that cannot (recurrent, hybrid).
 */
import type { KvStatus } from '../../../protocol/index.ts';
import type { SequenceId } from '../backend.ts';
import type { DiskTierOptions } from './diskTier.ts';
import type { LeaseOptions } from './lease.ts';

/** How much the colder tiers may keep; without `disk` nothing is kept there. */
export interface TierLimits {
  ramBytes: number;
  disk?: DiskTierOptions;
}

/** A sequence in use by one request. */
export interface CacheLease {
  readonly sequence: SequenceId;
  /** How many leading tokens of the request have their cells under `sequence`. */
  readonly computed: number;
}

export interface CacheStrategy<L extends CacheLease = CacheLease> {
  /** Longest request that can ever fit, in tokens. */
  readonly capacity: number;
  /** Takes a sequence; undefined when there is none, or no room for `reserve` tokens now. */
  acquire(tokens: readonly number[], options: LeaseOptions): L | undefined;
  /** Takes over what is known of the tokens that come next, spending about `budgetMs` on saved ones. @returns tokens gained. */
  catchUp(lease: L, tokens: readonly number[], budgetMs: number): number;
  /** True when {@link catchUp} would gain more in another iteration. */
  wantsRestore(lease: L, tokens: readonly number[]): boolean;
  /** Where a chunk that would go to `end` has to stop. */
  boundary(lease: L, end: number): number;
  /** Makes room for the first `end` tokens. False: there is none. */
  extend(lease: L, end: number): boolean;
  /** The tokens up to `end` were decoded. */
  commit(lease: L, tokens: readonly number[], end: number): void;
  /** Gives the lease back; what is worth keeping stays. */
  release(lease: L, tokens: readonly number[]): void;
  /** Gives the lease back and keeps nothing that it computed by itself. */
  discard(lease: L): void;
  setOpen(workspace: string, documents: readonly string[]): void;
  /** Drops everything of a workspace, saved pages too. Its running requests go on, but take and leave nothing any more. */
  forgetWorkspace(workspace: string): void;
  /** As {@link forgetWorkspace}, but what is on disk, or waits for it, stays there for the next time it is opened. */
  closeWorkspace(workspace: string): void;
  /** What has no room any more goes; what is raised fills with use. */
  setLimits(limits: TierLimits): void;
  /** Work for idle moments, for about `budgetMs`. True when there is no more to do. */
  idle(budgetMs: number): boolean;
  /** Counts the cells in use, once for each iteration. */
  sample(): void;
  status(): KvStatus;
  dispose(): void;
}
