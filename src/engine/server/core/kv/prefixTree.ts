/**
 * A radix tree over pages for each workspace (RadixAttention, arXiv 2312.07104): a path from the root spells tokens, and
 * who shares a beginning shares its pages. Structure only; what it means for cells is `kvCache.ts`'s.
 *
 *     root ── import a … (3 pages) ─┬─ file one … (5 pages) ── ta          a tail: one page, not full
 *                                   └─ file two … (4 pages) ·· next page   in a colder tier: no page, a key
 *
 * Edges are whole pages; only a leaf may end inside one. Nodes without pages stand for one page each that was saved
 * elsewhere; below such a node there are only such nodes.
 */
import type { SequenceId } from '../backend.ts';
import { EvictionHeap } from './evictionHeap.ts';
import { PAGE_TOKENS, type PageId, type PagePool } from './pagePool.ts';
import { common, newNode, placeOf, type TreeNode } from './treeNode.ts';

/** A child, and how many of its leading tokens are the ones looked for. */
export interface Found {
  node: TreeNode;
  common: number;
}

export class PrefixTree {
  readonly #pool: PagePool;
  readonly #roots = new Map<string, TreeNode>();
  readonly #evictable = new EvictionHeap<TreeNode>();

  constructor(pool: PagePool) {
    this.#pool = pool;
  }

  get roots(): Iterable<TreeNode> {
    return this.#roots.values();
  }

  /** The root of a workspace; made when it is new. */
  root(workspace: string): TreeNode {
    let root = this.#roots.get(workspace);
    if (!root) {
      root = newNode(workspace, undefined, 0, []);
      this.#roots.set(workspace, root);
    }
    return root;
  }

  hasRoot(workspace: string): boolean {
    return this.#roots.has(workspace);
  }

  /** The leaf in pages that nobody uses and that is least worth keeping. */
  get cheapest(): TreeNode | undefined {
    return this.#evictable.first;
  }

  /** In no order, but the cheapest first. */
  get evictable(): Iterable<TreeNode> {
    return this.#evictable;
  }

  /** The child of `node` that has most in common with tokens[from, to). Undefined where none has the first one. */
  best(node: TreeNode, tokens: readonly number[], from: number, to: number): Found | undefined {
    const { children } = node;
    const at = placeOf(children, tokens, from, to);
    // In sorted order the longest common beginning is with a neighbour.
    const before = at > 0 ? common(children[at - 1]!.tokens, tokens, from, to) : 0;
    const after = at < children.length ? common(children[at]!.tokens, tokens, from, to) : 0;
    if (before === 0 && after === 0) return undefined;
    return after > before ? { node: children[at]!, common: after } : { node: children[at - 1]!, common: before };
  }

  /** Adds a node below `parent`. `pages` empty: it is in a colder tier. The tree becomes a holder of the pages. */
  add(parent: TreeNode, tokens: number[], pages: PageId[], sequence: SequenceId): TreeNode {
    const node = newNode(parent.workspace, parent, parent.start + parent.tokens.length, tokens);
    parent.children.splice(placeOf(parent.children, tokens, 0, tokens.length), 0, node);
    if (pages.length > 0) this.furnish(node, pages, sequence);
    return node;
  }

  /** Gives pages to a node that had none. */
  furnish(node: TreeNode, pages: PageId[], sequence: SequenceId): void {
    node.pages = pages;
    node.sequence = sequence;
    for (const page of pages) this.#pool.cache(page);
    if (node.parent) {
      node.parent.residentChildren++;
      this.refresh(node.parent);
    }
    this.refresh(node);
  }

  /** Takes the pages from a node whose page was saved elsewhere. */
  strip(node: TreeNode): void {
    for (const page of node.pages) this.#pool.uncache(page);
    node.pages = [];
    node.sequence = -1;
    if (node.parent) {
      node.parent.residentChildren--;
      this.refresh(node.parent);
    }
    this.refresh(node);
  }

