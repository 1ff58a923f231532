/**
 * The Merkle tree of the files that are indexed (R. C. Merkle, A Digital Signature Based on a Conventional Encryption
 * Function, 1987): a file's hash is that of its syntax tree, a folder's is made of the names and hashes of what is in it.
 * So a folder whose hash is that of its summary needs no new one, whatever was formatted, touched or moved elsewhere.
 */
import { createHash } from 'node:crypto';
import type { IndexedFile } from '../items.ts';

interface Folder {
  /** Hashes by name. */
  files: Map<string, string>;
  folders: Set<string>;
  hash: string | undefined;
}

export class FileTree {
  readonly #files = new Map<string, IndexedFile>();
  readonly #folders = new Map<string, Folder>();
  readonly #touched = new Set<string>();

  constructor(files: readonly IndexedFile[]) {
    for (const file of files) this.set(file);
  }

  get(path: string): IndexedFile | undefined {
    return this.#files.get(path);
  }

  get paths(): IterableIterator<string> {
    return this.#files.keys();
  }

  /** Files below a folder. */
  below(folder: string): string[] {
    return [...this.#files.keys()].filter((path) => path.startsWith(`${folder}/`));
  }

  /** A file without a hash is known and not in the tree: nothing is said of it. */
  set(file: IndexedFile): void {
    const before = this.#files.get(file.path);
    this.#files.set(file.path, file);
    if ((before?.treeHash ?? '') === file.treeHash) return;
    if (file.treeHash === '') this.#prune(file.path);
    else this.#add(file.path, file.treeHash);
  }

  delete(path: string): void {
    const file = this.#files.get(path);
    if (file === undefined) return;
    this.#files.delete(path);
    if (file.treeHash !== '') this.#prune(path);
  }

  /** Folders that something was added to, changed in or taken from since {@link settled}; those inside come first. */
  get touched(): string[] {
    return [...this.#touched].sort((a, b) => depthOf(b) - depthOf(a) || (a < b ? -1 : 1));
  }

  /** Folders with all those around them have to be looked at. */
  touch(folder: string): void {
    for (let path: string | undefined = folder; path !== undefined; path = parentOf(path)) this.#touched.add(path);
  }

  touchAll(): void {
    for (const folder of this.#folders.keys()) this.#touched.add(folder);
  }

  settled(folder: string): void {
    this.#touched.delete(folder);
  }

  /** The hash of a folder, '' being the root; undefined where it has no files. */
  hashOf(path: string): string | undefined {
    const folder = this.#folders.get(path);
    if (folder === undefined) return undefined;
    if (folder.hash === undefined) {
      const entries = [
        ...[...folder.files].map(([name, hash]) => `${name}\0${hash}`),
        ...[...folder.folders].map((name) => `${name}/\0${this.hashOf(joined(path, name))}`),
      ];
      folder.hash = createHash('sha256').update(entries.sort().join('\n')).digest('hex').slice(0, 32);
    }
    return folder.hash;
  }

  /** Paths of what is right in a folder, in their order. */
  childrenOf(path: string): { files: string[]; folders: string[] } {
    const folder = this.#folders.get(path);
    const inside = (names: Iterable<string>) => [...names].sort().map((name) => joined(path, name));
    return { files: inside(folder?.files.keys() ?? []), folders: inside(folder?.folders ?? []) };
  }

  #add(path: string, hash: string): void {
    const parent = parentOf(path)!;
    this.#folder(parent).files.set(nameOf(path), hash);
    this.#outdate(parent);
  }

  #prune(path: string): void {
    let parent = parentOf(path)!;
    this.#folders.get(parent)?.files.delete(nameOf(path));
    this.#outdate(parent);
    for (let empty = parent; this.#isEmpty(empty); empty = parent) {
      this.#folders.delete(empty);
      if (empty === '') return;
      parent = parentOf(empty)!;
      this.#folders.get(parent)?.folders.delete(nameOf(empty));
    }
  }

  #isEmpty(path: string): boolean {
    const folder = this.#folders.get(path);
    return folder !== undefined && folder.files.size === 0 && folder.folders.size === 0;
  }

  #folder(path: string): Folder {
    let folder = this.#folders.get(path);
    if (folder === undefined) {
      folder = { files: new Map(), folders: new Set(), hash: undefined };
      this.#folders.set(path, folder);
      const parent = parentOf(path);
      if (parent !== undefined) this.#folder(parent).folders.add(nameOf(path));
    }
    return folder;
  }

  #outdate(folder: string): void {
    this.touch(folder);
    for (let path: string | undefined = folder; path !== undefined; path = parentOf(path)) {
      const one = this.#folders.get(path);
      if (one) one.hash = undefined;
    }
  }
}

/** The folder that a file or folder is in, '' being the root, which is in none. */
export function parentOf(path: string): string | undefined {
  return path === '' ? undefined : path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const joined = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
const depthOf = (path: string): number => (path === '' ? 0 : path.split('/').length);
