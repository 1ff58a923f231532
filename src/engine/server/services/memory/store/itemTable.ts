/**
 * The rows of items, with all that hangs on them: their words, their vector, and the copy in RAM of those that were used
 * last. Every write of an item's content goes through {@link ItemTable.replace}.
 */
import { LRUCache } from 'lru-cache';
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { Connection, Values } from './connection.ts';
import { COLUMNS, type ItemRow, itemOf, type Packed, pack, unpack } from './rows.ts';
import type { VectorTable } from './vectorTable.ts';
import type { WordIndex } from './wordIndex.ts';

/** Of items in RAM, by their text. */
export const HOT_BYTES = 8 * 2 ** 20;

const SELECT = `SELECT ${COLUMNS.join(', ')}, embedder FROM items`;
const INSERT = `INSERT INTO items (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`;
const UPDATE = `UPDATE items SET ${COLUMNS.slice(1)
  .map((column) => `${column} = ?`)
  .join(', ')} WHERE id = ?`;

type StoredRow = ItemRow & { embedder: number | null };

export class ItemTable {
  readonly #connection: Connection;
  readonly #words: WordIndex;
  readonly #vectors: VectorTable;
  readonly #hot: LRUCache<number, MemoryItem>;

  constructor(connection: Connection, words: WordIndex, vectors: VectorTable, hotBytes: number) {
    this.#connection = connection;
    this.#words = words;
    this.#vectors = vectors;
    this.#hot = new LRUCache({ maxSize: hotBytes, sizeCalculation: bytesOf });
  }

  get ramBytes(): number {
    return this.#hot.calculatedSize;
  }

  get(id: number): MemoryItem | undefined {
    const hot = this.#hot.get(id);
    if (hot) return hot;
    const row = this.#stored(id);
    return row && this.#kept(row);
  }

  byKey(key: string): MemoryItem | undefined {
    const id = this.idOf(key);
    return id === undefined ? undefined : this.get(id);
  }

  idOf(key: string): number | undefined {
    return this.#connection.get<{ id: number }>('SELECT id FROM items WHERE key = ?', key)?.id;
  }

  row(id: number): ItemRow | undefined {
    const stored = this.#stored(id);
    if (!stored) return undefined;
    const { embedder: _, ...row } = stored;
    const body = row.body === null ? null : unpack(row.body);
    return { ...row, text: unpack(row.text), sentences: unpack(row.sentences), body };
  }

  /** Stems beside its text. */
  body(id: number): string {
    const body = this.#connection.get<{ body: Packed | null }>('SELECT body FROM items WHERE id = ?', id)?.body;
    return body ? unpack(body) : '';
  }

  /** @param where SQL behind `FROM items`. Items that are not in RAM stay out of it: a long list would turn it over. */
  select(where: string, ...values: Values): MemoryItem[] {
    return this.#connection
      .all<StoredRow>(`${SELECT} ${where}`, ...values)
      .map((row) => this.#hot.get(row.id) ?? this.#itemOf(row));
  }

  /**
   * Puts one row in the place of another: in place of none it is added, with none in its place it is removed. Inside a
   * transaction.
   * @param after an id of 0 is given a new one.
   * @returns the id.
   */
  replace(before: ItemRow | undefined, after: ItemRow | undefined): number {
    const id = after?.id || before?.id || 0;
    this.#hot.delete(id);
    const words = { before: wordsOf(before), after: wordsOf(after) };
    const isReworded = JSON.stringify(words.before) !== JSON.stringify(words.after);
    if (words.before && isReworded) this.#words.remove({ id, ...words.before });
    const added = this.#write(id, before, after);
    if (words.after && isReworded) this.#words.add({ id: added, ...words.after });
    if (before && (!after || textOf(before) !== textOf(after))) this.#vectors.remove(id);
    if (before && (before.superseded_by !== after?.superseded_by || before.kind !== after.kind)) {
      this.#vectors.hide(id);
      this.#vectors.show(id);
    }
    return added;
  }

  activated(ids: readonly number[], at: number): void {
    for (const id of ids) {
      this.#connection.run('UPDATE items SET activated = ?, activations = activations + 1 WHERE id = ?', at, id);
      this.#hot.delete(id);
    }
  }

  /** What is said of it in RAM may not be so any more; without ids: of anything. */
  forget(ids?: readonly number[]): void {
    if (!ids) this.#hot.clear();
    else for (const id of ids) this.#hot.delete(id);
  }

  #stored(id: number): StoredRow | undefined {
    return this.#connection.get<StoredRow>(`${SELECT} WHERE id = ?`, id);
  }

  #write(id: number, before: ItemRow | undefined, after: ItemRow | undefined): number {
    if (!after) {
      this.#connection.run('DELETE FROM items WHERE id = ?', id);
      return id;
    }
    const packed = { ...after, body: typeof after.body === 'string' ? pack(after.body) : after.body };
    const [, ...values] = COLUMNS.map((column) => packed[column]);
    if (!before) return this.#connection.insert(INSERT, id || null, ...values);
    this.#connection.run(UPDATE, ...values, id);
    return id;
  }

  #kept(row: StoredRow): MemoryItem {
    const item = this.#itemOf(row);
    this.#hot.set(item.id, item);
    return item;
  }

  #itemOf({ embedder, ...row }: StoredRow): MemoryItem {
    return deeplyFrozen(itemOf(row, this.#vectors.nameOf(embedder)));
  }
}

/** What is found by words; undefined: it is not to be found. */
function wordsOf(row: ItemRow | undefined) {
  if (!row || row.superseded_by !== null) return undefined;
  return {
    title: row.title,
    path: row.path,
    text: unpack(row.text),
    body: row.body === null ? '' : unpack(row.body),
    kind: row.kind,
  };
}

/** What a vector is made from. */
function textOf({ title, text, summary }: ItemRow): string {
  return JSON.stringify([title, unpack(text), summary]);
}

/** UTF-16 units, and about as much again for what hangs on them. */
function bytesOf({ text, summary, sentences }: MemoryItem): number {
  const anchored = sentences.reduce((sum, { text, anchors }) => sum + text.length + 300 * anchors.length, 0);
  return 500 + 2 * (text.length + (summary === text ? 0 : summary.length) + anchored);
}

/** One copy serves all who ask: nobody changes it. */
function deeplyFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deeplyFrozen(part);
    Object.freeze(value);
  }
  return value;
}
