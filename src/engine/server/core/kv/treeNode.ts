/** A node of the prefix tree, and how its place among its siblings is found. */
import type { SequenceId } from '../backend.ts';
import type { HeapItem } from './evictionHeap.ts';
import type { PageId } from './pagePool.ts';

export interface TreeNode extends HeapItem {
  readonly workspace: string;
  /** Undefined for a root, and for what was removed. */
  parent: TreeNode | undefined;
  /** Sorted by their tokens; no two begin with the same page. */
  children: TreeNode[];
  /** Position of the first token. */
  start: number;
  tokens: number[];
  /** Empty where the page is in a colder tier. */
  pages: PageId[];
  /** Owns the cells of `pages`; -1 where there are none. */
  sequence: SequenceId;
  /** Keys of the pages, as far as anyone asked for them. */
  keys: string[];
  residentChildren: number;
}

export function newNode(workspace: string, parent: TreeNode | undefined, start: number, tokens: number[]): TreeNode {
  return {
    workspace,
    parent,
    children: [],
    start,
    tokens,
    pages: [],
    sequence: -1,
    keys: [],
    residentChildren: 0,
    priority: 0,
    heapIndex: -1,
  };
}

/** Where the tokens [from, to) belong among sorted children: the first that is not smaller. O(log children). */
export function placeOf(children: readonly TreeNode[], tokens: readonly number[], from: number, to: number): number {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (smaller(children[middle]!.tokens, tokens, from, to)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many leading tokens of `own` are those of [from, to). */
export function common(own: readonly number[], tokens: readonly number[], from: number, to: number): number {
  const end = Math.min(own.length, to - from);
  let length = 0;
  while (length < end && own[length] === tokens[from + length]) length++;
  return length;
}

function smaller(own: readonly number[], tokens: readonly number[], from: number, to: number): boolean {
  const same = common(own, tokens, from, to);
  if (same === own.length) return same < to - from;
  return same < to - from && own[same]! < tokens[from + same]!;
}
