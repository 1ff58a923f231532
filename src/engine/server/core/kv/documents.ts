/**
 * What the cache knows of documents: the newest prompt of each, which are open, and that the pages of open ones are on
 * disk, so that they are there after a restart.
 */
import { isVolatile } from '../../storage/pages/pageRecord.ts';
import type { KvCache } from './kvCache.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import type { Found, TreeNode } from './treeNode.ts';

/**
 * A new prompt of a document that has this share of the old one in common takes its place: the old one's end is a text
 * that was typed over. With less in common the cursor has jumped, and may jump back.
 */
const REPLACING_SHARE = 0.5;
/** Documents whose newest prompts are remembered. */
const REMEMBERED = 64;

interface Prompt {
  workspace: string;
  tokens: readonly number[];
  /**
   * How many leading pages need not be saved any more, infinitely many where none: each is tried once, or a disk that is
   * too small would be written for ever.
   */
  done: number;
}

export class Documents {
  readonly #cache: KvCache;
  /** The newest prompt of each document as far as it was kept, latest last. */
  readonly #prompts = new Map<string, Prompt>();
  readonly #open = new Map<string, ReadonlySet<string>>();

  constructor(cache: KvCache) {
    this.#cache = cache;
  }

  /** Says which documents of a workspace are open; those that were closed are forgotten, their pages are not. */
  setOpen(workspace: string, keys: readonly string[]): void {
    const before = this.#open.get(workspace);
    const open = new Set(keys);
    if (open.size > 0) this.#open.set(workspace, open);
    else this.#open.delete(workspace);
    for (const key of before ?? []) if (!open.has(key)) this.#prompts.delete(idOf(workspace, key));
    for (const key of open) {
      const prompt = this.#prompts.get(idOf(workspace, key));
      if (prompt && !before?.has(key)) prompt.done = 0;
    }
  }

  isOpen(workspace: string, document: string): boolean {
    return this.#open.get(workspace)?.has(document) ?? false;
  }

  /** All documents of a workspace are forgotten. */
  close(workspace: string): void {
    this.#open.delete(workspace);
    for (const [id, prompt] of this.#prompts) if (prompt.workspace === workspace) this.#prompts.delete(id);
  }

  /** A prompt of the document left these tokens in the cache. */
  left(workspace: string, document: string, tokens: readonly number[]): void {
    if (tokens.length === 0) return;
    const id = idOf(workspace, document);
    this.#prompts.delete(id);
    this.#prompts.set(id, { workspace, tokens, done: this.isOpen(workspace, document) ? 0 : Number.POSITIVE_INFINITY });
    if (this.#prompts.size > REMEMBERED) this.#prompts.delete(this.#prompts.keys().next().value!);
  }

  /** A new prompt of the document has `shared` tokens of the cache: drops what only the one before it still needed. */
  replaces(workspace: string, document: string, shared: number): void {
    const id = idOf(workspace, document);
    const old = this.#prompts.get(id);
    if (!old || shared < REPLACING_SHARE * old.tokens.length) return;
    this.#prompts.delete(id);
    const last = [...this.#pathOf(old)].findLast(({ node, common }) => common === node.tokens.length);
    let top: TreeNode | undefined;
    for (let node = last?.node; node?.parent && !this.#cache.tree.held(node); node = node.parent) {
      if (node.children.length > (top ? 1 : 0)) break;
      top = node;
    }
    if (top) this.#cache.branches.drop(top);
  }

  /**
   * Takes pages of open documents from the device for about `budgetMs`, and hands them to the disk. True when all are
   * there; until then it is called again.
   */
  persist(budgetMs: number): boolean {
    const deadline = this.#cache.backend.now() + budgetMs;
    for (const prompt of this.#prompts.values()) if (!this.#save(prompt, deadline)) return false;
    return this.#cache.spill.tiers.flush();
  }

  /** False: the pages of the prompt are not all tried yet. */
  #save(prompt: Prompt, deadline: number): boolean {
    const { spill, backend } = this.#cache;
    if (prompt.done === Number.POSITIVE_INFINITY || isVolatile(prompt.workspace)) return true;
    for (const { node, common } of this.#pathOf(prompt)) {
      if (common < PAGE_TOKENS) break;
      const page = node.start / PAGE_TOKENS;
      if (page < prompt.done) continue;
      // Writing a page may push another one out of the last tier, and its node out of the tree: then the path ends there.
      const record = spill.record(node);
      if (spill.tiers.persisted(record.key)) continue;
      const bytes = spill.tiers.get(record.key) ?? (node.page >= 0 ? spill.bytes(node) : undefined);
      // Too much is waiting: the disk makes room. A page for which there is never any is not waited for.
      if (bytes && !spill.tiers.persist(record, bytes) && !spill.tiers.send()) return false;
      prompt.done = page + 1;
      if (backend.now() >= deadline) return false;
    }
    prompt.done = Number.POSITIVE_INFINITY;
    return true;
  }

  #pathOf({ workspace, tokens }: Prompt): Generator<Found> {
    const { tree } = this.#cache;
    return tree.path(tree.root(workspace)!, tokens);
  }
}

const idOf = (workspace: string, document: string): string => JSON.stringify([workspace, document]);
