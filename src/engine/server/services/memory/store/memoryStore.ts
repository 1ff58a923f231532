/**
 * The memory of one place in one database file.
 *
 *     MemoryStore   what the other parts of the memory call; every write is a transaction
 *       ItemTable     rows, and the copy in RAM of what was used last
 *       WordIndex     FTS5       VectorTable   vectors, and their scan in RAM
 *       Journal       how it was before
 *       CleanUp       what is done while nobody waits: forgetting for good, eviction, compression, giving back space
 */
import type { MemoryChange, MemoryItem, MemoryKind, MemoryStatus } from '../../../../protocol/index.ts';
import type { Found, IndexedFile, ItemFilter, NewItem, Store } from '../items.ts';
import { CleanUp, STALE_WORDS_MS } from './cleanUp.ts';
import type { Connection } from './connection.ts';
import { eraseMemoryFiles } from './eraseFiles.ts';
import { changedItem, itemFrom, sameContent, whereOf } from './itemFields.ts';
import { HOT_BYTES, ItemTable } from './itemTable.ts';
import { Journal } from './journal.ts';
import { openMemoryFile } from './openFile.ts';
import { type ItemRow, rowOf } from './rows.ts';
import { VectorTable } from './vectorTable.ts';
import { WordIndex } from './wordIndex.ts';
import { WORDS_VERSION } from './words.ts';

export interface MemoryStoreOptions {
  /** What the file may take; items are let go of beyond it. */
  budgetBytes?: number;
  /** Of items that are kept in RAM. */
  hotBytes?: number;
}

/** `memory.db` in the folder of a workspace. */
export const MEMORY_FILE = 'memory.db';

const BUDGET_BYTES = 256 * 2 ** 20;
const LIST_LIMIT = 200;

export type StoreStatus = Pick<
  MemoryStatus,
  'items' | 'superseded' | 'pinned' | 'bytes' | 'budgetBytes' | 'embedder' | 'unembedded' | 'trouble'
>;

/** Items that it returns are frozen: copy one to change it. */
export class MemoryStore implements Store {
  readonly #file: string;
  readonly #options: Required<MemoryStoreOptions>;
  #connection!: Connection;
  #words!: WordIndex;
  #vectors!: VectorTable;
  #items!: ItemTable;
  #journal!: Journal;
  #cleanUp!: CleanUp;
  #trouble: string | null = null;

  /**
   * Opens a file, or makes it. A damaged one is set aside and what can be read of it is rescued: {@link status} says so.
   * @throws RefusedFile, in words, when it is in use, of a newer version, or of another program; it is as it was then.
   */
  constructor(file: string, { budgetBytes = BUDGET_BYTES, hotBytes = HOT_BYTES }: MemoryStoreOptions = {}) {
    this.#file = file;
    this.#options = { budgetBytes, hotBytes };
    this.#open();
  }

