/**
 * What came next wherever the end of a context occurred before, gathered over nested scopes, near ones first, and counted
 * for each length of match (Hellendoorn and Devanbu, FSE 2017: nested cache n-grams; infini-gram, arXiv 2401.17377:
 * unbounded orders). The arrays are made once and used again for every token.
 */
import { LONGEST_MATCH, ORDERS, type SegmentId, type Shard } from './shard.ts';

/** A scope to search. */
export interface Scope {
  shard: Shard;
  /** Of the file at the cursor. */
  own: boolean;
  /** Far away: contexts of a single token say nothing there. */
  far?: boolean;
  /** Not to be searched: where the cursor is. */
  except?: SegmentId | undefined;
}

/** Match lengths at which counts are kept; the fitted weights of `mixture.ts` belong to these. */
export const LEVELS = [1, 2, 3, 4, 5, 7, 10, 14, 20] as const;
/** An occurrence in the file at the cursor counts as so many elsewhere. */
const OWN_WEIGHT = 5;
/** Newer occurrences count more: the weight falls with their number. */
const RECENCY = 0.3;
/**
 * A place whose text comes, within `reach` tokens, to what follows the cursor (a suffix for n-grams, as infilling models have
 * one) counts more, by how many tokens are the same. On tuning packages, whole lines right: 28 instead of 26 of 150.
 */
const REJOIN = { reach: 24, most: 8 };
const REJOIN_WEIGHTS = Float64Array.from({ length: REJOIN.most + 1 }, (_, common) => 1 + common ** 2 / 4);
/** Places that are looked at for each order in one shard, near or far, and in all shards together. */
const LOOKS = { near: 64, far: 16, order: 192 };
const MOST_PLACES = LOOKS.order * ORDERS.length;
/** See {@link Evidence.include}. */
const MOST_INCLUDED = 16;
/** A single token is hashed last. */
const SINGLE = ORDERS.length - 1;
const SLOTS = 2_048;
const NOTHING = new Int32Array(0);

/** Highest level of each match length. */
const LEVEL_OF = Uint8Array.from({ length: LONGEST_MATCH + 1 }, (_, length) =>
  Math.max(
    0,
    LEVELS.findLastIndex((level) => level <= length),
  ),
);

/** Counts of all places whose match is at least as long as a level's. */
export interface Level {
  /** Index into {@link LEVELS}. */
  index: number;
  total: number;
  distinct: number;
  best: number;
  /** Index of {@link Evidence.tokens}: what was seen most. */
  favourite: number;
  /** Of the total, from the file at the cursor. */
  own: number;
  /** By index of {@link Evidence.tokens}. */
  counts: Float64Array;
}

export class Evidence {
  /** What came next, each once. */
  readonly tokens = new Int32Array(MOST_PLACES + MOST_INCLUDED);
  /** How many of them there are. */
  count = 0;
  /** Shortest match first; levels that say the same as a longer one are left out. */
  levels: Level[] = [];
  /** Length of the longest match. */
  longest = 0;
  readonly #places = { index: new Uint16Array(MOST_PLACES), level: new Uint8Array(MOST_PLACES) };
  readonly #weights = new Float64Array(MOST_PLACES);
  readonly #own = new Uint8Array(MOST_PLACES);
  readonly #slots = new Int16Array(SLOTS);
  readonly #kept = LEVELS.map((_, index): Level => {
    return {
      index,
      total: 0,
      distinct: 0,
      best: 0,
      favourite: 0,
      own: 0,
      counts: new Float64Array(this.tokens.length),
    };
  });
  #found = 0;

  /**
   * Looks a context up.
   * @param admit what a token that came next counts as: itself, a stand-in for its kind, or -1 for what cannot come next.
   * @param following tokens after the cursor; at most the first {@link REJOIN}.most count.
   */
  gather(
    context: ArrayLike<number>,
    scopes: readonly Scope[],
    admit: (token: number) => number,
    following: Int32Array = NOTHING,
  ): void {
    this.clear();
    const beginning = following.subarray(0, REJOIN.most);
    for (let order = 0; order < ORDERS.length; order++) this.#search(context, scopes, order, admit, beginning);
    this.#sum();
  }

  /** A token that is to have a probability of its own, whether or not it was found. @returns its index. */
  include(token: number): number {
    const known = this.count;
    const index = this.#indexOf(token);
    if (index === known) for (const level of this.levels) level.counts[index] = 0;
    return index;
  }

  /** As if nothing had been found. */
  clear(): void {
    this.count = 0;
    this.longest = 0;
    this.levels = [];
    this.#found = 0;
    this.#slots.fill(-1);
  }

  #search(
    context: ArrayLike<number>,
    scopes: readonly Scope[],
    order: number,
    admit: (token: number) => number,
    following: Int32Array,
  ): void {
    let left = LOOKS.order;
    for (const { shard, own, far, except } of scopes) {
      if (left <= 0 || (far && order === SINGLE)) return;
      let rank = 0;
      const looks = Math.min(left, far ? LOOKS.far : LOOKS.near);
      left -= shard.find(
        context,
        order,
        looks,
        (token, length, position) => {
          const counted = admit(token);
          if (counted === -1) return true;
          const at = this.#found++;
          this.#places.index[at] = this.#indexOf(counted);
          this.#places.level[at] = LEVEL_OF[length]!;
          const common = following.length === 0 ? 0 : shard.rejoins(position, following, REJOIN.reach);
          this.#weights[at] = ((own ? OWN_WEIGHT : 1) * REJOIN_WEIGHTS[common]!) / (1 + RECENCY * rank++);
          this.#own[at] = own ? 1 : 0;
          if (length > this.longest) this.longest = length;
          return true;
        },
        except,
      );
    }
  }

  /** Sums up from the longest matches to the shortest. */
  #sum(): void {
    let above: Level | undefined;
    for (let index = LEVELS.length - 1; index >= 0; index--) {
      let added = false;
      const level = this.#kept[index]!;
      for (let at = 0; at < this.#found; at++) {
        if (this.#places.level[at] !== index) continue;
        if (!added) {
          this.#begin(level, above);
          added = true;
        }
        const token = this.#places.index[at]!;
        const weight = this.#weights[at]!;
        if (level.counts[token] === 0) level.distinct++;
        level.counts[token]! += weight;
        level.total += weight;
        if (this.#own[at] === 1) level.own += weight;
        if (level.counts[token]! <= level.best) continue;
        level.best = level.counts[token]!;
        level.favourite = token;
      }
      if (!added) continue;
      this.levels.push(level);
      above = level;
    }
    this.levels.reverse();
  }

  #begin(level: Level, above: Level | undefined): void {
    level.total = above?.total ?? 0;
    level.distinct = above?.distinct ?? 0;
    level.best = above?.best ?? 0;
    level.favourite = above?.favourite ?? 0;
    level.own = above?.own ?? 0;
    if (above) level.counts.set(above.counts.subarray(0, this.count));
    else level.counts.fill(0, 0, this.count);
  }

  #indexOf(token: number): number {
    let slot = Math.imul(token, 0x9e3779b1) >>> 21;
    for (; this.#slots[slot] !== -1; slot = (slot + 1) & (SLOTS - 1)) {
      const index = this.#slots[slot]!;
      if (this.tokens[index] === token) return index;
    }
    this.#slots[slot] = this.count;
    this.tokens[this.count] = token;
    return this.count++;
  }
}
