/** Vectors of items: rows are the truth, and what is searched is filled from them when it is first asked for. */
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

/** Name of the embedder whose vectors were put in last. */
const CURRENT = "SELECT value FROM state WHERE name = '.embedder'";

export class VectorTable {
  readonly #connection: Connection;
  readonly #scans = new Map<number, VectorScan>();
  readonly #names = new Map<number, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  get current(): string | null {
    return this.#connection.get<{ value: string }>(CURRENT)?.value ?? null;
  }

  get ramBytes(): number {
    return [...this.#scans.values()].reduce((sum, { bytes }) => sum + bytes, 0);
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
    for (const scan of this.#scans.values()) scan.delete(id);
  }

  /** It is to be found, where it has a vector and is not superseded. */
  show(id: number): void {
    const row = this.#connection.get<VectorRow & { embedder: number }>(`${ROWS} AND items.id = ?`, id);
    if (row) put(this.#scans.get(row.embedder), row);
  }

  /** What is in RAM may not be what is in the table: it is filled again when it is needed. */
  forget(): void {
    this.#scans.clear();
    this.#names.clear();
  }

  search(vector: Float32Array, limit: number, kinds?: readonly MemoryKind[], embedder = this.current): Found[] {
    const number = embedder === null ? 0 : this.numberOf(embedder);
    const scan = number === 0 ? undefined : (this.#scans.get(number) ?? this.#filled(number, vector.length));
    if (scan?.dimensions !== vector.length) return [];
    const mask = kinds?.reduce((bits, kind) => bits | (1 << MEMORY_KINDS.indexOf(kind)), 0);
    return scan.search(vector, limit, mask);
  }

  #filled(embedder: number, dimensions: number): VectorScan {
    const scan = new VectorScan(dimensions);
    for (const row of this.#connection.each<VectorRow>(`${ROWS} AND vectors.embedder = ?`, embedder)) put(scan, row);
    if (scan.size > 0) this.#scans.set(embedder, scan);
    return scan;
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