  /** Lengthens a node that ends on a page's border. It may have no children, or only `instead`, whose place it takes. */
  append(node: TreeNode, tokens: readonly number[], pages: readonly PageId[], instead?: TreeNode): void {
    for (const token of tokens) node.tokens.push(token);
    for (const page of pages) {
      this.#pool.cache(page);
      node.pages.push(page);
    }
    if (instead) {
      node.children = instead.children;
      for (const child of node.children) child.parent = node;
      instead.parent = undefined;
      instead.children = [];
    }
    this.refresh(node);
  }

  /** Cuts a node in two at a page's border. @returns the new upper part; `node` stays the lower one, holders and all. */
  split(node: TreeNode, pages: number): TreeNode {
    const { parent } = node;
    if (!parent || pages <= 0 || pages >= node.pages.length) throw new RangeError(`A node cannot be cut at ${pages}.`);
    const tokens = pages * PAGE_TOKENS;
    const upper = newNode(node.workspace, parent, node.start, node.tokens.slice(0, tokens));
    upper.pages = node.pages.slice(0, pages);
    upper.keys = node.keys.slice(0, pages);
    upper.sequence = node.sequence;
    upper.children = [node];
    upper.residentChildren = 1;
    parent.children[placeOf(parent.children, node.tokens, 0, node.tokens.length)] = upper;
    node.parent = upper;
    node.start += tokens;
    node.tokens = node.tokens.slice(tokens);
    node.pages = node.pages.slice(pages);
    node.keys = node.keys.slice(pages);
    return upper;
  }

  /** Cuts the last page off as a child of its own, which takes the children over. @returns the child. */
  cutLast(node: TreeNode): TreeNode {
    const last = node.pages.length - 1;
    if (!node.parent || last < 1) throw new RangeError('A node of one page cannot be cut.');
    const lower = newNode(
      node.workspace,
      node,
      node.start + last * PAGE_TOKENS,
      node.tokens.splice(last * PAGE_TOKENS),
    );
    lower.pages = node.pages.splice(last);
    lower.keys = node.keys.splice(last);
    lower.sequence = node.sequence;
    lower.children = node.children;
    lower.residentChildren = node.residentChildren;
    for (const child of lower.children) child.parent = lower;
    node.children = [lower];
    node.residentChildren = 1;
    this.refresh(node);
    this.refresh(lower);
    return lower;
  }

  /** Removes a leaf; the tree lets go of its pages. */
  remove(node: TreeNode): void {
    const { parent } = node;
    if (!parent || node.children.length > 0) throw new Error('Only a leaf can be removed.');
    if (node.pages.length > 0) this.strip(node);
    parent.children.splice(placeOf(parent.children, node.tokens, 0, node.tokens.length), 1);
    node.parent = undefined;
    this.refresh(parent);
  }

  /** A lease holds the pages of `node` (not those above it). */
  retain(node: TreeNode): void {
    for (const page of node.pages) this.#pool.retain(page);
    this.refresh(node);
  }

  /** A lease lets go of the pages of `node`. */
  release(node: TreeNode): void {
    for (const page of node.pages) this.#pool.release(page);
    this.refresh(node);
  }

  /** True when a lease holds the node. */
  held(node: TreeNode): boolean {
    return node.pages.length > 0 && this.#pool.refs[node.pages[0]!]! > 1;
  }

  /** Puts a node into the evictable leaves, takes it out, or moves it by its priority. */
  refresh(node: TreeNode): void {
    if (node.parent && node.pages.length > 0 && node.residentChildren === 0 && !this.held(node)) {
      node.priority = this.#pool.priority[node.pages.at(-1)!]!;
      this.#evictable.put(node);
    } else {
      this.#evictable.remove(node);
    }
  }

  /** Every node but the roots, parents first. */
  *nodes(): Generator<TreeNode> {
    const open = [...this.#roots.values()];
    for (let node = open.pop(); node; node = open.pop()) {
      if (node.parent) yield node;
      open.push(...node.children);
    }
  }
}
