/**
 * Tokens of some texts, and where each context of one, two or five tokens occurred before: chains through equal hashes, newest
 * first, as compressors find matches (LZ77, RFC 1951 section 4). A context of any length is found through them and
 * verified token by token, so orders are unbounded up to {@link LONGEST_MATCH}. All memory is taken at the start; adding a
 * token is O(1), which an index that is edited with every key needs and a suffix array cannot give.
 *
 *     segment   | before      | body                                   | after       |
 *               | context only| every position can be found            | continuation only
 *
 * A text that is edited is several segments; `before` and `after` repeat a little of the neighbours, so that neither
 * contexts nor continuations end at a border.
 */

import { tokenHash } from '../../../core/tokenHash.ts';

/** Contexts are compared over so many tokens at the most. */
export const LONGEST_MATCH = 32;
/** Lengths of the contexts that are hashed, longest first. */
export const ORDERS = [5, 2, 1] as const;
/** Positions are 16-bit numbers; 0 is none. */
export const LARGEST_SHARD = 65_535;

/** Tokens below this are kept in two bytes. */
const NARROW = 1 << 16;
/** Positions whose segment is looked up at once: the first of so many, and then on from there. */
const BLOCK_SHIFT = 5;

/** A row of tokens, in two bytes each where the vocabulary allows it. */
export type Tokens = Int32Array | Uint16Array;

export interface ShardOptions {
  /** Number of tokens in the vocabulary; undefined: any. */
  vocabulary?: number | undefined;
  /** How many of {@link ORDERS} are hashed, from the longest on; all by default. */
  orders?: number;
}

/** Index of a segment in its shard. */
export type SegmentId = number;

export interface Segment {
  before: ArrayLike<number>;
  body: ArrayLike<number>;
  after: ArrayLike<number>;
}

/** Called for each place where a context occurred. False ends the search. */
export type OnMatch = (token: number, length: number, position: number) => boolean;

export class Shard {
  readonly capacity: number;
  readonly #tokens: Tokens;
  /** Segment of the first position of each block. */
  readonly #blocks: Uint16Array;
  /** For each order: newest position with a hash, and the one before each position. */
  readonly #heads: Uint16Array[];
  readonly #previous: Uint16Array[];
  readonly #mask: number;
  /** Of each segment: begin and end of all, and of its body. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #bodyFrom: number[] = [];
  readonly #bodyTo: number[] = [];
  readonly #alive: boolean[] = [];
  /** Position 0 stands for none. */
  #used = 1;
  #live = 0;

  /** @param capacity tokens, repeated ones included; at most {@link LARGEST_SHARD}. */
  constructor(capacity: number, { vocabulary = Number.POSITIVE_INFINITY, orders = ORDERS.length }: ShardOptions = {}) {
    if (capacity > LARGEST_SHARD) throw new RangeError(`A shard has at most ${LARGEST_SHARD} tokens.`);
    this.capacity = capacity;
    this.#tokens = vocabulary <= NARROW ? new Uint16Array(capacity + 1) : new Int32Array(capacity + 1);
    this.#blocks = new Uint16Array((capacity >> BLOCK_SHIFT) + 1);
    const heads = 1 << Math.max(4, Math.ceil(Math.log2(capacity + 1)) - 1);
    this.#mask = heads - 1;
    this.#heads = Array.from({ length: orders }, () => new Uint16Array(heads));
    this.#previous = Array.from({ length: orders }, () => new Uint16Array(capacity + 1));
  }

