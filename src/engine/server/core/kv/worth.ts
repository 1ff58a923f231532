/** What a page is worth: how lately it was used, and for what. */
import type { TreeNode } from './treeNode.ts';

/** The pages of an open document are evicted as if they had been used so many requests later. */
const OPEN_HOLD = 256;

/**
 * Notes the use of a node and all above it. What it takes to compute a page again does not count: the committed traces went the
 * same with it and without, also in a cache of two prompts, and beside long chats it was as often worse as better.
 * @param clock number of the request. @param open it was for a document that is open.
 */
export function touch(last: TreeNode, clock: number, open: boolean): void {
  const used = clock + (open ? OPEN_HOLD : 0);
  for (let node = last; node.parent; node = node.parent) node.priority = Math.max(node.priority, used);
}
