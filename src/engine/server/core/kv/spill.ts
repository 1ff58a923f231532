/**
 * Pages that leave the device and come back: what they are called, whether saving one is worth it, and which nodes of the
 * tree stand for saved pages. The bytes themselves are in `tiers.ts`; nothing of them is trusted (`restorePage` checks).
 */
import { keyOf, type PageRecord } from '../../storage/pages/pageRecord.ts';
import type { DecodeBackend } from '../backend.ts';
import type { PageTiers } from './tiers.ts';
import { endOf, type TreeNode } from './treeNode.ts';

/** How likely an evicted page is asked for again; the papers measure, we assume. */
const RETURN_SHARE = 0.5;
/** Weight of the newest measurement in the running milliseconds a page. */
const LEARNING_RATE = 0.2;

export class Spill {
  readonly #backend: DecodeBackend;
  readonly tiers: PageTiers;
  /** Milliseconds to compute a page that begins at a position. */
  readonly computeMs: (start: number) => number;
  /** Nodes without pages, by the key of the page that they stand for. */
  readonly cold = new Map<string, TreeNode>();
  saveMs: number | null = null;
  restoreMs: number | null = null;
  spills = 0;
  restores = 0;

  constructor(backend: DecodeBackend, tiers: PageTiers, computeMs: (start: number) => number) {
    this.#backend = backend;
    this.tiers = tiers;
    this.computeMs = computeMs;
  }

  /** {@link keyOf} of a page that a node stands for; kept in the node. */
  key(node: TreeNode): string {
    const missing: TreeNode[] = [];
    for (let at = node; at.parent && at.key === undefined; at = at.parent) missing.push(at);
    for (const each of missing.reverse()) each.key = keyOf(each.workspace, each.parent!.key ?? null, each.tokens);
    return node.key!;
  }

  record(node: TreeNode): PageRecord {
    const { workspace, tokens } = node;
    return { key: this.key(node), parent: node.parent!.key ?? null, workspace, tokens };
  }

  /** The bytes of a page on the device. */
  bytes(node: TreeNode): Uint8Array {
    const before = this.#backend.now();
    const page = this.#backend.savePage(node.sequence, node.start, endOf(node));
    this.saveMs = learnt(this.saveMs, this.#backend.now() - before);
    return page;
  }

  /** Saves a page that is about to leave, unless a copy exists. False: it is cheaper to compute it again. */
  keep(node: TreeNode): boolean {
    const key = this.key(node);
    if (this.tiers.has(key)) {
      this.tiers.touch(key);
      return true;
    }
    const compute = this.computeMs(node.start);
    const gain = RETURN_SHARE * (compute - (this.restoreMs ?? 0));
    if ((this.saveMs ?? 0) >= gain) return false;
    this.tiers.put(this.record(node), this.bytes(node));
    if (!this.tiers.has(key)) return false;
    this.spills++;
    return true;
  }

  /** Computing is dearer than bringing the page back, as far as both were measured. */
  worthRestoring(start: number): boolean {
    return (this.restoreMs ?? 0) < this.computeMs(start);
  }

  /** Puts the page of a node without pages behind the end of a sequence. False: it is gone, or does not fit any more. */
  restore(node: TreeNode, sequence: number): boolean {
    const bytes = this.tiers.get(this.key(node));
    if (!bytes) return false;
    const before = this.#backend.now();
    if (!this.#backend.restorePage(sequence, bytes)) return false;
    this.restoreMs = learnt(this.restoreMs, this.#backend.now() - before);
    this.restores++;
    return true;
  }

  /** The node stands for a saved page from now on. */
  cool(node: TreeNode): void {
    this.cold.set(this.key(node), node);
  }

  /** The node has a page again; the saved copy stays, so that the page can leave again for nothing. */
  warm(node: TreeNode): void {
    this.cold.delete(this.key(node));
  }

  /** The node is gone, and its saved copy with it; `keepDisk`: unless that is on disk, or waits for it. */
  forget({ key, page }: TreeNode, keepDisk: boolean): void {
    if (key === undefined) return;
    if (page < 0) this.cold.delete(key);
    this.tiers.drop(key, keepDisk);
  }
}

function learnt(mean: number | null, ms: number): number {
  return mean === null ? ms : mean + LEARNING_RATE * (ms - mean);
}
