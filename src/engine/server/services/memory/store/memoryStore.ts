/** The memory of one place in one database file: what the other parts of the memory call. Every write is a transaction. */
import type { MemoryChange, MemoryItem, MemoryKind } from '../../../../protocol/index.ts';
import type { Found, IndexedFile, ItemFilter, NewItem, Store } from '../items.ts';
import { STALE_WORDS_MS } from './cleanUp.ts';
import { eraseMemoryFiles } from './eraseFiles.ts';
import { changedItem, itemFrom, sameContent, whereOf } from './itemFields.ts';
import { HOT_BYTES } from './itemTable.ts';
import { type ItemRow, rowOf } from './rows.ts';
import { type MemoryStoreOptions, StoreParts, type StoreStatus, UNEMBEDDED } from './storeParts.ts';

/** `memory.db` in the folder of a workspace. */
export const MEMORY_FILE = 'memory.db';

const BUDGET_BYTES = 256 * 2 ** 20;
const LIST_LIMIT = 200;

/** Items that it returns are frozen: copy one to change it. */
export class MemoryStore implements Store {
  readonly #file: string;
  readonly #options: Required<MemoryStoreOptions>;
  #parts: StoreParts;

  /**
   * Opens a file, or makes it. A damaged one is set aside and what can be read of it is rescued: {@link status} says so.
   * @throws RefusedFile, in words, when it is in use, of a newer version, or of another program; it is as it was then.
   */
  constructor(file: string, { budgetBytes = BUDGET_BYTES, hotBytes = HOT_BYTES }: MemoryStoreOptions = {}) {
    this.#file = file;
    this.#options = { budgetBytes, hotBytes };
    this.#parts = new StoreParts(file, this.#options);
  }

  put(item: NewItem): MemoryItem {
    return this.inTransaction(() => {
      const id = this.#parts.items.idOf(item.key);
      const before = id === undefined ? undefined : this.#parts.items.row(id);
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
    return id > this.#parts.connection.number("SELECT seq FROM sqlite_sequence WHERE name = 'items'");
  }

  /** What an item that was restored says of others. */
  relate(id: number, supersededBy: number | null, recalled: readonly number[]): void {
    this.inTransaction(() => {
      const before = this.#parts.items.row(id);
      if (!before) return;
      this.#replace(before, { ...before, superseded_by: supersededBy, recalled: JSON.stringify(recalled) });
    });
  }

  setBody(id: number, stems: string): void {
    this.inTransaction(() => {
      const before = this.#parts.items.row(id);
      if (before && (before.body ?? '') !== stems)
        this.#replace(before, { ...before, body: stems === '' ? null : stems });
    });
  }

  body(id: number): string {
    return this.#parts.items.body(id);
  }

  get(id: number): MemoryItem | undefined {
    return this.#parts.items.get(id);
  }

  byKey(key: string): MemoryItem | undefined {
    return this.#parts.items.byKey(key);
  }

  /** From the newest change. 200 where no limit is given. */
  list(filter: ItemFilter): { items: MemoryItem[]; total: number } {
    const { offset = 0, limit = LIST_LIMIT } = filter;
    const { where, values } = whereOf(filter);
    return {
      items: this.#parts.items.select(
        `${where} ORDER BY changed DESC, id DESC LIMIT ? OFFSET ?`,
        ...values,
        limit,
        offset,
      ),
      total: this.#parts.connection.number(`SELECT count(*) FROM items ${where}`, ...values),
    };
  }

  /** A new text takes the summary and the sentences of the old one away, where it does not bring its own. */
  change(id: number, fields: Parameters<Store['change']>[1]): MemoryItem | undefined {
    return this.inTransaction(() => {
      const before = this.#parts.items.row(id);
      if (!before) return undefined;
      const holder = fields.key === undefined ? undefined : this.#parts.items.idOf(fields.key);
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
        const before = this.#parts.items.row(id);
        if (before) this.#replace(before, undefined);
        return before !== undefined;
      });
      if (!this.#parts.journal.isOpen) this.#parts.journal.purge(removed);
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
      this.#parts.journal.purge(ids);
      this.#parts.cleanUp.wordsAreStale(0);
      if (removed > 0) this.#parts.journal.recordFinal(what);
      return removed;
    });
  }

