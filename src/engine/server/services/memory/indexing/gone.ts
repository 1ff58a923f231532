/** Files that are gone and whose items are still there: one that comes elsewhere with the same tree takes them over. */
export class Gone {
  /** Tree hash by path. */
  readonly #files = new Map<string, string>();
  readonly #byTree = new Map<string, Set<string>>();

  get size(): number {
    return this.#files.size;
  }

  add(path: string, treeHash: string): void {
    this.delete(path);
    this.#files.set(path, treeHash);
    const same = this.#byTree.get(treeHash);
    if (same) same.add(path);
    else this.#byTree.set(treeHash, new Set([path]));
  }

  delete(path: string): void {
    const treeHash = this.#files.get(path);
    if (treeHash === undefined) return;
    this.#files.delete(path);
    const same = this.#byTree.get(treeHash)!;
    same.delete(path);
    if (same.size === 0) this.#byTree.delete(treeHash);
  }

  clear(): void {
    this.#files.clear();
    this.#byTree.clear();
  }

  /** Takes out the file that a new one was before: with its tree, and its name where there are several. */
  take(path: string, treeHash: string): string | undefined {
    const same = [...(this.#byTree.get(treeHash) ?? [])].sort();
    const name = path.slice(path.lastIndexOf('/') + 1);
    const from = same.find((one) => one.slice(one.lastIndexOf('/') + 1) === name) ?? same[0];
    if (from !== undefined) this.delete(from);
    return from;
  }

  /** Takes out so many at most. */
  some(count: number): string[] {
    const paths = [...this.#files.keys()].slice(0, count);
    for (const path of paths) this.delete(path);
    return paths;
  }
}
