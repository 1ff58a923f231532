/**
 * When the tree is drawn anew. While files are read there are other items every moment, and with them other folders: what
 * somebody has unfolded would fold up under the hand, so it stays as it is until all are read, or it is folded again.
 */
import type { MemoryStatus } from '../engine/protocol/index.ts';
import type { MemoryNode } from './tree.ts';

export class Browsing {
  /** Kinds that are unfolded, by store. */
  readonly #unfolded = new Set<string>();
  #missed = false;

  unfolds(node: MemoryNode): void {
    if (node.type === 'kind') this.#unfolded.add(idOf(node));
  }

  folds(node: MemoryNode): void {
    if (node.type === 'kind') this.#unfolded.delete(idOf(node));
  }

  /** The tree shows these of a store: what is not there any more is not unfolded either. */
  shows(store: string, roots: readonly MemoryNode[]): void {
    const there = new Set(roots.flatMap((node) => (node.type === 'kind' ? [idOf(node)] : [])));
    for (const id of this.#unfolded) if (id.startsWith(`${store} `) && !there.has(id)) this.#unfolded.delete(id);
  }

  /** There are other items. @returns whether they are drawn now. */
  news(statuses: Iterable<MemoryStatus>): boolean {
    this.#missed = this.#waits(statuses);
    return !this.#missed;
  }

  /** @returns whether items that were not drawn when they came are to be drawn now; once. */
  isDue(statuses: Iterable<MemoryStatus>): boolean {
    if (!this.#missed || this.#waits(statuses)) return false;
    this.#missed = false;
    return true;
  }

  #waits(statuses: Iterable<MemoryStatus>): boolean {
    return this.#unfolded.size > 0 && [...statuses].some(({ indexing }) => indexing.state === 'running');
  }
}

const idOf = ({ store, kind }: Extract<MemoryNode, { type: 'kind' }>): string => `${store} ${kind}`;
