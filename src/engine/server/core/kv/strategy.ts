/**
 * What the scheduler needs of a cache. Two of them: `kvCache.ts` shares pages; `checkpointCache.ts` keeps whole states of
 * models that cannot (recurrent, hybrid).
 */
import type { KvStatus } from '../../../protocol/index.ts';
import type { SequenceId } from '../backend.ts';
import type { LeaseOptions } from './lease.ts';

/** A sequence in use by one request. */
export interface CacheLease {
  readonly sequence: SequenceId;
  /** How many leading tokens of the request have their cells under `sequence`. */
  readonly computed: number;
}

export interface CacheStrategy<L extends CacheLease = CacheLease> {
  /** Longest request that can ever fit, in tokens. */
  readonly capacity: number;
  /**
   * How many leading tokens of a request it would not have to compute, in whatever tier they are. Never the last one, whose
   * logits are wanted. Only looks: nothing is taken, brought back or counted as used.
   */
  known(workspace: string, tokens: readonly number[]): number;
  /** Takes a sequence; undefined when there is none, or no room for `reserve` tokens now. */
  acquire(tokens: readonly number[], options: LeaseOptions): L | undefined;
  /** Takes over what is known of the tokens that come next, spending about `budgetMs` on saved ones. @returns tokens gained. */
  catchUp(lease: L, tokens: readonly number[], budgetMs: number): number;
  /**
   * Whether {@link catchUp} will gain more: `near` in the next iteration, from memory; `coming` when saved pages that are on
   * their way from the disk are there, of which {@link onReady} tells. The request had better wait, as long as it is
   * either; for what is coming others need not.
   */
  outlook(lease: L, tokens: readonly number[]): 'near' | 'coming' | undefined;
  onReady: () => void;
  /** Where a chunk that would go to `end` has to stop. */
  boundary(lease: L, end: number): number;
  /** Makes room for the first `end` tokens. False: there is none. */
  extend(lease: L, end: number): boolean;
  /** The tokens up to `end` were decoded. */
  commit(lease: L, tokens: readonly number[], end: number): void;
  /**
   * A second lease that has the first `end` tokens of this one; undefined where there is no room for it. Absent where
   * sequences cannot share: who wants one begins anew, with what was left of the prompt.
   */
  fork?(lease: L, tokens: readonly number[], end: number): L | undefined;
  /** Gives the lease back; what is worth keeping stays. */
  release(lease: L, tokens: readonly number[]): void;
  /** Gives the lease back and keeps nothing that it computed by itself. */
  discard(lease: L): void;
  /** The workspace will be used: what is saved of it is asked for. */
  prepare(workspace: string): void;
  setOpen(workspace: string, documents: readonly string[]): void;
  /**
   * Drops everything of a workspace, from the disk too what is known to be there; `SavedPages.forget` erases the rest. Its
   * running requests go on, but take and leave nothing any more.
   */
  forgetWorkspace(workspace: string): void;
  /** As {@link forgetWorkspace}, but what is on disk, or waits for it, stays there for the next time it is opened. */
  closeWorkspace(workspace: string): void;
  /** Bytes of memory for what leaves the device: what has no room any more goes; what is raised fills with use. */
  setMemory(bytes: number): void;
  /** Work for idle moments, for about `budgetMs`. True when there is no more to do. */
  idle(budgetMs: number): boolean;
  /** Counts the cells in use, once for each iteration. */
  sample(): void;
  status(): KvStatus;
  dispose(): void;
}
