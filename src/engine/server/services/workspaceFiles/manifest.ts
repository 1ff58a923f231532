/** What is known of the files of one workspace folder: how each was when it was read, and which lie nearest. */
import { distanceOf, folderOf } from './folder.ts';

/** By what a change is seen, as the file system has it. */
export interface Stamp {
  size: number;
  mtimeMs: number;
}

interface Known extends Stamp {
  /** 0: nothing in it is worth keeping, which need not be found out again. */
  tokens: number;
  readAt: number;
}

/** A file may be written again with the same time of change, as coarse as file systems have it (racy, git calls it). */
const RACY_MS = 2_000;
/** Of the files that change, so many of the latest tell where the user works. */
const MOST_RECENT = 8;

export class Manifest {
  readonly folder: string;
  /** When the files were ranked, in milliseconds since the epoch. */
  rankedAt = 0;
  /** Something was left out for lack of room when they were. */
  full = false;
  readonly #known = new Map<string, Known>();
  #order: string[] = [];
  #ranked = new Set<string>();
  /** Behind the last in the order that may be indexed. */
  #tail = 0;
  #targets: string[] = [''];
  #recent: string[] = [];

  /** @param folder its path on disk. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** Paths of the files that changed lately, where only a few changed together. */
  get recent(): readonly string[] {
    return this.#recent;
  }
  get known(): IterableIterator<string> {
    return this.#known.keys();
  }
  /** Paths of all files there are, the nearest first. */
  get order(): readonly string[] {
    return this.#order;
  }

  /** @param paths as `filesOf` gives them for `near`. */
  rank(paths: readonly string[], near: readonly string[]): void {
    this.#order = [...paths];
    this.#ranked = new Set(paths);
    this.#tail = paths.length;
    this.#targets = foldersOf(near);
    this.rankedAt = Date.now();
    this.full = false;
  }

  /** Whether work goes on in other folders than when the files were ranked. */
  isElsewhere(near: readonly string[]): boolean {
    const folders = foldersOf(near);
    return folders.some((folder) => !this.#targets.includes(folder));
  }

  has(path: string): boolean {
    return this.#known.has(path);
  }

  /** Tokens of a file that is still as it was when it was read; undefined where it has to be read. */
  tokensOf(path: string, { size, mtimeMs }: Stamp): number | undefined {
    const known = this.#known.get(path);
    if (known === undefined || known.size !== size || known.mtimeMs !== mtimeMs) return undefined;
    return known.readAt - mtimeMs < RACY_MS ? undefined : known.tokens;
  }

  /** @param readAt when reading began. */
  add(path: string, { size, mtimeMs }: Stamp, tokens: number, readAt: number): void {
    this.#known.set(path, { size, mtimeMs, tokens, readAt });
    if (!this.#ranked.has(path)) this.#insert(path);
  }

  remove(path: string): void {
    this.#known.delete(path);
    if (!this.#ranked.delete(path)) return;
    const at = this.#order.indexOf(path);
    this.#order.splice(at, 1);
    if (at < this.#tail) this.#tail--;
  }

  /** Known files inside a folder. */
  below(path: string): string[] {
    return [...this.#known.keys()].filter((one) => one.startsWith(`${path}/`));
  }

  changed(paths: readonly string[]): void {
    if (paths.length > MOST_RECENT) return;
    this.#recent = [...this.#recent.filter((path) => !paths.includes(path)), ...paths].slice(-MOST_RECENT);
  }

  /** Steps from a file to where the user works. */
  distance(path: string): number {
    return distanceOf(folderOf(path), this.#targets);
  }

  /** The farthest file that is indexed. */
  farthest(isIndexed: (path: string) => boolean): string | undefined {
    while (this.#tail > 0 && !isIndexed(this.#order[this.#tail - 1]!)) this.#tail--;
    return this.#order[this.#tail - 1];
  }

  /** A file is indexed now, however far it is. */
  took(path: string): void {
    if (this.#order[this.#tail - 1] === path) return;
    const at = this.#order.indexOf(path, this.#tail);
    if (at >= 0) this.#tail = at + 1;
  }

  /** Files that would be indexed if there were room, the nearest first. */
  leftOut(isIndexed: (path: string) => boolean): string[] {
    return this.#order.filter((path) => !isIndexed(path) && this.#known.get(path)?.tokens !== 0);
  }

  #insert(path: string): void {
    const distance = this.distance(path);
    const at = this.#order.findIndex((other) => this.distance(other) > distance);
    this.#order.splice(at < 0 ? this.#order.length : at, 0, path);
    this.#ranked.add(path);
    this.#tail++;
  }
}

function foldersOf(near: readonly string[]): string[] {
  return near.length === 0 ? [''] : [...new Set(near.map(folderOf))];
}
