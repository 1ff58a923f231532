/** Brings the stored items of one file up to date, in transactions that are short enough to be taken back by a crash. */
import { isDeepStrictEqual } from 'node:util';
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { IndexedFile, ItemFilter, NewItem, Store } from '../items.ts';
import { parentOf } from './fileTree.ts';

/** Items of a page of a list. */
const PAGE = 200;

/** Name of the value of what the summariser noted of a file. */
export const notesName = (file: string): string => `indexing:notes:${file}`;

/** Name of the value that says that what was noted of some file changed: summaries of folders elsewhere may be others now. */
export const DRIFTED = 'indexing:drifted';

/** Name of the value of the hash that a folder's summary was made for. */
export const hashName = (folder: string): string => `indexing:folder:${folder}`;

export interface FileUpdate {
  /** As it is now, written last: where it is not, the file is indexed again. */
  file: IndexedFile;
  items: readonly NewItem[];
  /** Stems that the file's own item is found by. */
  body: string;
  notes: string | undefined;
  /** Where it was before, with the same tree. */
  from: string | undefined;
  /** The file had this tree before. */
  sameTree: boolean;
}

export interface FileReplaced {
  put: number[];
  saysOther: boolean;
}

export class FileItems {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Puts what is new, leaves what says the same, removes what is said no more, in steps: each is a transaction, and takes
   * as long as `more` says that there is time. Items that a person wrote stay, and those of a model while the tree is as it was.
   * @returns at the end what was put, and whether the file's own item is another though its tree is the same.
   */
  *replace(
    { file, items, body, notes, from, sameTree }: FileUpdate,
    more: () => boolean,
  ): Generator<void, FileReplaced> {
    const put: number[] = [];
    let saysOther = false;
    if (from !== undefined) {
      this.#store.inTransaction(() => this.#move(from, file.path));
      yield;
    }
    const waiting = [...items];
    for (let done = false; !done; ) {
      this.#store.inTransaction(() => {
        for (let next = waiting.shift(); next; next = more() ? waiting.shift() : undefined) {
          const old = this.#store.byKey(next.key);
          if (old && isKept(old, next, sameTree)) continue;
          put.push(this.#store.put(next).id);
          saysOther ||= next.kind === 'file';
        }
        if (waiting.length > 0) return;
        done = true;
        const keys = new Set(items.map(({ key }) => key));
        const left = this.#of(file.path).filter(({ key }) => !keys.has(key));
        if (left.length > 0) this.#store.remove(left.map(({ id }) => id));
        const own = this.#store.byKey(`file:${file.path}`);
        if (own) this.#store.setBody(own.id, body);
        if (from !== undefined) {
          this.#store.removeFiles([from]);
          this.#note(from, undefined);
        }
        this.#note(file.path, notes);
        // What a comment says is in no hash.
        if (saysOther && sameTree) this.#forgetHashes(file.path);
        this.#store.putFile(file);
      });
      if (!done) yield;
    }
    return { put, saysOther: saysOther && sameTree };
  }

  /** Removes files with what is said of them. What a person or a conversation said stays. */
  remove(paths: readonly string[]): void {
    this.#store.inTransaction(() => {
      const ids = paths.flatMap((path) => this.#of(path).map(({ id }) => id));
      if (ids.length > 0) this.#store.remove(ids);
      this.#store.removeFiles(paths);
      for (const path of paths) this.#note(path, undefined);
    });
  }

  #note(path: string, notes: string | undefined): void {
    if (this.#store.value(notesName(path)) === notes) return;
    this.#store.setValue(notesName(path), notes);
    this.#store.setValue(DRIFTED, '1');
  }

  /** Items keep their ids, their pins and what is known of their use. What a person said of the file is of the new one. */
  #move(from: string, to: string): void {
    for (const { id, kind, key, path, source } of listAll(this.#store, { path: from })) {
      if (path !== from) continue;
      if (!isOfFile({ kind, source })) {
        this.#store.change(id, { path: to });
        continue;
      }
      const moved = `${kind}:${to}${key.slice(kind.length + 1 + from.length)}`;
      const there = this.#store.byKey(moved);
      if (there) this.#store.remove([there.id]);
      this.#store.change(id, { key: moved, path: to });
    }
  }

  #of(path: string): MemoryItem[] {
    const items = listAll(this.#store, { path });
    return items.filter((item) => item.path === path && isOfFile(item));
  }

  #forgetHashes(path: string): void {
    for (let folder = parentOf(path); folder !== undefined; folder = parentOf(folder))
      this.#store.setValue(hashName(folder), undefined);
  }
}

const isOfFile = ({ kind, source }: Pick<MemoryItem, 'kind' | 'source'>): boolean =>
  source === 'code' && (kind === 'symbol' || kind === 'file');

/** All items of these kinds, or of a path and below it; superseded ones too. */
export function listAll(store: Store, filter: Pick<ItemFilter, 'kinds' | 'path'>): MemoryItem[] {
  const found: MemoryItem[] = [];
  for (;;) {
    const { items } = store.list({ ...filter, superseded: true, offset: found.length, limit: PAGE });
    found.push(...items);
    if (items.length < PAGE) return found;
  }
}

function isKept(old: MemoryItem, next: NewItem, sameTree: boolean): boolean {
  if (old.made === 'person' && next.made !== 'person') return true;
  if (old.made === 'model' && next.made === 'extracted' && sameTree) return true;
  return saysSame(old, next);
}

export function saysSame(old: MemoryItem, next: NewItem): boolean {
  return (
    old.made === next.made &&
    old.title === next.title &&
    old.path === next.path &&
    old.text === next.text &&
    old.summary === (next.summary ?? next.text) &&
    isDeepStrictEqual(old.sentences, next.sentences)
  );
}
