/**
 * The files of a workspace that are not open, in shards of equal size: a bounded number of them, so that memory is known
 * and room is found at once. What leaves is the shard that is mostly dead, or else the oldest: near files are read first,
 * but what changed lately was read last.
 */
import { LARGEST_SHARD, type SegmentId, Shard } from './shard.ts';

/** Tokens of one file at the most. */
const LONGEST_FILE = LARGEST_SHARD >> 1;

interface FileShard {
  shard: Shard;
  files: Map<string, SegmentId>;
}

export class WorkspaceFiles {
  readonly #maxShards: number;
  /** The newest one, which is filled, at the end. */
  readonly #shards: FileShard[] = [];
  readonly #places = new Map<string, FileShard>();

  /** @param maxBytes of all shards together. */
  constructor(maxBytes: number) {
    this.#maxShards = Math.max(1, Math.floor(maxBytes / new Shard(LARGEST_SHARD).bytes));
  }

  get files(): number {
    return this.#places.size;
  }
  get bytes(): number {
    return this.#shards.reduce((sum, { shard }) => sum + shard.bytes, 0);
  }
  get tokens(): number {
    return this.#shards.reduce((sum, { shard }) => sum + shard.live, 0);
  }
  get full(): boolean {
    return this.#shards.length >= this.#maxShards && this.#shards.at(-1)!.shard.room < LONGEST_FILE;
  }
  /** The newest first. */
  get shards(): Shard[] {
    return this.#shards.map(({ shard }) => shard).reverse();
  }

  has(path: string): boolean {
    return this.#places.has(path);
  }

  /** Adds a file, or what it says now. One that is too long is known by its beginning. */
  set(path: string, tokens: Int32Array): void {
    this.delete(path);
    const body = tokens.subarray(0, LONGEST_FILE);
    if (body.length === 0) return;
    let place = this.#shards.at(-1);
    if (place === undefined || place.shard.room < body.length) place = this.#open();
    place.files.set(path, place.shard.add({ before: [], body, after: [] })!);
    this.#places.set(path, place);
  }

  delete(path: string): void {
    const place = this.#places.get(path);
    if (!place) return;
    place.shard.remove(place.files.get(path)!);
    place.files.delete(path);
    this.#places.delete(path);
  }

  clear(): void {
    this.#shards.length = 0;
    this.#places.clear();
  }

  /** A shard with room: a new one, in place of an old one where there may be no more. */
  #open(): FileShard {
    if (this.#shards.length >= this.#maxShards) this.#drop();
    const place = { shard: new Shard(LARGEST_SHARD), files: new Map<string, SegmentId>() };
    this.#shards.push(place);
    return place;
  }

  /** Lets the emptiest shard go if half of it is dead, else the one that was filled second: the first has what is nearest. */
  #drop(): void {
    const emptiest = this.#shards.reduce((a, b) => (b.shard.live < a.shard.live ? b : a));
    const oldest = this.#shards[Math.min(1, this.#shards.length - 1)]!;
    const gone = 2 * emptiest.shard.live < LARGEST_SHARD ? emptiest : oldest;
    this.#shards.splice(this.#shards.indexOf(gone), 1);
    for (const path of gone.files.keys()) this.#places.delete(path);
  }
}
