/**
 * What the cache knows of documents: where the newest prompt of each ends, which are open, and that the pages of open ones
 * are on disk, so that they are there after a restart.
 */
import type { DecodeBackend } from '../backend.ts';
import type { Branches } from './branches.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import type { PrefixTree, TreeNode } from './prefixTree.ts';
import type { Spill } from './spill.ts';

/**
 * A new prompt of a document that has this share of the old one in common takes its place: the old one's end is a text
 * that was typed over. With less in common the cursor has jumped, and may jump back.
 */
const REPLACING_SHARE = 0.5;

export class Documents {
  readonly #tree: PrefixTree;
  readonly #branches: Branches;
  readonly #spill: Spill | undefined;
  readonly #backend: DecodeBackend;
  /** Node where the newest prompt of a document ends. */
  readonly #ends = new Map<string, TreeNode>();
  readonly #open = new Map<string, ReadonlySet<string>>();
  /** Documents whose pages may not be on disk yet. */
  readonly #unsaved = new Set<string>();

  constructor(tree: PrefixTree, branches: Branches, spill: Spill | undefined, backend: DecodeBackend) {
    this.#tree = tree;
    this.#branches = branches;
    this.#spill = spill;
    this.#backend = backend;
  }

  /** Says which documents of a workspace are open; the others are forgotten, their pages are not. */
  setOpen(workspace: string, keys: readonly string[]): void {
    const open = new Set(keys);
    for (const key of this.#open.get(workspace) ?? []) {
      if (open.has(key)) continue;
      this.#unsaved.delete(idOf(workspace, key));
      this.#ends.delete(idOf(workspace, key));
    }
    this.#open.set(workspace, open);
  }

  isOpen(workspace: string, document: string): boolean {
    return this.#open.get(workspace)?.has(document) ?? false;
  }

  /** A prompt of the document ended at `node`. */
  left(workspace: string, document: string, node: TreeNode): void {
    const id = idOf(workspace, document);
    if (!node.parent) return;
    this.#ends.set(id, node);
    if (this.isOpen(workspace, document)) this.#unsaved.add(id);
  }

  /** A new prompt of the document has `shared` tokens of the cache: drops what only the one before it still needed. */
  replaces(workspace: string, document: string, shared: number): void {
    const id = idOf(workspace, document);
    let node = this.#ends.get(id);
    if (!node?.parent || shared < REPLACING_SHARE * (node.start + node.tokens.length)) return;
    this.#ends.delete(id);
    while (node?.parent && node.children.length === 0 && !this.#tree.held(node)) {
      const { parent }: TreeNode = node;
      this.#branches.drop(node);
      node = parent;
    }
  }

  /** Takes the pages that earlier sessions left on disk into the tree. */
  load(root: TreeNode): void {
    const spill = this.#spill;
    if (!spill) return;
    const known = new Map<string | null, TreeNode>([[null, root]]);
    for (const { key, parent, tokens } of spill.tiers.load(root.workspace)) {
      const above = known.get(parent);
      if (!above || tokens.length !== PAGE_TOKENS) continue;
      const node = this.#tree.add(above, [...tokens], [], -1);
      node.keys = [key];
      known.set(key, node);
      spill.cool(node);
    }
  }

  /** Saves pages of open documents that are not on disk, for about `budgetMs`. True when all are. */
  persist(budgetMs: number): boolean {
    const spill = this.#spill;
    if (!spill) return true;
    const deadline = this.#backend.now() + budgetMs;
    for (const id of this.#unsaved) {
      const end = this.#ends.get(id);
      if (end && !this.#savePath(spill, end, deadline)) return false;
      this.#unsaved.delete(id);
    }
    return spill.tiers.flush(Math.max(0, deadline - this.#backend.now()));
  }

  #savePath(spill: Spill, end: TreeNode, deadline: number): boolean {
    const path: TreeNode[] = [];
    for (let node = end; node.parent; node = node.parent) path.push(node);
    for (const node of path.reverse()) {
      for (let i = 0; i < node.tokens.length / PAGE_TOKENS; i++) {
        if (node.tokens.length < PAGE_TOKENS) break;
        const record = spill.record(node, i);
        if (spill.tiers.persisted(record.key)) continue;
        const bytes = spill.tiers.get(record.key) ?? (node.pages.length > 0 ? spill.bytes(node, i) : undefined);
        if (bytes) spill.tiers.persist(record, bytes);
        if (this.#backend.now() >= deadline) return false;
      }
    }
    return true;
  }
}

const idOf = (workspace: string, document: string): string => `${workspace}\n${document}`;
