/** A node of the prefix tree: one page of text behind its parent's. */
import type { SequenceId } from '../backend.ts';
import type { PageId } from './pagePool.ts';

export interface TreeNode {
  readonly workspace: string;
  /** Undefined for a root, and for what was removed. */
  parent: TreeNode | undefined;
  /** Sorted by their tokens; none begins with all of another. */
  readonly children: TreeNode[];
  /** Position of the first token. */
  readonly start: number;
  /** A page full; fewer in a tail, none in a root. */
  readonly tokens: readonly number[];
  /** -1 where the page is in a colder tier, and in a root. */
  page: PageId;
  /** Owns the cells of the page; -1 where there is none. */
  sequence: SequenceId;
  /** What the page is called when it is saved (`spill.ts`), once anyone asked. */
  key: string | undefined;
  /** What the page is worth (`worth.ts`); the smallest is evicted first. */
  priority: number;
}

/** A child, and how many of its leading tokens are the ones looked for. */
export interface Found {
  node: TreeNode;
  common: number;
}

export function newNode(workspace: string, parent: TreeNode | undefined, tokens: readonly number[]): TreeNode {
  return {
    workspace,
    parent,
    children: [],
    start: parent ? endOf(parent) : 0,
    tokens,
    page: -1,
    sequence: -1,
    key: undefined,
    priority: 0,
  };
}

/** Position behind the last token. */
export const endOf = ({ start, tokens }: TreeNode): number => start + tokens.length;

/** The node and all below it for which `which` holds, parents first; what is below one for which it does not is left out. */
export function subtree(node: TreeNode, which: (child: TreeNode) => boolean = () => true): TreeNode[] {
  const open = [node];
  const nodes: TreeNode[] = [];
  for (let next = open.pop(); next; next = open.pop()) {
    nodes.push(next);
    for (const child of next.children) if (which(child)) open.push(child);
  }
  return nodes;
}

/**
 * Looks for tokens[from, to) among sorted children. O(log children).
 * @returns the place of the first that is not smaller, and the one that has most in common, where one has any.
 */
export function search(
  children: readonly TreeNode[],
  tokens: readonly number[],
  from: number,
  to: number,
): { place: number; best: Found | undefined } {
  let [low, high] = [0, children.length];
  let best: Found | undefined;
  // In sorted order the longest common beginning is with a neighbour of the place, and both are looked at.
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = children[middle]!;
    const common = commonLength(node.tokens, tokens, from, to);
    if (common > (best?.common ?? 0)) best = { node, common };
    const goesOn = from + common < to;
    if (goesOn && (common === node.tokens.length || node.tokens[common]! < tokens[from + common]!)) low = middle + 1;
    else high = middle;
  }
  return { place: low, best };
}

/** How many leading tokens of `own` are those of [from, to). */
function commonLength(own: readonly number[], tokens: readonly number[], from: number, to: number): number {
  const end = Math.min(own.length, to - from);
  let length = 0;
  while (length < end && own[length] === tokens[from + length]) length++;
  return length;
}
