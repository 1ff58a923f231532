/**
 * A tree of pages for each workspace (RadixAttention, arXiv 2312.07104): a path from the root spells tokens, and who shares
 * a beginning shares its pages. Structure only; what it means for cells is `branches.ts`'s.
 *
 *     root ── import a … ── … ─┬─ file one … ── … ── ta         a tail: a page that is not full, always a leaf
 *                              └─ file two … ── … ·· next page   in a colder tier, as is all below it
 */
import type { SequenceId } from '../backend.ts';
import type { PageId, PagePool } from './pagePool.ts';
import { endOf, type Found, newNode, search, type TreeNode } from './treeNode.ts';

export class PrefixTree {
  readonly #pool: PagePool;
  readonly #roots = new Map<string, TreeNode>();
  readonly #evictable = new Set<TreeNode>();

  constructor(pool: PagePool) {
    this.#pool = pool;
  }

  get roots(): Iterable<TreeNode> {
    return this.#roots.values();
  }

  root(workspace: string): TreeNode | undefined {
    return this.#roots.get(workspace);
  }

  /** The root of a workspace that has none. */
  addRoot(workspace: string): TreeNode {
    const root = newNode(workspace, undefined, []);
    this.#roots.set(workspace, root);
    return root;
  }

  /** Leaves on the device that no lease holds. */
  get evictable(): ReadonlySet<TreeNode> {
    return this.#evictable;
  }

  /** The evictable leaf that is least worth keeping. O(leaves). */
  get cheapest(): TreeNode | undefined {
    let least: TreeNode | undefined;
    for (const leaf of this.#evictable) if (!least || leaf.priority < least.priority) least = leaf;
    return least;
  }

  /** The child of `node` that has most in common with tokens[from, to). Undefined where none has the first one. */
  best(node: TreeNode, tokens: readonly number[], from: number, to: number): Found | undefined {
    return search(node.children, tokens, from, to).best;
  }

  /**
   * Goes down from `node` along tokens, of which it has those before its end, up to `to`: each node, and how many of its
   * leading tokens are the text's. Only the last one may go on differently.
   */
  *path(node: TreeNode, tokens: readonly number[], to = tokens.length): Generator<Found> {
    for (let found = this.best(node, tokens, endOf(node), to); found; ) {
      const { node: last, common } = found;
      yield found;
      if (common < last.tokens.length) return;
      found = this.best(last, tokens, endOf(last), to);
    }
  }

  /** Adds a node without a page below `parent`: one in a colder tier, until it is furnished. */
  add(parent: TreeNode, tokens: readonly number[]): TreeNode {
    const node = newNode(parent.workspace, parent, tokens);
    parent.children.splice(search(parent.children, tokens, 0, tokens.length).place, 0, node);
    return node;
  }

  /** Gives a node its page, of which the tree becomes a holder. */
  furnish(node: TreeNode, page: PageId, sequence: SequenceId): void {
    node.page = page;
    node.sequence = sequence;
    node.priority = 0;
    this.#pool.cache(page);
    this.refresh(node.parent!);
    this.refresh(node);
  }

  /** Takes the page from a node; the tree lets go of it. */
  strip(node: TreeNode): void {
    this.#pool.uncache(node.page);
    node.page = -1;
    node.sequence = -1;
    this.refresh(node.parent!);
    this.refresh(node);
  }

  /** Removes a leaf, or a root that has no children. */
  remove(node: TreeNode): void {
    const { parent } = node;
    if (node.children.length > 0) throw new Error('Only a leaf can be removed.');
    if (!parent) {
      this.#roots.delete(node.workspace);
      return;
    }
    if (node.page >= 0) this.strip(node);
    parent.children.splice(parent.children.indexOf(node), 1);
    node.parent = undefined;
  }

  /** A lease holds the page of `node` (not those above it). */
  retain(node: TreeNode): void {
    this.#pool.retain(node.page);
    this.refresh(node);
  }

  /** A lease lets go of the page of `node`. */
  release(node: TreeNode): void {
    this.#pool.release(node.page);
    this.refresh(node);
  }

  /** True when a lease holds the node. */
  held({ page }: TreeNode): boolean {
    return page >= 0 && this.#pool.refs[page]! > 1;
  }

  /** Puts a node into the evictable leaves, or takes it out. */
  refresh(node: TreeNode): void {
    const idle = node.page >= 0 && !this.held(node);
    if (idle && node.children.every(({ page }) => page < 0)) this.#evictable.add(node);
    else this.#evictable.delete(node);
  }
}