  activated(ids: readonly number[], at: number): void {
    this.inTransaction(() => this.#parts.items.activated(ids, at));
  }

  byWords(query: string, limit: number, kinds?: readonly MemoryKind[]): Found[] {
    return this.#parts.words.search(query, limit, kinds);
  }

  /** @param embedder whose vectors are compared; absent: the one whose vectors were put in last. */
  byVector(vector: Float32Array, limit: number, kinds?: readonly MemoryKind[], embedder?: string): Found[] {
    return this.#parts.vectors.search(vector, limit, kinds, embedder);
  }

  withoutVector(embedder: string, limit: number): number[] {
    return this.#parts.connection
      .all<{ id: number }>(
        `SELECT id ${UNEMBEDDED} ORDER BY id DESC LIMIT ?2`,
        this.#parts.vectors.numberOf(embedder),
        limit,
      )
      .map(({ id }) => id);
  }

  /** @throws RangeError when a value is no number. */
  setVectors(embedder: string, vectors: readonly { id: number; vector: Float32Array }[]): void {
    this.inTransaction(() => this.#parts.vectors.set(embedder, vectors));
    this.#parts.items.forget(vectors.map(({ id }) => id));
  }

  file(path: string): IndexedFile | undefined {
    return this.#parts.files.get(path);
  }

  files(): IndexedFile[] {
    return this.#parts.files.all();
  }

  putFile(file: IndexedFile): void {
    this.#parts.files.put(file);
  }

  removeFiles(paths: readonly string[]): void {
    this.inTransaction(() => this.#parts.files.remove(paths));
  }

  value(name: string): string | undefined {
    return this.#parts.files.value(name);
  }

  /** @param name not beginning with a dot: these are the store's own. */
  setValue(name: string, value: string | undefined): void {
    this.#parts.files.setValue(name, value);
  }

  /** One inside another can fail alone; what it did is taken back then. */
  inTransaction<T>(work: () => T, what?: string): T {
    return this.#safely(() =>
      this.#parts.connection.transaction(what === undefined ? work : () => this.#parts.journal.record(what, work)),
    );
  }

  /** Work that writes one change at most. @returns what it returns, and the number of that change in the journal. */
  writing<T>(work: () => T): { result: T; change: number | null } {
    this.#parts.journal.forgetNewest();
    const result = work();
    return { result, change: this.#parts.journal.newest };
  }

  /** For the journal: so many files were read anew, and so many are gone. */
  recordIndexed(read: number, removed: number): void {
    this.inTransaction(() => this.#parts.journal.recordIndexed(read, removed));
  }

  /** What was written, the newest first. */
  journal(limit = LIST_LIMIT): MemoryChange[] {
    return this.#parts.journal.list(limit);
  }

  /** @throws CannotUndo, in words. */
  undo(change: number): MemoryChange {
    return this.inTransaction(() => this.#parts.journal.undo(change));
  }

  /**
   * Does a little of what can wait, for about `ms`: call it while nothing else is to be done.
   * @param now milliseconds since 1970.
   * @returns whether there is more to do.
   */
  step(ms: number, now = Date.now()): boolean {
    return this.#safely(() => this.#parts.cleanUp.step(ms, now));
  }

  /**
   * Brings what searches need into RAM, for about `ms`: in a large memory they find nothing by vectors before.
   * @returns whether there is more to do.
   */
  warm(ms: number): boolean {
    return this.#parts.vectors.warm(ms);
  }

  status(): StoreStatus {
    return this.#parts.status(this.#options.budgetBytes);
  }

  /** What the file may take from now on: {@link step} lets go of items beyond it. */
  setBudget(bytes: number): void {
    this.#options.budgetBytes = bytes;
    this.#parts.cleanUp.budgetBytes = bytes;
  }

  /** What is kept in RAM: vectors, and items that were used last. */
  get ramBytes(): number {
    return this.#parts.ramBytes;
  }

  /** Erase All: overwrites and removes the files, those that were set aside too, and begins with an empty one. */
  eraseAll(): { items: number; bytes: number } {
    const items = this.#parts.connection.number('SELECT count(*) FROM items');
    this.#parts.connection.close();
    const bytes = eraseMemoryFiles(this.#file);
    this.#parts = new StoreParts(this.#file, this.#options);
    return { items, bytes };
  }

  close(): void {
    this.#parts.connection.close();
  }

  /** What is in RAM follows the file, also where that is taken back. */
  #safely<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#parts.forget();
      throw error;
    }
  }

  #replace(before: ItemRow | undefined, after: ItemRow | undefined): number {
    const id = this.#parts.items.replace(before, after);
    this.#parts.journal.touch(id, before);
    if (before) this.#parts.cleanUp.wordsAreStale(Date.now() + STALE_WORDS_MS);
    return id;
  }
}
