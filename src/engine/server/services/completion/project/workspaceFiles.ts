/**
 * The files of a workspace that are not open, in shards of equal size: a bounded number of them, so that memory is known
 * and room is found at once. What leaves is the shard that is mostly dead, or else the oldest: near files are read first,
 * but what changed lately was read last.
 */
import { LineTable } from '../lines/lineTable.ts';
import type { LineTokens } from '../lines/lineTokens.ts';
import { LARGEST_SHARD, type SegmentId, Shard } from './shard.ts';

/** Memory of a full shard; of its lines, as source code has them. */
export const SHARD_BYTES = new Shard(LARGEST_SHARD).bytes + 176 * 1024;
/** Tokens of one file at the most. */
const LONGEST_FILE = LARGEST_SHARD >> 1;

interface FileShard {
  shard: Shard;
  lines: LineTable;
  files: Map<string, SegmentId>;
}

export class WorkspaceFiles {
  readonly #spelling: LineTokens;
  readonly #maxShards: number;
  /** The newest one, which is filled, at the end. */
  readonly #shards: FileShard[] = [];
  readonly #places = new Map<string, FileShard>();

  /** @param maxBytes of all shards together, {@link SHARD_BYTES} each. */
  constructor(spelling: LineTokens, maxBytes: number) {
    this.#spelling = spelling;
    this.#maxShards = Math.max(1, Math.floor(maxBytes / SHARD_BYTES));
  }

  get files(): number {
    return this.#places.size;
  }
  get bytes(): number {
    return this.#shards.reduce((sum, { shard, lines }) => sum + shard.bytes + lines.bytes, 0);
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
  /** The lines of each shard, the newest first. */
  get lines(): LineTable[] {
    return this.#shards.map(({ lines }) => lines).reverse();
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
    const id = place.shard.add({ before: [], body, after: [] })!;
    place.lines.add(id, place.shard.segment(id).body);
    place.files.set(path, id);
    this.#places.set(path, place);
  }

  delete(path: string): void {
    const place = this.#places.get(path);
    if (!place) return;
    const id = place.files.get(path)!;
    place.shard.remove(id);
    place.lines.remove(id);
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
    const place = {
      shard: new Shard(LARGEST_SHARD),
      lines: new LineTable(this.#spelling),
      files: new Map<string, SegmentId>(),
    };
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
