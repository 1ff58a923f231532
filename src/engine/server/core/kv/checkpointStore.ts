/**
 * Whole states of models that cannot share pages (recurrent, hybrid): each stands for all tokens up to its length, and a
 * request goes on from the longest that is a prefix of it. Bounded in bytes, the least recently used goes first: in
 * simulated typing as much was reused as when older states of a text were thinned out.
 */
import { LRUCache } from 'lru-cache';
import type { TierStatus } from '../../../protocol/index.ts';
import { keyOf } from '../../storage/pages/pageRecord.ts';

export interface Checkpoint {
  readonly workspace: string;
  readonly tokens: Int32Array;
  readonly state: Uint8Array;
}

export class CheckpointStore {
  #kept: LRUCache<string, Checkpoint>;
  #maxBytes: number;

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#kept = bounded(maxBytes);
  }

  /** What was used longest ago goes where there is no room for all. */
  setLimit(maxBytes: number): void {
    const before = this.#kept;
    this.#maxBytes = maxBytes;
    this.#kept = bounded(maxBytes);
    for (const key of [...before.rkeys()]) this.#kept.set(key, before.peek(key)!);
  }

  /**
   * Keeps the state behind `tokens`, of which there is one at least, as it is (no copy is made); nothing happens when it is
   * larger than the bound.
   */
  put(workspace: string, tokens: readonly number[], state: Uint8Array): void {
    this.#kept.set(keyOf(workspace, null, tokens), { workspace, tokens: Int32Array.from(tokens), state });
  }

  /**
   * The longest checkpoint whose tokens begin `tokens`, of at most `limit` tokens.
   * @param use whether it counts as used.
   */
  longest(workspace: string, tokens: readonly number[], limit: number, use = true): Checkpoint | undefined {
    let [best, longest]: [key: string, length: number] = ['', 0];
    for (const [key, checkpoint] of this.#kept.entries()) {
      const { length } = checkpoint.tokens;
      if (checkpoint.workspace !== workspace || length > limit || length <= longest) continue;
      if (checkpoint.tokens.every((token, i) => token === tokens[i])) [best, longest] = [key, length];
    }
    return use ? this.#kept.get(best) : this.#kept.peek(best);
  }

  /** Drops all states of a workspace. */
  forget(workspace: string): void {
    for (const [key, checkpoint] of [...this.#kept.entries()]) {
      if (checkpoint.workspace === workspace) this.#kept.delete(key);
    }
  }

  /** The bytes are those of all states and their tokens. */
  get status(): TierStatus {
    return { pages: this.#kept.size, bytes: this.#kept.calculatedSize, limitBytes: this.#maxBytes };
  }
}

function bounded(maxBytes: number): LRUCache<string, Checkpoint> {
  const sizeCalculation = ({ tokens, state }: Checkpoint): number => tokens.byteLength + state.byteLength;
  return new LRUCache({ maxSize: Math.max(1, maxBytes), sizeCalculation });
}