  put(item: NewItem): MemoryItem {
    return this.inTransaction(() => {
      const id = this.#items.idOf(item.key);
      const before = id === undefined ? undefined : this.#items.row(id);
      const after = rowOf(itemFrom(item, before), before?.body);
      if (before && sameContent(before, after)) return this.get(before.id)!;
      return this.get(this.#replace(before, after))!;
    });
  }

  /** Puts an item in as it is, for one that comes back from outside; with an id of 0 it is given a new one. */
  restore(item: Omit<MemoryItem, 'embedder'>): MemoryItem {
    return this.inTransaction(() => this.get(this.#replace(undefined, rowOf(item)))!);
  }

  /** No item ever had this id, or a greater one. */
  isFree(id: number): boolean {
    return id > this.#connection.number("SELECT seq FROM sqlite_sequence WHERE name = 'items'");
  }

  /** What an item that was restored says of others. */
  relate(id: number, supersededBy: number | null, recalled: readonly number[]): void {
    this.inTransaction(() => {
      const before = this.#items.row(id);
      if (!before) return;
      this.#replace(before, { ...before, superseded_by: supersededBy, recalled: JSON.stringify(recalled) });
    });
  }

  setBody(id: number, stems: string): void {
    this.inTransaction(() => {
      const before = this.#items.row(id);
      if (before && (before.body ?? '') !== stems)
        this.#replace(before, { ...before, body: stems === '' ? null : stems });
    });
  }

  body(id: number): string {
    return this.#items.body(id);
  }

  get(id: number): MemoryItem | undefined {
    return this.#items.get(id);
  }

  byKey(key: string): MemoryItem | undefined {
    return this.#items.byKey(key);
  }

  /** From the newest change. 200 where no limit is given. */
  list(filter: ItemFilter): { items: MemoryItem[]; total: number } {
    const { offset = 0, limit = LIST_LIMIT } = filter;
    const { where, values } = whereOf(filter);
    return {
      items: this.#items.select(`${where} ORDER BY changed DESC, id DESC LIMIT ? OFFSET ?`, ...values, limit, offset),
      total: this.#connection.number(`SELECT count(*) FROM items ${where}`, ...values),
    };
  }

  /** A new text takes the summary and the sentences of the old one away, where it does not bring its own. */
  change(id: number, fields: Parameters<Store['change']>[1]): MemoryItem | undefined {
    return this.inTransaction(() => {
      const before = this.#items.row(id);
      if (!before) return undefined;
      const holder = fields.key === undefined ? undefined : this.#items.idOf(fields.key);
      if (holder !== undefined && holder !== id) throw new Error('Another memory says this already.');
      const after = rowOf(changedItem(before, fields), before.body);
      if (!sameContent(before, after)) this.#replace(before, { ...after, changed: Date.now() });
      return this.get(id);
    });
  }

  /**
   * In a change of the journal this can be undone until a clean-up ten minutes later; outside of one it is for good. Single
   * words of it are left in the index for an hour at most, as they are of a text that was replaced.
   */
  remove(ids: readonly number[]): number {
    return this.inTransaction(() => {
      const removed = ids.filter((id) => {
        const before = this.#items.row(id);
        if (before) this.#replace(before, undefined);
        return before !== undefined;
      });
      if (!this.#journal.isOpen) this.#journal.purge(removed);
      return removed.length;
    });
  }

  /**
   * Removes items for good, with all that the journal has of them. No byte of them is left in the files when clean-up is
   * done: call {@link step} until it returns false.
   * @param what for the journal; no text of theirs.
   */
  erase(ids: readonly number[], what: string): number {
    return this.inTransaction(() => {
      const removed = this.remove(ids);
      this.#journal.purge(ids);
      this.#cleanUp.wordsAreStale(0);
      if (removed > 0) this.#journal.recordFinal(what);
      return removed;
    });
  }

  activated(ids: readonly number[], at: number): void {
    this.inTransaction(() => this.#items.activated(ids, at));
  }

  byWords(query: string, limit: number, kinds?: readonly MemoryKind[]): Found[] {
    return this.#words.search(query, limit, kinds);
  }

  /** @param embedder whose vectors are compared; absent: the one whose vectors were put in last. */
  byVector(vector: Float32Array, limit: number, kinds?: readonly MemoryKind[], embedder?: string): Found[] {
    return this.#vectors.search(vector, limit, kinds, embedder);
  }

  withoutVector(embedder: string, limit: number): number[] {
    return this.#connection
      .all<{ id: number }>(`SELECT id ${UNEMBEDDED} ORDER BY id DESC LIMIT ?2`, this.#vectors.numberOf(embedder), limit)
      .map(({ id }) => id);
  }

  /** @throws RangeError when a value is no number. */
  setVectors(embedder: string, vectors: readonly { id: number; vector: Float32Array }[]): void {
    this.inTransaction(() => this.#vectors.set(embedder, vectors));
    this.#items.forget(vectors.map(({ id }) => id));
  }

  file(path: string): IndexedFile | undefined {
    const row = this.#connection.get<IndexedFile>(`${FILES} WHERE path = ?`, path);
    return row && { ...row };
  }

  files(): IndexedFile[] {
    return this.#connection.all<IndexedFile>(`${FILES} ORDER BY path`).map((row) => ({ ...row }));
  }

  putFile({ path, size, mtimeMs, contentHash, treeHash }: IndexedFile): void {
    this.#connection.run(
      'INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)',
      path,
      size,
      mtimeMs,
      contentHash,
      treeHash,
    );
  }

  removeFiles(paths: readonly string[]): void {
    this.inTransaction(() => {
      for (const path of paths) this.#connection.run('DELETE FROM files WHERE path = ?', path);
    });
  }

  value(name: string): string | undefined {
    return this.#connection.get<{ value: string }>('SELECT value FROM state WHERE name = ?', name)?.value;
  }

  /** @param name not beginning with a dot: these are the store's own. */
  setValue(name: string, value: string | undefined): void {
    if (value === undefined) this.#connection.run('DELETE FROM state WHERE name = ?', name);
    else this.#connection.run('INSERT OR REPLACE INTO state VALUES (?, ?)', name, value);
  }

  /** One inside another can fail alone; what it did is taken back then. */
  inTransaction<T>(work: () => T, what?: string): T {
    return this.#safely(() =>
      this.#connection.transaction(what === undefined ? work : () => this.#journal.record(what, work)),
    );
  }

  /** Work that writes one change at most. @returns what it returns, and the number of that change in the journal. */
  writing<T>(work: () => T): { result: T; change: number | null } {
    this.#journal.forgetNewest();
    const result = work();
    return { result, change: this.#journal.newest };
  }

  /** For the journal: so many files were read anew, and so many are gone. */
  recordIndexed(read: number, removed: number): void {
    this.inTransaction(() => this.#journal.recordIndexed(read, removed));
  }

  /** What was written, the newest first. */
  journal(limit = LIST_LIMIT): MemoryChange[] {
    return this.#journal.list(limit);
  }

  /** @throws CannotUndo, in words. */
  undo(change: number): MemoryChange {
    return this.inTransaction(() => this.#journal.undo(change));
  }

  /**
   * Does a little of what can wait, for about `ms`: call it while nothing else is to be done.
   * @param now milliseconds since 1970.
   * @returns whether there is more to do.
   */
  step(ms: number, now = Date.now()): boolean {
    return this.#safely(() => this.#cleanUp.step(ms, now));
  }

  /**
   * Brings what searches need into RAM, for about `ms`: in a large memory they find nothing by vectors before.
   * @returns whether there is more to do.
   */
  warm(ms: number): boolean {
    return this.#vectors.warm(ms);
  }

  status(): StoreStatus {
    const counts = this.#connection.all<{ kind: MemoryKind; count: number }>(
      'SELECT kind, count(*) AS count FROM items GROUP BY kind',
    );
    const embedder = this.#vectors.current;
    return {
      items: Object.fromEntries(counts.map(({ kind, count }) => [kind, count])),
      superseded: this.#connection.number('SELECT count(*) FROM items WHERE superseded_by IS NOT NULL'),
      pinned: this.#connection.number('SELECT count(*) FROM items WHERE pinned = 1'),
      bytes: this.#cleanUp.bytes,
      budgetBytes: this.#options.budgetBytes,
      embedder,
      unembedded: this.#connection.number(
        `SELECT count(*) ${UNEMBEDDED}`,
        embedder === null ? 0 : this.#vectors.numberOf(embedder),
      ),
      trouble: this.#trouble,
    };
  }

  /** What the file may take from now on: {@link step} lets go of items beyond it. */
  setBudget(bytes: number): void {
    this.#options.budgetBytes = bytes;
    this.#cleanUp.budgetBytes = bytes;
  }

  /** What is kept in RAM: vectors, and items that were used last. */
  get ramBytes(): number {
    return this.#vectors.ramBytes + this.#items.ramBytes;
  }

  /** Erase All: overwrites and removes the files, those that were set aside too, and begins with an empty one. */
  eraseAll(): { items: number; bytes: number } {
    const items = this.#connection.number('SELECT count(*) FROM items');
    this.#connection.close();
    const bytes = eraseMemoryFiles(this.#file);
    this.#open();
    return { items, bytes };
  }

  close(): void {
    this.#connection.close();
  }

  /** What is in RAM follows the file, also where that is taken back. */
  #safely<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#items.forget();
      this.#vectors.forget();
      this.#words.forget();
      throw error;
    }
  }

  #open(): void {
    const { connection, trouble } = openMemoryFile(this.#file);
    this.#connection = connection;
    this.#trouble = trouble;
    this.#words = new WordIndex(connection);
    this.#vectors = new VectorTable(connection);
    this.#items = new ItemTable(connection, this.#words, this.#vectors, this.#options.hotBytes);
    this.#journal = new Journal(connection, this.#items);
    this.#cleanUp = new CleanUp({
      file: this.#file,
      connection,
      items: this.#items,
      journal: this.#journal,
      words: this.#words,
      budgetBytes: this.#options.budgetBytes,
    });
    if (this.value('.words') !== WORDS_VERSION) this.#wordsAnew();
  }

  /** The index was made by other rules, or is not there yet. */
  #wordsAnew(): void {
    this.inTransaction(() => {
      this.#words.removeAll();
      const ids = this.#connection.all<{ id: number }>('SELECT id FROM items WHERE superseded_by IS NULL');
      for (const { id } of ids) this.#words.add({ ...this.get(id)!, body: this.body(id) });
      this.setValue('.words', WORDS_VERSION);
    });
  }

  #replace(before: ItemRow | undefined, after: ItemRow | undefined): number {
    const id = this.#items.replace(before, after);
    this.#journal.touch(id, before);
    if (before) this.#cleanUp.wordsAreStale(Date.now() + STALE_WORDS_MS);
    return id;
  }
}

const FILES = 'SELECT path, size, mtime_ms AS mtimeMs, content_hash AS contentHash, tree_hash AS treeHash FROM files';
const UNEMBEDDED = 'FROM items WHERE superseded_by IS NULL AND (embedder IS NULL OR embedder < ?1 OR embedder > ?1)';
