/** What a request holds of the cache while it runs. */
import type { SequenceId } from '../backend.ts';
import { PAGE_TOKENS, type PageId } from './pagePool.ts';
import type { Patience } from './patience.ts';
import type { TreeNode } from './treeNode.ts';

export interface LeaseOptions {
  /** Nothing is ever matched across workspaces. */
  workspace: string;
  /** False takes nothing from the cache and leaves nothing in it. */
  reuse: boolean;
  /** Tokens that there must be room for before the request begins; more is got as it goes, if it can be had. */
  reserve: number;
  /** Leading tokens that another request may come to share; what is behind them is not kept. Absent: all. */
  keep?: number | undefined;
  /** The document that is completed: its newest prompt replaces the one before. */
  document?: string | undefined;
  /** False: it takes nobody's place. */
  replaces?: boolean | undefined;
}

/**
 * Who owns which tokens of a running request, and where the numbers point:
 *
 *     tokens   |  of the tree, shared   |  own pages, not in the tree yet  |  not computed
 *              0                      start                             computed
 */
export interface Lease {
  readonly sequence: SequenceId;
  readonly options: LeaseOptions;
  /** The node of the tree that ends at `start`; the lease holds it and all above it. A root that is gone, once its workspace is. */
  node: TreeNode;
  start: number;
  /** How many leading tokens have their cells under `sequence`. */
  computed: number;
  /** Pages from `start` on, the last one perhaps not full. Others may have them too, once a workspace was closed. */
  own: PageId[];
  /** False once the tree could not take its pages, or its workspace was closed: then they are its own to the end. */
  shares: boolean;
  /** How long it still waits for the disk. */
  readonly patience: Patience;
}

/** Pages that a lease has. */
export const pagesOf = (lease: Lease): number => lease.start / PAGE_TOKENS + lease.own.length;

export const pagesFor = (tokens: number): number => Math.ceil(tokens / PAGE_TOKENS);

/** Pages that were promised at the admission, shared ones included, and not taken yet. */
export function outstanding(leases: Iterable<Lease>): number {
  let pages = 0;
  for (const lease of leases) pages += Math.max(0, pagesFor(lease.options.reserve) - pagesOf(lease));
  return pages;
}
