/** `PrefixTree` used as the cache uses it, but for texts alone: no cells, no sequences. */

import { PAGE_TOKENS, PagePool } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PrefixTree } from '../../../../../../src/engine/server/core/kv/prefixTree.ts';
import { endOf, subtree, type TreeNode } from '../../../../../../src/engine/server/core/kv/treeNode.ts';
import { nodesOf } from '../../../../../helpers/cacheIntegrity.ts';
import { nameOf, type PrefixIndex } from './naivePrefixTree.ts';
import { speltBy } from './world/checks.ts';

export class TreeIndex implements PrefixIndex {
  readonly pool: PagePool;
  readonly tree: PrefixTree;
  #clock = 0;

  constructor(pages: number) {
    this.pool = new PagePool(pages);
    this.tree = new PrefixTree(this.pool);
  }

  match(workspace: string, tokens: readonly number[]): number {
    return endOf(this.#matched(workspace, tokens).at(-1) ?? this.#root(workspace));
  }

  common(workspace: string, tokens: readonly number[]): number {
    let [node, end] = [this.#root(workspace), 0];
    for (;;) {
      const resident = node.children.filter(({ page }) => page >= 0);
      const found = this.tree.best({ ...node, children: resident }, tokens, end, tokens.length);
      end += found?.common ?? 0;
      if (!found || found.common < found.node.tokens.length) return end;
      node = found.node;
    }
  }

  insert(workspace: string, tokens: readonly number[]): void {
    this.#clock++;
    let node = this.#root(workspace);
    for (let from = 0; from < tokens.length; from = endOf(node)) {
      const text = tokens.slice(from, from + PAGE_TOKENS);
      const found = this.tree.best(node, text, 0, text.length);
      // The text ends inside a page that is there; only when it is the same tail it is used.
      if (found?.common === text.length && found.node.tokens.length > text.length) break;
      if (found?.common === text.length) {
        node = found.node;
        if (node.page < 0) this.#cached((page) => this.tree.furnish(node, page, 0));
      } else {
        if (found && found.common === found.node.tokens.length) this.tree.remove(found.node);
        node = this.tree.add(node, text);
        this.#cached((page) => this.tree.furnish(node, page, 0));
      }
    }
    this.#touch(node);
  }

  hold(workspace: string, tokens: readonly number[]): () => void {
    this.#clock++;
    const nodes = this.#matched(workspace, tokens);
    for (const node of nodes) this.tree.retain(node);
    this.#touch(nodes.at(-1) ?? this.#root(workspace));
    return () => {
      for (const node of nodes.toReversed()) this.tree.release(node);
    };
  }

  evict(save: boolean): string | undefined {
    const leaf = this.tree.cheapest;
    if (!leaf) return undefined;
    const name = nameOf({ workspace: leaf.workspace, tokens: speltBy(leaf) });
    if (save && leaf.tokens.length === PAGE_TOKENS) this.tree.strip(leaf);
    else for (const node of subtree(leaf).reverse()) this.tree.remove(node);
    return name;
  }

  forget(workspace: string): void {
    for (const node of subtree(this.#root(workspace)).reverse()) this.tree.remove(node);
  }

  evictable(): string[] {
    return [...this.tree.evictable].map((leaf) => nameOf({ workspace: leaf.workspace, tokens: speltBy(leaf) })).sort();
  }

  pages(): string[] {
    const name = (node: TreeNode) => nameOf({ workspace: node.workspace, tokens: speltBy(node) });
    return [...nodesOf(this.tree)].map((node) => name(node) + (node.page < 0 ? '*' : '')).sort();
  }

  #root(workspace: string): TreeNode {
    return this.tree.root(workspace) ?? this.tree.addRoot(workspace);
  }

  #matched(workspace: string, tokens: readonly number[]): TreeNode[] {
    const nodes: TreeNode[] = [];
    let node = this.#root(workspace);
    for (;;) {
      const found = this.tree.best(node, tokens, endOf(node), tokens.length);
      if (found?.common !== PAGE_TOKENS || found.node.page < 0) return nodes;
      node = found.node;
      nodes.push(node);
    }
  }

  /** Who computed a page lets go of it. */
  #cached(put: (page: number) => void): void {
    const page = this.pool.take();
    put(page);
    this.pool.release(page);
  }

  #touch(last: TreeNode): void {
    for (let node = last; node.parent; node = node.parent) {
      node.priority = this.#clock;
      this.tree.refresh(node);
    }
  }
}
