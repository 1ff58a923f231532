/** `PrefixTree` used as the cache uses it, but for texts alone: no cells, no sequences. */
import { PAGE_TOKENS, PagePool } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PrefixTree } from '../../../../../../src/engine/server/core/kv/prefixTree.ts';
import type { TreeNode } from '../../../../../../src/engine/server/core/kv/treeNode.ts';
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
    let [node, end] = [this.tree.root(workspace), 0];
    for (;;) {
      const found = this.tree.best(node, tokens, end, tokens.length);
      const pages = found ? Math.floor(found.common / PAGE_TOKENS) : 0;
      if (!found || pages === 0 || found.node.pages.length === 0) return end;
      end += pages * PAGE_TOKENS;
      if (pages < found.node.pages.length) return end;
      node = found.node;
    }
  }

  common(workspace: string, tokens: readonly number[]): number {
    let [node, end] = [this.tree.root(workspace), 0];
    for (;;) {
      const resident = node.children.filter(({ pages }) => pages.length > 0);
      const found = this.tree.best({ ...node, children: resident }, tokens, end, tokens.length);
      end += found?.common ?? 0;
      if (!found || found.common < found.node.tokens.length) return end;
      node = found.node;
    }
  }

  insert(workspace: string, tokens: readonly number[]): void {
    this.#clock++;
    let [node, end] = [this.tree.root(workspace), 0];
    while (end < tokens.length) {
      const found = this.tree.best(node, tokens, end, tokens.length);
      const pages = found ? Math.floor(found.common / PAGE_TOKENS) : 0;
      if (found && pages > 0) node = this.#join(found.node, node, pages);
      else if (found && end + found.common === tokens.length) {
        // The text ends inside a page that is there; only when it is the same tail it is used.
        if (found.common === found.node.tokens.length) node = found.node;
        break;
      } else {
        if (found && found.common === found.node.tokens.length) this.tree.remove(found.node);
        const whole = Math.floor((tokens.length - end) / PAGE_TOKENS) * PAGE_TOKENS;
        node = this.#grow(node, tokens.slice(end, whole > 0 ? end + whole : tokens.length));
      }
      end = node.start + node.tokens.length;
    }
    this.#touch(node);
  }

  hold(workspace: string, tokens: readonly number[]): () => void {
    this.#clock++;
    const end = this.match(workspace, tokens);
    let node = this.tree.root(workspace);
    while (node.start + node.tokens.length < end) {
      const from = node.start + node.tokens.length;
      const found = this.tree.best(node, tokens, from, end)!;
      const pages = found.common / PAGE_TOKENS;
      node = pages < found.node.pages.length ? this.tree.split(found.node, pages) : found.node;
      this.tree.retain(node);
    }
    this.#touch(node);
    return () => {
      for (let at = node; at.parent; at = at.parent) this.tree.release(at);
    };
  }

  evict(save: boolean): string | undefined {
    const leaf = this.tree.cheapest;
    if (!leaf) return undefined;
    const page = leaf.pages.length > 1 ? this.tree.cutLast(leaf) : leaf;
    const name = nameOf({ workspace: page.workspace, tokens: speltBy(page) });
    if (save && page.tokens.length === PAGE_TOKENS) this.tree.strip(page);
    else this.#remove(page);
    return name;
  }

  evictable(): string[] {
    return [...this.tree.evictable].map((leaf) => nameOf({ workspace: leaf.workspace, tokens: speltBy(leaf) })).sort();
  }

  pages(): string[] {
    const names: string[] = [];
    for (const node of this.tree.nodes()) {
      const text = speltBy(node);
      const saved = node.pages.length === 0 ? '*' : '';
      for (let at = node.start; at < text.length; at += PAGE_TOKENS) {
        names.push(nameOf({ workspace: node.workspace, tokens: text.slice(0, at + PAGE_TOKENS) }) + saved);
      }
    }
    return names.sort();
  }

  /** Goes into what is there. */
  #join(node: TreeNode, parent: TreeNode, pages: number): TreeNode {
    if (node.pages.length > 0) return pages < node.pages.length ? this.tree.split(node, pages) : node;
    const taken = this.#take(1);
    const alone = parent.parent && parent.children.length === 1 && !this.tree.held(parent);
    if (alone) this.tree.append(parent, node.tokens, taken, node);
    else this.tree.furnish(node, taken, 0);
    this.#cached(taken);
    return alone ? parent : node;
  }

  #grow(parent: TreeNode, tokens: number[]): TreeNode {
    const pages = this.#take(Math.ceil(tokens.length / PAGE_TOKENS));
    const lengthens = parent.parent && parent.children.length === 0 && !this.tree.held(parent);
    const node = lengthens && tokens.length % PAGE_TOKENS === 0 ? parent : undefined;
    if (node) this.tree.append(node, tokens, pages);
    const added = node ?? this.tree.add(parent, tokens, pages, 0);
    this.#cached(pages);
    return added;
  }

  #remove(node: TreeNode): void {
    for (const child of [...node.children]) this.#remove(child);
    this.tree.remove(node);
  }

  #take(count: number): number[] {
    return Array.from({ length: count }, () => this.pool.take());
  }

  /** Who computed the pages lets go of them. */
  #cached(pages: number[]): void {
    for (const page of pages) this.pool.release(page);
  }

  #touch(last: TreeNode): void {
    for (let node = last; node.parent; node = node.parent) {
      for (const page of node.pages) this.pool.priority[page] = this.#clock;
      this.tree.refresh(node);
    }
  }
}
