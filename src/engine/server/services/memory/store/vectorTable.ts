/** Vectors of items: rows are the truth, and what is searched is read from them, at once where they are few, else in steps. */
import { MEMORY_KINDS, type MemoryKind } from '../../../../protocol/index.ts';
import type { Found } from '../items.ts';
import type { Connection } from './connection.ts';
import { encode, VectorScan } from './vectorScan.ts';

interface VectorRow {
  id: number;
  kind: MemoryKind;
  scale: number;
  vector: Uint8Array;
}

/** Vectors of one embedder in RAM: those of items up to `last`, and of what was written since. */
interface Reading {
  scan: VectorScan;
  last: number;
  isWhole: boolean;
}

/** So many are read while a search waits; where there are more it finds none yet. */
const READ_FOR_SEARCH = 4_096;
const READ_AT_ONCE = 128;
/** Name of the embedder whose vectors were put in last. */
const CURRENT = "SELECT value FROM state WHERE name = '.embedder'";

export class VectorTable {
  readonly #connection: Connection;
  readonly #readings = new Map<number, Reading>();
  readonly #names = new Map<number, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get current(): string | null {
    return this.#connection.get<{ value: string }>(CURRENT)?.value ?? null;
  }

  get ramBytes(): number {
    return [...this.#readings.values()].reduce((sum, { scan }) => sum + scan.bytes, 0);
  }

  nameOf(embedder: number | null): string | null {
    if (embedder === null) return null;
    if (!this.#names.has(embedder)) {
      const row = this.#connection.get<{ name: string }>('SELECT name FROM embedders WHERE id = ?', embedder);
      if (row) this.#names.set(embedder, row.name);
    }
    return this.#names.get(embedder) ?? null;
  }

  /** @returns 0 for one that has no vectors. */
  numberOf(embedder: string): number {
    return this.#connection.number('SELECT id FROM embedders WHERE name = ?', embedder);
  }

  /** Inside a transaction. Items that are gone are passed over. */
  set(embedder: string, vectors: readonly { id: number; vector: Float32Array }[]): void {
    this.#connection.run('INSERT OR IGNORE INTO embedders (name) VALUES (?)', embedder);
    this.#connection.run("INSERT OR REPLACE INTO state VALUES ('.embedder', ?)", embedder);
    const number = this.numberOf(embedder);
    for (const { id, vector } of vectors) {
      if (this.#connection.run('UPDATE items SET embedder = ? WHERE id = ?', number, id) === 0) continue;
      const { scale, codes } = encode(vector);
      const bytes = new Uint8Array(codes.buffer);
      this.#connection.run('INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)', id, number, scale, bytes);
      this.hide(id);
      this.show(id);
    }
  }

  /** Its text is another now, or it is gone. Inside a transaction. */
  remove(id: number): void {
    if (this.#connection.run('DELETE FROM vectors WHERE id = ?', id) > 0) this.hide(id);
    this.#connection.run('UPDATE items SET embedder = NULL WHERE id = ?', id);
  }

  /** It is not to be found any more, but keeps its vector. */
  hide(id: number): void {
    for (const { scan } of this.#readings.values()) scan.delete(id);
  }

  /** It is to be found, where it has a vector and is not superseded. */
  show(id: number): void {
    const row = this.#connection.get<VectorRow & { embedder: number }>(`${ROWS} AND items.id = ?`, id);
    if (row) put(this.#readings.get(row.embedder)?.scan, row);
  }

  /** What is in RAM may not be what is in the table: it is filled again when it is needed. */
  forget(): void {
    this.#readings.clear();
    this.#names.clear();
  }

  search(vector: Float32Array, limit: number, kinds?: readonly MemoryKind[], embedder = this.current): Found[] {
    const reading = embedder === null ? undefined : this.#readingOf(embedder);
    if (reading?.scan.dimensions !== vector.length) return [];
    for (let read = 0; !reading.isWhole && read < READ_FOR_SEARCH; read += READ_AT_ONCE)
      this.#readMore(reading, embedder!);
    if (!reading.isWhole) return [];
    const mask = kinds?.reduce((bits, kind) => bits | (1 << MEMORY_KINDS.indexOf(kind)), 0);
    return reading.scan.search(vector, limit, mask);
  }

  /** Reads vectors before they are searched, for about `ms`. @returns whether there is more to read. */
  warm(ms: number): boolean {
    const embedder = this.current;
    const reading = embedder === null ? undefined : this.#readingOf(embedder);
    if (!reading || reading.isWhole) return false;
    for (const end = performance.now() + ms; !reading.isWhole; ) {
      this.#readMore(reading, embedder!);
      if (performance.now() >= end) break;
    }
    return !reading.isWhole;
  }

  /** @returns undefined where it has no vectors. */
  #readingOf(embedder: string): Reading | undefined {
    const number = this.numberOf(embedder);
    const known = this.#readings.get(number);
    if (known || number === 0) return known;
    const dimensions = this.#connection.number('SELECT length(vector) FROM vectors WHERE embedder = ? LIMIT 1', number);
    if (dimensions === 0) return undefined;
    const reading = { scan: new VectorScan(dimensions), last: 0, isWhole: false };
    this.#readings.set(number, reading);
    return reading;
  }

  #readMore(reading: Reading, embedder: string): void {
    const rows = this.#connection.all<VectorRow>(
      `${ROWS} AND vectors.embedder = ? AND vectors.id > ? ORDER BY vectors.id LIMIT ?`,
      this.numberOf(embedder),
      reading.last,
      READ_AT_ONCE,
    );
    for (const row of rows) put(reading.scan, row);
    reading.last = rows.at(-1)?.id ?? reading.last;
    if (rows.length === READ_AT_ONCE) return;
    reading.scan.prepare();
    reading.isWhole = true;
  }
}

const ROWS = `
  SELECT vectors.id AS id, vectors.embedder AS embedder, kind, scale, vector
  FROM vectors JOIN items ON items.id = vectors.id WHERE superseded_by IS NULL`;

function put(scan: VectorScan | undefined, { id, kind, scale, vector }: VectorRow): void {
  if (scan?.dimensions !== vector.length) return;
  const codes = new Int8Array(vector.buffer, vector.byteOffset, vector.length);
  scan.set(id, MEMORY_KINDS.indexOf(kind), { scale, codes });
}
