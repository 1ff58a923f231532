/** Brings the summaries of folders and of the workspace up to date, from the inside out: only of those that changed. */
import path from 'node:path';
import type { MemoryItem } from '../../../../protocol/index.ts';
import { readSource } from '../../workspaceFiles/folder.ts';
import type { FolderPrivacy } from '../../workspaceFiles/folderPrivacy.ts';
import type { NewItem, SourceText, Store, Summariser } from '../items.ts';
import { DRIFTED, hashName, listAll, saysSame } from './fileItems.ts';
import type { FileTree } from './fileTree.ts';

const README = /(?:^|\/)readme(?:\.(?:md|markdown|rst|adoc|txt))?$/i;

interface FolderItemsOptions {
  folder: string;
  store: Store;
  summariser: Summariser;
  tree: FileTree;
  privacy: FolderPrivacy;
  /** Lets others have their turn; its error ends the work. */
  rest: () => Promise<void>;
}

export class FolderItems {
  readonly #options: FolderItemsOptions;

  /** Folders of the store that are no more are looked at as well: the engine may have ended before they were. */
  constructor(options: FolderItemsOptions) {
    this.#options = options;
    for (const { path } of listAll(options.store, { kinds: ['folder', 'workspace'] })) options.tree.touch(path ?? '');
  }

  /**
   * Brings one folder after the other up to date; yields the ids of items put.
   * @param whole all folders are summarised anew where what is noted of files changed: who uses what of others decides what
   * is said first, and reaches further than a folder's hash. What says the same stays as it is.
   */
  async *refresh(whole: boolean): AsyncGenerator<number[], void> {
    const { tree, store, summariser, rest } = this.#options;
    const drifted = whole && store.value(DRIFTED) !== undefined;
    if (drifted) tree.touchAll();
    const { touched } = tree;
    const gone = touched.filter((folder) => tree.hashOf(folder) === undefined);
    for (const folder of touched) {
      const hash = tree.hashOf(folder);
      if (hash === undefined) continue;
      if (!drifted && store.value(hashName(folder)) === hash) tree.settled(folder);
      else {
        await summariser.prepare?.(rest);
        yield await this.#renew(folder, hash, gone);
      }
    }
    // Of those that moved nothing is left here.
    for (const folder of gone) {
      this.#remove(folder);
      tree.settled(folder);
    }
    if (drifted) store.setValue(DRIFTED, undefined);
  }

  async #renew(folder: string, hash: string, gone: readonly string[]): Promise<number[]> {
    const { store, summariser, tree } = this.#options;
    const { files, folders } = tree.childrenOf(folder);
    const keys = [...files.map((file) => `file:${file}`), ...folders.map((inside) => keyOf(inside))];
    const children = keys.map((key) => store.byKey(key)).filter((item) => item !== undefined);
    const readme = files.find((file) => README.test(file));
    const next = summariser.folder(folder, children, readme === undefined ? undefined : await this.#read(readme));
    const put = store.inTransaction(() => this.#put(folder, hash, next, gone));
    tree.settled(folder);
    return put;
  }

  #put(folder: string, hash: string, next: NewItem | undefined, gone: readonly string[]): number[] {
    const { store } = this.#options;
    if (next === undefined) {
      this.#drop(folder);
      return [];
    }
    const old = this.#of(folder) ?? this.#moved(folder, hash, gone);
    store.setValue(hashName(folder), hash);
    if (old && (old.made === 'person' || saysSame(old, next))) return [];
    return [store.put(next).id];
  }

  /** The item of a folder that had the same in it, and is no more: it is of this folder now. */
  #moved(folder: string, hash: string, gone: readonly string[]): MemoryItem | undefined {
    const { store } = this.#options;
    const from = gone.find((one) => store.value(hashName(one)) === hash);
    const item = from === undefined ? undefined : this.#of(from);
    if (from === undefined || item === undefined) return undefined;
    store.setValue(hashName(from), undefined);
    return store.change(item.id, { key: keyOf(folder), path: folder });
  }

  #remove(folder: string): void {
    this.#options.store.inTransaction(() => this.#drop(folder));
  }

  #drop(folder: string): void {
    const { store } = this.#options;
    const item = this.#of(folder);
    if (item) store.remove([item.id]);
    store.setValue(hashName(folder), undefined);
  }

  #of(folder: string): MemoryItem | undefined {
    return this.#options.store.byKey(keyOf(folder));
  }

  async #read(file: string): Promise<SourceText | undefined> {
    if (await this.#options.privacy.has(file)) return undefined;
    const text = await readSource(path.join(this.#options.folder, file));
    return text === undefined ? undefined : { path: file, text };
  }
}

/** Of the item of a folder; the root's is the workspace's. */
const keyOf = (folder: string): string => (folder === '' ? 'workspace' : `folder:${folder}`);
