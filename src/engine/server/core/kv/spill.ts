/**
 * Pages that leave the device and come back: what they are called, whether saving one is worth it, and which nodes of the
 * tree stand for saved pages. The bytes themselves are in `tiers.ts`; nothing of them is trusted (`restorePage` checks).
 */
import { keyOf } from '../../storage/pages/pageRecord.ts';
import type { DecodeBackend } from '../backend.ts';
import { PAGE_TOKENS } from './pagePool.ts';
import type { PageRecord, PageTiers } from './tiers.ts';
import type { TreeNode } from './treeNode.ts';

/** How likely an evicted page is asked for again; the papers measure, we assume. */
const RETURN_SHARE = 0.5;
/** Weight of the newest measurement in the running milliseconds a page. */
const LEARNING_RATE = 0.2;

export class Spill {
  readonly #backend: DecodeBackend;
  readonly #tiers: PageTiers;
  /** Milliseconds to compute a page that begins at a position. */
  readonly #computeMs: (start: number) => number;
  /** Nodes without pages, by the key of the page that they stand for. */
  readonly #cold = new Map<string, TreeNode>();
  saveMs: number | null = null;
  restoreMs: number | null = null;
  spills = 0;
  restores = 0;

  constructor(backend: DecodeBackend, tiers: PageTiers, computeMs: (start: number) => number) {
    this.#backend = backend;
    this.#tiers = tiers;
    this.#computeMs = computeMs;
  }

  get tiers(): PageTiers {
    return this.#tiers;
  }

  /** {@link keyOf} of a page that a node stands for; kept in the node. */
  key(node: TreeNode, index: number): string {
    const missing: TreeNode[] = [];
    for (let above = node; above.parent && above.keys.length <= lastPage(above); above = above.parent) {
      missing.push(above);
    }
    for (const each of missing.reverse()) {
      const last = each === node ? index : lastPage(each);
      for (let at = each.keys.length; at <= last; at++) {
        const parent = at > 0 ? each.keys[at - 1]! : keyBefore(each);
        const tokens = each.tokens.slice(at * PAGE_TOKENS, (at + 1) * PAGE_TOKENS);
        each.keys.push(keyOf(each.workspace, parent, tokens));
      }
    }
    return node.keys[index]!;
  }

  record(node: TreeNode, index: number): PageRecord {
    const key = this.key(node, index);
    const parent = index > 0 ? node.keys[index - 1]! : keyBefore(node);
    const tokens = node.tokens.slice(index * PAGE_TOKENS, (index + 1) * PAGE_TOKENS);
    return { key, parent, workspace: node.workspace, tokens };
  }

  /** The bytes of a page on the device. */
  bytes(node: TreeNode, index: number): Uint8Array {
    const start = node.start + index * PAGE_TOKENS;
    const before = this.#backend.now();
    const page = this.#backend.savePage(node.sequence, start, start + PAGE_TOKENS);
    this.saveMs = learnt(this.saveMs, this.#backend.now() - before);
    return page;
  }

  /** Saves a page that is about to leave, unless a copy exists. False: it is cheaper to compute it again. */
  keep(node: TreeNode, index: number): boolean {
    const key = this.key(node, index);
    if (this.#tiers.has(key)) {
      this.#tiers.touch(key);
      return true;
    }
    const compute = this.#computeMs(node.start + index * PAGE_TOKENS);
    const gain = RETURN_SHARE * (compute - (this.restoreMs ?? 0));
    if ((this.saveMs ?? 0) >= gain) return false;
    this.#tiers.put(this.record(node, index), this.bytes(node, index));
    if (!this.#tiers.has(key)) return false;
    this.spills++;
    return true;
  }

  /** Computing is dearer than bringing the page back, as far as both were measured. */
  worthRestoring(start: number): boolean {
    return (this.restoreMs ?? 0) < this.#computeMs(start);
  }

  /** The page of a node without pages is in memory: {@link restore} can be called. */
  near(node: TreeNode): boolean {
    return this.#tiers.near(node.keys[0]!);
  }

  /** Its page is on its way from the disk. */
  coming(node: TreeNode): boolean {
    return this.#tiers.coming(node.keys[0]!);
  }

  /** Asks for the page of a node without pages, where only the disk has it. */
  fetch(node: TreeNode): void {
    this.#tiers.fetch(node.keys[0]!);
  }

  /** Puts the page of a node without pages behind the end of a sequence. False: it is gone, or does not fit any more. */
  restore(node: TreeNode, sequence: number): boolean {
    const bytes = this.#tiers.get(node.keys[0]!);
    if (!bytes) return false;
    const before = this.#backend.now();
    if (!this.#backend.restorePage(sequence, bytes)) return false;
    this.restoreMs = learnt(this.restoreMs, this.#backend.now() - before);
    this.restores++;
    return true;
  }

  /** The node stands for a saved page from now on. */
  cool(node: TreeNode): void {
    this.#cold.set(this.key(node, 0), node);
  }

  /** The node has a page again; the saved copy stays, so that the page can leave again for nothing. */
  warm(node: TreeNode): void {
    this.#cold.delete(node.keys[0]!);
  }

  /** The node is gone, and its saved copies with it. */
  forget(node: TreeNode): void {
    if (node.pages.length === 0) this.warm(node);
    for (const key of node.keys) this.#tiers.drop(key);
  }

  coldNode(key: string): TreeNode | undefined {
    return this.#cold.get(key);
  }

  get coldPages(): number {
    return this.#cold.size;
  }
}

/** Of the page before a node, where that has its keys. */
function keyBefore({ parent }: TreeNode): string | null {
  return parent?.parent ? parent.keys[lastPage(parent)]! : null;
}

/** A node without pages stands for one. */
const lastPage = ({ pages }: TreeNode): number => Math.max(1, pages.length) - 1;

function learnt(mean: number | null, ms: number): number {
  return mean === null ? ms : mean + LEARNING_RATE * (ms - mean);
}