  /** Tokens that can still be added. */
  get room(): number {
    return this.capacity + 1 - this.#used;
  }
  /** Tokens of segments that were not removed. */
  get live(): number {
    return this.#live;
  }
  get bytes(): number {
    const each = [this.#tokens, this.#blocks, ...this.#heads, ...this.#previous];
    return each.reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** @returns undefined where there is no room: the shard has to be made anew. */
  add({ before, body, after }: Segment): SegmentId | undefined {
    const length = before.length + body.length + after.length;
    if (length > this.room || this.#from.length > LARGEST_SHARD) return undefined;
    const id = this.#from.length;
    const from = this.#used;
    this.#tokens.set(before, from);
    this.#tokens.set(body, from + before.length);
    this.#tokens.set(after, from + before.length + body.length);
    // Blocks that begin in it; the very first block begins with no segment's position, and stays 0.
    const block = ((from - 1) >> BLOCK_SHIFT) + 1;
    this.#blocks.fill(id, block, ((from + length - 1) >> BLOCK_SHIFT) + 1);
    this.#used += length;
    this.#live += length;
    this.#from.push(from);
    this.#to.push(from + length);
    this.#bodyFrom.push(from + before.length);
    this.#bodyTo.push(from + before.length + body.length);
    this.#alive.push(true);
    this.#link(id);
    return id;
  }

  /** Its places are found no more; its room comes back when the shard is made anew. */
  remove(id: SegmentId): void {
    if (!this.#alive[id]) return;
    this.#alive[id] = false;
    this.#live -= this.#to[id]! - this.#from[id]!;
  }

  /** Copies what is alive, oldest first, so that what is newest stays newest. @returns the new ids by old one. */
  copyTo(target: Shard): Map<SegmentId, SegmentId> {
    const ids = new Map<SegmentId, SegmentId>();
    for (const [id, alive] of this.#alive.entries()) {
      if (!alive) continue;
      const copy = target.add(this.segment(id));
      if (copy === undefined) throw new RangeError('The new shard is too small.');
      ids.set(id, copy);
    }
    return ids;
  }

  segment(id: SegmentId): { [part in keyof Segment]: Tokens } {
    const part = (from: number, to: number) => this.#tokens.subarray(from, to);
    const [bodyFrom, bodyTo] = [this.#bodyFrom[id]!, this.#bodyTo[id]!];
    return {
      before: part(this.#from[id]!, bodyFrom),
      body: part(bodyFrom, bodyTo),
      after: part(bodyTo, this.#to[id]!),
    };
  }

  /**
   * Finds where the end of `context` occurred, longest hashed order first, newest first inside an order, no place twice.
   * @param order index into {@link ORDERS}: only contexts at least so long, and shorter than the next longer order. One that
   * is not hashed is found nowhere.
   * @param most places that are looked at, also in vain.
   * @param except a segment that is passed over.
   * @returns how many were looked at.
   */
  find(context: ArrayLike<number>, order: number, most: number, onMatch: OnMatch, except: SegmentId = -1): number {
    const length = ORDERS[order]!;
    const end = context.length;
    if (end < length || order >= this.#heads.length) return 0;
    const longer = order > 0 ? ORDERS[order - 1]! : Number.POSITIVE_INFINITY;
    const previous = this.#previous[order]!;
    let position = this.#heads[order]![tokenHash(context, end - length, end) & this.#mask]!;
    let looked = 0;
    for (; position !== 0 && looked < most; position = previous[position]!) {
      looked++;
      const id = this.#segmentOf(position);
      if (!this.#alive[id] || id === except) continue;
      const common = this.#common(context, position, this.#from[id]!);
      if (common < length || common >= longer) continue;
      if (!onMatch(this.#tokens[position]!, common, position)) break;
    }
    return looked;
  }

  /** The tokens from a position on, at most `count`, to the end of its segment. */
  continuation(position: number, count: number): Tokens {
    const end = Math.min(position + count, this.#to[this.#segmentOf(position)]!);
    return this.#tokens.subarray(position, end);
  }

  /**
   * Whether a place goes on as another text does: the longest run of tokens, among those from the place on, that equals the
   * beginning of `following`.
   * @param reach the run begins within so many tokens. @returns its length, at most that of `following`; 0 for none.
   */
  rejoins(position: number, following: Int32Array, reach: number): number {
    // Every place that is found comes here: no field is read in the loop.
    const tokens = this.#tokens;
    const end = this.#to[this.#segmentOf(position)]!;
    const last = Math.min(position + reach, end);
    const first = following[0];
    let most = 0;
    for (let at = position; at < last; at++) {
      if (tokens[at] !== first) continue;
      const longest = Math.min(following.length, end - at);
      let common = 1;
      while (common < longest && tokens[at + common] === following[common]) common++;
      if (common > most) most = common;
    }
    return most;
  }

  #segmentOf(position: number): SegmentId {
    let id = this.#blocks[position >> BLOCK_SHIFT]!;
    while (this.#to[id]! <= position) id++;
    return id;
  }

  #link(id: SegmentId): void {
    const from = this.#from[id]!;
    const end = this.#bodyTo[id]!;
    for (let order = 0; order < this.#heads.length; order++) {
      const length = ORDERS[order]!;
      const heads = this.#heads[order]!;
      const previous = this.#previous[order]!;
      for (let at = Math.max(this.#bodyFrom[id]!, from + length); at < end; at++) {
        const slot = tokenHash(this.#tokens, at - length, at) & this.#mask;
        previous[at] = heads[slot]!;
        heads[slot] = at;
      }
    }
  }

  /** How many tokens before `position` equal the end of the context. */
  #common(context: ArrayLike<number>, position: number, from: number): number {
    const most = Math.min(context.length, position - from, LONGEST_MATCH);
    let common = 0;
    while (common < most && this.#tokens[position - 1 - common] === context[context.length - 1 - common]) common++;
    return common;
  }
}
