/** A vector for each stem, from a file: their weighted sum is the vector of a text. Made by training/embedding. */
import { readFileSync } from 'node:fs';
import { hashOf } from '../../search/words.ts';
import { piecesOf } from './pieces.ts';

interface Head {
  /** Tells tables apart whose vectors cannot be compared. */
  name: string;
  dimensions: number;
  /** Rows behind those of the words, for all other ones. */
  buckets: number;
  /** In the order of their rows, with blanks between. */
  words: string;
}

/** What stands in front tells more of what a text is about: twice as much at first. The same as in training/embedding/table.py. */
const PLACE = { more: 1, length: 16 };
const PLACE_WEIGHTS = Float64Array.from({ length: 256 }, (_, at) => 1 + PLACE.more * Math.exp(-at / PLACE.length));

export class StaticTable {
  readonly name: string;
  readonly dimensions: number;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #buckets: number;
  readonly #scales: Float32Array;
  readonly #values: Int8Array;

  private constructor(head: Head, scales: Float32Array, values: Int8Array) {
    this.name = head.name;
    this.dimensions = head.dimensions;
    this.#rows = new Map(head.words.split(' ').map((word, row) => [word, row]));
    this.#buckets = head.buckets;
    this.#scales = scales;
    this.#values = values;
  }

  /** @throws Error that says what is wrong with the file, and what helps. */
  static read(file: string): StaticTable {
    const broken = (what: string) =>
      new Error(`Memory cannot search by meaning: its table ${file} ${what}. Install the extension again.`);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      throw broken(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
    const end = bytes.indexOf('\n') + 1;
    let head: Head;
    try {
      head = JSON.parse(bytes.toString('utf8', 0, end));
    } catch {
      throw broken('is no such table');
    }
    const rows = head.words.split(' ').length + head.buckets;
    if (bytes.length !== end + rows * (4 + head.dimensions)) throw broken('is not whole');
    const scales = new Float32Array(bytes.buffer.slice(bytes.byteOffset + end, bytes.byteOffset + end + 4 * rows));
    return new StaticTable(head, scales, new Int8Array(bytes.buffer, bytes.byteOffset + end + 4 * rows));
  }

  /** Of length 1; zeros for a text without words. A stem counts by the root of the sum of its places' weights. */
  vectorOf(text: string): Float32Array {
    const counts = new Map<number, number>();
    for (const [at, piece] of piecesOf(text, PLACE_WEIGHTS.length).entries()) {
      const row = this.#rows.get(piece) ?? this.#rows.size + (hashOf(piece) % this.#buckets);
      counts.set(row, (counts.get(row) ?? 0) + PLACE_WEIGHTS[at]!);
    }
    const { dimensions } = this;
    const sum = new Float64Array(dimensions);
    for (const [row, count] of counts) {
      const weight = Math.sqrt(count) * this.#scales[row]!;
      const from = row * dimensions;
      for (let i = 0; i < dimensions; i++) sum[i]! += weight * this.#values[from + i]!;
    }
    const length = Math.hypot(...sum);
    return Float32Array.from(sum, (value) => (length > 0 ? value / length : 0));
  }
}
