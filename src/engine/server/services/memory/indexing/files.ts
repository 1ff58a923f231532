/** The files of one folder as they are indexed: looked at, read, followed where they move, and let go of. */
import type { FolderPrivacy } from '../../workspaceFiles/folderPrivacy.ts';
import type { IndexedFile, Store, Summariser, SummaryLimits } from '../items.ts';
import { FileItems, type FileUpdate, notesName } from './fileItems.ts';
import { readFile } from './fileReader.ts';
import { type FileTree, parentOf } from './fileTree.ts';
import { Gone } from './gone.ts';
import { look, type Scan, scan } from './scan.ts';

export interface FilesOptions {
  /** Absolute. */
  folder: string;
  store: Store;
  summariser: Summariser;
  tree: FileTree;
  privacy: FolderPrivacy;
  /** Lets others have their turn; its error ends the work. */
  rest: () => Promise<void>;
  /** Whether there is time before the next rest. */
  more: () => boolean;
  /** Items were put: they have no vector of their text. */
  written: (ids: readonly number[]) => void;
  /** Nothing is said any more of so many files that something was said of. */
  removed: (count: number) => void;
  /** The summariser failed for a file. @param name of the error. */
  failed: (file: string, name: string) => void;
}

/** Files whose items go in one transaction. */
const REMOVED_TOGETHER = 16;

export class Files {
  readonly #options: FilesOptions;
  readonly #items: FileItems;
  /** Known, not there any more, and not removed yet: one that comes may be one of them. */
  readonly #gone = new Gone();

  constructor(options: FilesOptions) {
    this.#options = options;
    this.#items = new FileItems(options.store);
  }

  /** How many are to be removed. */
  get gone(): number {
    return this.#gone.size;
  }

  /** A summariser of a new process knows nothing of files that it is not asked about. */
  async restore(): Promise<void> {
    const { summariser, tree, store, rest } = this.#options;
    for (const file of summariser.restore ? [...tree.paths] : []) {
      await rest();
      const notes = store.value(notesName(file));
      if (notes !== undefined) summariser.restore?.(file, notes);
    }
  }

  /**
   * Looks at all files. What may not be read any more is removed at once, what is gone in {@link removeGone}.
   * @returns undefined where the folder cannot be read.
   */
  async scan(near: readonly string[], signal: AbortSignal): Promise<Scan | undefined> {
    const { rest } = this.#options;
    const found = await scan(this.#options, near, rest, signal);
    if (found === undefined) return undefined;
    for (let at = 0; at < found.closed.length; at += REMOVED_TOGETHER) {
      await rest();
      this.#remove(found.closed.slice(at, at + REMOVED_TOGETHER));
    }
    this.#gone.clear();
    for (const file of found.gone) this.#leave(file);
    return found;
  }

  /**
   * Brings what is said of one file up to date.
   * @returns the tokens of a model that it took; undefined: it is a folder of unknown files now.
   * @throws the reason of the limits' signal when it is aborted.
   */
  async lookAt(file: string, limits: SummaryLimits): Promise<number | undefined> {
    const { tree, privacy } = this.#options;
    const finding = await look(this.#options, file);
    if (finding === 'changed') return this.#read(file, limits);
    if (finding === 'closed' && tree.get(file)) this.#remove([file]);
    if (finding === 'gone') for (const one of [file, ...tree.below(file)]) this.#leave(one);
    if (finding !== 'folder') return 0;
    this.#leave(file);
    // A folder that came with all its files may be told of as one.
    const isKnown = tree.below(file).length > 0 || (await privacy.rules.ignores(`${file}/`));
    return isKnown ? 0 : undefined;
  }

  /** Removes some of the files that are gone. */
  removeGone(): void {
    this.#remove(this.#gone.some(REMOVED_TOGETHER));
  }

  /** Nothing is known of files that are gone: the next scan finds them. */
  forgetGone(): void {
    this.#gone.clear();
  }

  async #read(file: string, limits: SummaryLimits): Promise<number> {
    const { folder, store, summariser, tree, failed } = this.#options;
    const known = tree.get(file);
    const told = { ...limits, known: known?.treeHash };
    const read = await readFile(folder, file, known, summariser, told, (name) => failed(file, name));
    limits.signal.throwIfAborted();
    if (read === undefined) return 0;
    this.#gone.delete(file);
    if (read.items === undefined) store.putFile(read.file);
    else await this.#replace({ ...read, items: read.items }, known);
    tree.set(read.file);
    return read.modelTokens;
  }

  async #replace(
    update: Pick<FileUpdate, 'file' | 'items' | 'body' | 'notes'>,
    known: IndexedFile | undefined,
  ): Promise<void> {
    const { tree, summariser, rest, more, written } = this.#options;
    const { path, treeHash } = update.file;
    const from = known === undefined && treeHash !== '' ? this.#gone.take(path, treeHash) : undefined;
    const sameTree = known !== undefined && known.treeHash !== '' && known.treeHash === treeHash;
    const steps = this.#items.replace({ ...update, from, sameTree }, more);
    let step = steps.next();
    for (; !step.done; step = steps.next()) await rest();
    if (from !== undefined) {
      tree.delete(from);
      summariser.forget?.(from);
    }
    if (update.notes === undefined) summariser.forget?.(path);
    if (step.value.saysOther) tree.touch(parentOf(path)!);
    if (step.value.put.length > 0) written(step.value.put);
  }

  #leave(file: string): void {
    const known = this.#options.tree.get(file);
    if (known) this.#gone.add(file, known.treeHash);
  }

  #remove(files: readonly string[]): void {
    const { tree, summariser, removed } = this.#options;
    this.#items.remove(files);
    removed(files.filter((file) => tree.get(file)?.treeHash).length);
    for (const file of files) {
      tree.delete(file);
      summariser.forget?.(file);
    }
  }
}
