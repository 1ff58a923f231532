/** Takes the pages that earlier sessions left on disk into the tree, some at a time, so that nothing else has to wait. */
import type { PageRecord } from '../../storage/pages/pageRecord.ts';
import { Slices } from '../slices.ts';
import type { KvCache } from './kvCache.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import type { TreeNode } from './treeNode.ts';

export class Loader {
  readonly #cache: KvCache;
  readonly #loading = new Set<string>();

  /** @param cache is told by its `onReady` that some workspace is there. */
  constructor(cache: KvCache) {
    this.#cache = cache;
  }

  /** Whether pages of the workspace may still come. */
  loading(workspace: string): boolean {
    return this.#loading.has(workspace);
  }

  /** Asks for the pages below a root; they come later. */
  load(root: TreeNode): void {
    const { workspace } = root;
    const asked = this.#cache.spill.tiers.load(workspace);
    if (!asked) return;
    this.#loading.add(workspace);
    asked.then((loaded) => this.#take(loaded.records(), root));
  }

  async #take(records: Iterable<PageRecord>, root: TreeNode): Promise<void> {
    const known = new Map<string | null, TreeNode>([[null, root]]);
    const slices = new Slices();
    for (const record of records) {
      if (slices.over) await slices.next();
      const above = known.get(record.parent);
      const node = above && this.#place(above, record);
      if (node) known.set(record.key, node);
    }
    this.#loading.delete(root.workspace);
    this.#cache.onReady();
  }

  /** @returns the node of the page: a new one, or that of whoever computed the same meanwhile; undefined: it has no place. */
  #place(above: TreeNode, { key, tokens }: PageRecord): TreeNode | undefined {
    const { tree, spill } = this.#cache;
    const removed = !above.parent && above !== tree.root(above.workspace);
    if (removed || tokens.length !== PAGE_TOKENS || !spill.tiers.has(key)) return undefined;
    const found = tree.best(above, tokens, 0, PAGE_TOKENS);
    if (found?.common === PAGE_TOKENS) {
      spill.key(found.node); // whoever is above a saved page has its key
      return found.node;
    }
    // A tail that this page goes on from: it has cells, which cannot be touched now.
    if (found && found.common === found.node.tokens.length) return undefined;
    const node = tree.add(above, [...tokens]);
    node.key = key;
    spill.cool(node);
    return node;
  }
}
