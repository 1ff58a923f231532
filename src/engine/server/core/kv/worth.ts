/** What a page is worth: when it was used, for what, and what it would take to compute it again. */
import { endOf, type TreeNode } from './treeNode.ts';

/** The pages of an open document are evicted as if they had been used so many requests later. */
const OPEN_HOLD = 256;
/** A page that takes twice as long to compute as the cheapest counts as used so many requests later. */
const COST_HOLD = 32;

export interface Use {
  /** Number of the request. */
  clock: number;
  /** It was for a document that is open. */
  open: boolean;
  /** Milliseconds to compute a page that begins at a position. */
  computeMs: (start: number) => number;
}

/**
 * Notes the use of a node and all above it. What is deeper costs more to compute again (attention to all before), about
 * in proportion to its position.
 */
export function touch(last: TreeNode, { clock, open, computeMs }: Use): void {
  const end = endOf(last);
  const shallow = Math.max(Number.EPSILON, computeMs(0));
  const slope = end > 0 ? (computeMs(end) / shallow - 1) / end : 0;
  const used = clock + (open ? OPEN_HOLD : 0);
  for (let node = last; node.parent; node = node.parent) {
    node.priority = Math.max(node.priority, used + COST_HOLD * slope * node.start);
  }
}
