/** What a page is worth: how lately it was used, and for what. */
import type { TreeNode } from './treeNode.ts';

/** The pages of an open document are evicted as if they had been used so many requests later. */
const OPEN_HOLD = 256;

/**
 * Notes the use of a node and all above it. What it takes to compute a page again does not count: on the committed traces,
 * also with a cache of two prompts, everything that was done and every time was the same with it and without.
 * @param clock number of the request. @param open it was for a document that is open.
 */
export function touch(last: TreeNode, clock: number, open: boolean): void {
  const used = clock + (open ? OPEN_HOLD : 0);
  for (let node = last; node.parent; node = node.parent) node.priority = Math.max(node.priority, used);
}
