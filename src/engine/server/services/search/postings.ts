/**
 * Which pieces have a word, and where: postings in chains of equal buckets, as in a hash table that never grows. No
 * dictionary of words is kept, only their hashes; two words of one 32-bit hash count as one.
 */

/** A word in a piece: which (from 0), and how often in its text and among the names that it declares, and where in its path. */
export interface Posting {
  piece: number;
  body: number;
  names: number;
  /** 2: in the name of the file, 1: in that of a folder, 0: in none. */
  path: number;
}

/** Postings of one block: 1.6 MB, few enough to be copied in one go. */
export const BLOCK = 1 << 17;
const BUCKETS = 1 << 14;

const PIECE_BITS = 17;
const MOST_BODY = 255;
const MOST_NAMES = 31;

export class Postings {
  /** Of the newest posting of each bucket, plus 1. */
  readonly #heads = new Uint32Array(BUCKETS);
  readonly #hashes = new Uint32Array(BLOCK);
  readonly #next = new Uint32Array(BLOCK);
  readonly #packed = new Uint32Array(BLOCK);
  #length = 0;

  get room(): number {
    return BLOCK - this.#length;
  }
  get bytes(): number {
    return 4 * (BUCKETS + 3 * BLOCK);
  }

  /** Counts are kept up to 255 and 31. The caller sees to it that there is room. */
  add(hash: number, { piece, body, names, path }: Posting): void {
    const at = this.#length++;
    const bucket = hash % BUCKETS;
    this.#hashes[at] = hash;
    this.#next[at] = this.#heads[bucket]!;
    this.#packed[at] = pack(piece, Math.min(body, MOST_BODY), Math.min(names, MOST_NAMES), path);
    this.#heads[bucket] = at + 1;
  }

  /** Calls `visit` with every posting of a word, the newest first. */
  each(hash: number, visit: (piece: number, body: number, names: number, path: number) => void): void {
    for (let at = this.#heads[hash % BUCKETS]!; at > 0; at = this.#next[at - 1]!) {
      if (this.#hashes[at - 1] !== hash) continue;
      const packed = this.#packed[at - 1]!;
      visit(pieceOf(packed), (packed >>> PIECE_BITS) & 255, (packed >>> 25) & 31, packed >>> 30);
    }
  }

  /** Every posting, in the order in which they were added. */
  *all(): Generator<[hash: number, posting: Posting]> {
    for (let at = 0; at < this.#length; at++) {
      const packed = this.#packed[at]!;
      const counts = { body: (packed >>> PIECE_BITS) & 255, names: (packed >>> 25) & 31, path: packed >>> 30 };
      yield [this.#hashes[at]!, { piece: pieceOf(packed), ...counts }];
    }
  }
}

function pack(piece: number, body: number, names: number, path: number): number {
  return (piece | (body << PIECE_BITS) | (names << 25) | (path << 30)) >>> 0;
}

function pieceOf(packed: number): number {
  return packed & ((1 << PIECE_BITS) - 1);
}
