/**
 * The files of a workspace that are not open, in shards of equal size: a bounded number of them, so that memory is known.
 * Where no new one may be made, the emptiest is made anew without what left it. Who has to leave is not decided here.
 */
import { LineTable } from '../lines/lineTable.ts';
import type { LineTokens } from '../lines/lineTokens.ts';
import { LARGEST_SHARD, ORDERS, type SegmentId, Shard, type Tokens } from './shard.ts';

/** Contexts of a single token say nothing far away, and are not looked for there. */
const HASHED = ORDERS.length - 1;
/** Lines of a full shard, as source code has them. */
const LINE_BYTES = 128 * 1024;

/** Memory of a full shard and its lines. @param vocabulary number of tokens. */
export function shardBytes(vocabulary: number): number {
  return new Shard(LARGEST_SHARD, { vocabulary, orders: HASHED }).bytes + LINE_BYTES;
}

/** A shard is not made anew for less room than this, but for a file that was there already. */
const LEAST_GAIN = LARGEST_SHARD >> 4;
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

  /** @param maxBytes of all shards together, {@link shardBytes} each. */
  constructor(spelling: LineTokens, maxBytes: number) {
    this.#spelling = spelling;
    this.#maxShards = Math.max(1, Math.floor(maxBytes / shardBytes(spelling.size)));
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
  /** Of the files that are there. */
  get paths(): IterableIterator<string> {
    return this.#places.keys();
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

  /**
   * Adds a file, or what it says now. One that is too long is known by its beginning.
   * @returns false where there is no room: it is not there then.
   */
  set(path: string, tokens: Int32Array): boolean {
    const replaced = this.has(path);
    this.delete(path);
    const body = tokens.subarray(0, LONGEST_FILE);
    if (body.length === 0) return true;
    const place = this.#room(body.length, replaced);
    if (place === undefined) return false;
    this.#add(place, path, body);
    return true;
  }

  delete(path: string): void {
    const place = this.#places.get(path);
    if (!place) return;
    const id = place.files.get(path)!;
    place.shard.remove(id);
    place.lines.remove(id);
    place.files.delete(path);
    this.#places.delete(path);
    if (place.files.size === 0) this.#shards.splice(this.#shards.indexOf(place), 1);
  }

  clear(): void {
    this.#shards.length = 0;
    this.#places.clear();
  }

  #room(length: number, replaced: boolean): FileShard | undefined {
    const roomy = this.#shards.findLast(({ shard }) => shard.room >= length);
    if (roomy) return roomy;
    if (this.#shards.length < this.#maxShards) return this.#open();
    const emptiest = this.#shards.reduce((a, b) => (b.shard.live < a.shard.live ? b : a));
    const gain = replaced ? length : Math.max(length, LEAST_GAIN);
    return LARGEST_SHARD - emptiest.shard.live >= gain ? this.#renew(emptiest) : undefined;
  }

  #open(): FileShard {
    const place = {
      shard: new Shard(LARGEST_SHARD, { vocabulary: this.#spelling.size, orders: HASHED }),
      lines: new LineTable(this.#spelling, { rows: false }),
      files: new Map(),
    };
    this.#shards.push(place);
    return place;
  }

  /** As the newest, with the room that what left it had. */
  #renew(old: FileShard): FileShard {
    this.#shards.splice(this.#shards.indexOf(old), 1);
    const place = this.#open();
    for (const [path, id] of old.files) this.#add(place, path, old.shard.segment(id).body);
    return place;
  }

  #add(place: FileShard, path: string, body: Tokens): void {
    const id = place.shard.add({ before: [], body, after: [] })!;
    place.lines.add(id, place.shard.segment(id).body);
    place.files.set(path, id);
    this.#places.set(path, place);
  }
}
