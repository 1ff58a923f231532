/**
 * Whole states of models that cannot share pages (recurrent, hybrid): each stands for all tokens up to its length, and a
 * request goes on from the longest that is a prefix of it. Bounded in bytes, the least recently used goes first.
 *
 * States are large, and behind a new one most older ones of its line are worth little. One of them goes when the gap that
 * it leaves is at most twice as long as the way from the gap to the new one. About twelve stay on a line of 8,000 tokens,
 *
 *     0 ·····················5192·······6920····7496··7784·7976·8072·8136·8168·8192
 *
 * and for every state that ever was n tokens back there is one at most 3n back (or n + 32). The last one before another
 * line branches off stays too.
 */
import { LRUCache } from 'lru-cache';

/** A gap of this many tokens is none. */
const NARROW = 32;
const GAP_OVER_WAY = 2;

interface Checkpoint {
  workspace: string;
  tokens: Int32Array;
  hash: number;
  state: Uint8Array;
}

export class CheckpointStore {
  #maxBytes: number;
  /** As keys, because nothing else stands for a checkpoint. */
  #kept: LRUCache<Checkpoint, Checkpoint>;

  constructor({ maxBytes }: { maxBytes: number }) {
    this.#maxBytes = maxBytes;
    this.#kept = bounded(maxBytes);
  }

  /** What was used longest ago goes where there is no room for all. */
  setLimit(maxBytes: number): void {
    const oldestFirst = [...this.#kept.rkeys()];
    this.#maxBytes = maxBytes;
    this.#kept = bounded(maxBytes);
    for (const checkpoint of oldestFirst) if (sizeOf(checkpoint) <= maxBytes) this.#kept.set(checkpoint, checkpoint);
  }

  /** Keeps the state behind `tokens` as it is (no copy is made); nothing happens when it is larger than the bound. */
  put(workspace: string, tokens: readonly number[], state: Uint8Array): void {
    const hash = prefixHashes(tokens, tokens.length)[tokens.length]!;
    const checkpoint = { workspace, tokens: Int32Array.from(tokens), hash, state };
    if (tokens.length === 0 || sizeOf(checkpoint) > this.#maxBytes) return;
    this.#thin(checkpoint);
    this.#kept.set(checkpoint, checkpoint);
  }

  /** The longest checkpoint whose tokens begin `tokens`, of at most `limit` tokens. It counts as used. */
  longest(
    workspace: string,
    tokens: readonly number[],
    limit: number,
  ): { length: number; state: Uint8Array } | undefined {
    const most = Math.min(limit, tokens.length);
    const hashes = prefixHashes(tokens, most);
    let found: Checkpoint | undefined;
    for (const checkpoint of this.#of(workspace)) {
      const { length } = checkpoint.tokens;
      if (length > most || length <= (found?.tokens.length ?? 0) || checkpoint.hash !== hashes[length]) continue;
      if (commonLength(checkpoint.tokens, tokens) === length) found = checkpoint;
    }
    if (!found) return undefined;
    this.#kept.get(found);
    return { length: found.tokens.length, state: found.state };
  }

  /** Drops all states of a workspace. */
  forget(workspace: string): void {
    for (const checkpoint of this.#of(workspace)) this.#kept.delete(checkpoint);
  }

  /** Of all states and their tokens. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  get count(): number {
    return this.#kept.size;
  }

  /** Drops what `newest` replaces, and what it makes superfluous on its own line. */
  #thin(newest: Checkpoint): void {
    const end = newest.tokens.length;
    const line = [newest];
    /** How far other lines go along with this one. */
    const branches: number[] = [];
    for (const checkpoint of this.#of(newest.workspace)) {
      const { length } = checkpoint.tokens;
      const common = commonLength(checkpoint.tokens, newest.tokens);
      if (common === length && common === end) this.#kept.delete(checkpoint);
      else if (common === length) line.push(checkpoint);
      else if (common < end) branches.push(common);
    }
    line.sort((a, b) => b.tokens.length - a.tokens.length);
    const needed = new Set(branches.map((at) => line.find(({ tokens }) => tokens.length <= at)));
    // From the newest on: a gap that is left open stays so when it gets wider.
    for (let i = 1; i < line.length - 1; ) {
      const after = line[i - 1]!.tokens.length;
      const gap = after - line[i + 1]!.tokens.length;
      if (gap > Math.max(NARROW, GAP_OVER_WAY * (end - after)) || needed.has(line[i])) i++;
      else this.#kept.delete(line.splice(i, 1)[0]!);
    }
  }

  #of(workspace: string): Checkpoint[] {
    return [...this.#kept.values()].filter((checkpoint) => checkpoint.workspace === workspace);
  }
}

/** FNV-1a over whole tokens: at each length up to `most`, the hash of what is before it. */
function prefixHashes(tokens: readonly number[], most: number): Int32Array {
  const hashes = new Int32Array(Math.max(0, most) + 1);
  hashes[0] = 0x811c9dc5;
  for (let i = 0; i < most; i++) hashes[i + 1] = Math.imul(hashes[i]! ^ tokens[i]!, 0x01000193);
  return hashes;
}

function commonLength(a: Int32Array, b: Int32Array | readonly number[]): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

function bounded(maxBytes: number): LRUCache<Checkpoint, Checkpoint> {
  return new LRUCache({ maxSize: Math.max(1, maxBytes), sizeCalculation: sizeOf });
}

function sizeOf({ tokens, state }: Checkpoint): number {
  return tokens.byteLength + state.byteLength;
}
