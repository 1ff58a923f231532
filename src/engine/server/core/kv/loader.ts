/** Takes the pages that earlier sessions left on disk into the tree, some at a time, so that nothing else has to wait. */
import type { PageRecord } from '../../storage/pages/pageRecord.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import type { PrefixTree } from './prefixTree.ts';
import type { Spill } from './spill.ts';
import type { TreeNode } from './treeNode.ts';

/** A slice takes about so long, ms. */
const SLICE_MS = 2;
/** Pages between two looks at the clock. */
const STEP = 32;

export class Loader {
  readonly #tree: PrefixTree;
  readonly #spill: Spill;
  readonly #onLoaded: () => void;
  readonly #loading = new Set<string>();

  /** @param onLoaded some workspace is there. */
  constructor(tree: PrefixTree, spill: Spill, onLoaded: () => void) {
    this.#tree = tree;
    this.#spill = spill;
    this.#onLoaded = onLoaded;
  }

  /** Whether pages of the workspace may still come. */
  loading(workspace: string): boolean {
    return this.#loading.has(workspace);
  }

  /** Asks for the pages below a root; they come later. */
  load(root: TreeNode): void {
    const { workspace } = root;
    const asked = this.#spill.tiers.load(workspace);
    if (!asked) return;
    this.#loading.add(workspace);
    asked.then((loaded) => this.#take(loaded.records(), new Map([[null, root]])));
  }

  #take(records: Generator<PageRecord>, known: Map<string | null, TreeNode>): void {
    const root = known.get(null)!;
    const end = performance.now() + SLICE_MS;
    for (;;) {
      for (let i = 0; i < STEP; i++) {
        const { done, value } = records.next();
        if (done) {
          this.#loading.delete(root.workspace);
          this.#onLoaded();
          return;
        }
        const above = known.get(value.parent);
        const node = above && this.#place(above, value);
        if (node) known.set(value.key, node);
      }
      if (performance.now() >= end) break;
    }
    setImmediate(() => this.#take(records, known));
  }

  /** @returns the node of the page: a new one, or that of whoever computed the same meanwhile; undefined: it has no place. */
  #place(above: TreeNode, { key, tokens }: PageRecord): TreeNode | undefined {
    const { workspace } = above;
    const removed = !above.parent && !(this.#tree.hasRoot(workspace) && above === this.#tree.root(workspace));
    if (removed || tokens.length !== PAGE_TOKENS || !this.#spill.tiers.has(key)) return undefined;
    const found = this.#tree.best(above, tokens, 0, PAGE_TOKENS);
    if (found?.common === PAGE_TOKENS) {
      this.#spill.key(found.node); // whoever is above a saved page has its key
      return found.node;
    }
    // A tail that this page goes on from: it has cells, which cannot be touched now.
    if (found && found.common === found.node.tokens.length) return undefined;
    const node = this.#tree.add(above, [...tokens]);
    node.key = key;
    this.#spill.cool(node);
    return node;
  }
}
