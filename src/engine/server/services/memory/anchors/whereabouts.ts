/** Which files have had which hashes: what was read of them last, kept small for the whole of a workspace. */
import type { Whereabouts } from './checker.ts';
import type { FileAnchors } from './fileAnchors.ts';

/** Of a hash, so many digits behind its version and kind are a number that is exact: few hashes share them. */
const KEY_DIGITS = 13;

export class HashIndex implements Whereabouts {
  readonly #paths = new Map<number, Set<string> | string>();
  readonly #keys = new Map<string, Float64Array>();

  /** A file was read: what was known of it before is forgotten. */
  set(file: FileAnchors): void {
    this.remove(file.path);
    const keys = new Set([file.treeHash, ...file.symbols.map(({ hash }) => hash)].map(keyOf));
    this.#keys.set(file.path, Float64Array.from(keys));
    for (const key of keys) {
      const paths = this.#paths.get(key);
      if (paths === undefined) this.#paths.set(key, file.path);
      else if (typeof paths === 'string') this.#paths.set(key, new Set([paths, file.path]));
      else paths.add(file.path);
    }
  }

  remove(path: string): void {
    for (const key of this.#keys.get(path) ?? []) {
      const paths = this.#paths.get(key);
      if (typeof paths === 'object' && paths.delete(path) && paths.size > 0) continue;
      this.#paths.delete(key);
    }
    this.#keys.delete(path);
  }

  /** Files that had it, or another hash that begins as it does. */
  whereIs(hash: string): Iterable<string> {
    const paths = this.#paths.get(keyOf(hash));
    return typeof paths === 'string' ? [paths] : (paths ?? []);
  }
}

const keyOf = (hash: string): number => Number.parseInt(hash.slice(2, 2 + KEY_DIGITS), 16);
