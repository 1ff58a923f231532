/**
 * Which files and symbols of a project are central: Aider's repository map (aider/repomap.py), personalised PageRank over the
 * names that files use and other files define. What a file is made of is kept as hashes of names, so that one that changes is
 * read alone; ranks are computed when they are asked for after a change. Not as in Aider: a file has no edge to itself for what
 * nobody uses, which makes those central that nothing leads to or from.
 */
import { factorsOf } from '../../search/fileKinds.ts';
import { hashOf } from '../../search/words.ts';
import { type Edge, pageRank } from './pageRank.ts';

/** Aider's weights of a name: long and made of several words, private, defined in more files than this. */
const LONG_COMPOUND = 10;
const LONG = 8;
const PRIVATE = 0.1;
const COMMON = 0.1;
const MOST_DEFINERS = 5;
/** Defined in more files than these, a name tells nothing, and would make edges between all of them. */
const EVERYWHERE = 30;
/** What tests and fixtures use says little of what is central, and they are not it. Ours. */
const TEST = 0.1;
/** Of a file where the user works. */
const NEAR = 50;

interface Entry {
  /** Hashes of the names that it defines for others. */
  defines: Uint32Array;
  /** Hashes of its other words, with how often each is there. */
  uses: Uint32Array;
  counts: Uint16Array;
}

const WORD = /[\p{L}_$][\p{L}\p{N}_$]{2,}/gu;

export class RepositoryMap {
  readonly #files = new Map<string, Entry>();
  /** Of names that some file defines. */
  readonly #weights = new Map<number, number>();
  #ranks: { near: string; files: Map<string, number> } | undefined;

  get size(): number {
    return this.#files.size;
  }

  /** @param code its text, best without comments and strings. @param defines names that other files can use. */
  set(path: string, code: string, defines: readonly string[]): void {
    const own = new Set<number>();
    for (const name of defines) {
      const hash = hashOf(name);
      own.add(hash);
      this.#weights.set(hash, weightOf(name));
    }
    const counts = new Map<number, number>();
    for (const [word] of code.matchAll(WORD)) {
      const hash = hashOf(word);
      if (!own.has(hash)) counts.set(hash, (counts.get(hash) ?? 0) + 1);
    }
    this.#files.set(path, {
      defines: Uint32Array.from(own),
      uses: Uint32Array.from(counts.keys()),
      counts: Uint16Array.from(counts.values(), (count) => Math.min(count, 0xffff)),
    });
    this.#ranks = undefined;
  }

  remove(path: string): void {
    if (this.#files.delete(path)) this.#ranks = undefined;
  }

  /** What is known of a file, for {@link restore}: hashes and counts, no names. Undefined for a file that is not there. */
  notes(path: string): string | undefined {
    const entry = this.#files.get(path);
    if (entry === undefined) return undefined;
    const { defines, uses, counts } = entry;
    const weights = Float64Array.from(defines, (hash) => this.#weights.get(hash)!);
    return [defines, weights, uses, counts].map(encoded).join('.');
  }

  /** Takes a file back in as it was when {@link notes} was asked. */
  restore(path: string, notes: string): void {
    const [defines, weights, uses, counts] = notes.split('.').map(decoded);
    const entry = {
      defines: new Uint32Array(defines!),
      uses: new Uint32Array(uses!),
      counts: new Uint16Array(counts!),
    };
    for (const [at, weight] of new Float64Array(weights!).entries()) this.#weights.set(entry.defines[at]!, weight);
    this.#files.set(path, entry);
    this.#ranks = undefined;
  }

  /** How central a file is, or all files of a folder together: from 0 to 1; 0 for what is not known. */
  rank(path: string, near: readonly string[] = []): number {
    return this.#ranked(near).get(path) ?? 0;
  }

  #ranked(near: readonly string[]): Map<string, number> {
    const key = [...near].sort().join('\n');
    if (this.#ranks?.near !== key) this.#ranks = { near: key, files: this.#compute(new Set(near)) };
    return this.#ranks.files;
  }

  #compute(near: ReadonlySet<string>): Map<string, number> {
    // In the order of their paths: sums of the same numbers are the same then.
    const paths = [...this.#files.keys()].sort();
    const entries = paths.map((path) => this.#files.get(path)!);
    const definers = new Map<number, number[]>();
    for (const [file, { defines }] of entries.entries()) {
      for (const hash of defines) {
        const others = definers.get(hash);
        if (others === undefined) definers.set(hash, [file]);
        else others.push(file);
      }
    }
    const factors = paths.map((path) => (factorsOf(path).usual < 1 ? TEST : 1));
    const edges: Edge[] = [];
    for (const [from, { uses, counts }] of entries.entries()) {
      const weights = new Map<number, number>();
      for (const [index, hash] of uses.entries()) {
        const files = definers.get(hash);
        if (files === undefined || files.length > EVERYWHERE) continue;
        const weight =
          this.#weights.get(hash)! *
          (files.length > MOST_DEFINERS ? COMMON : 1) *
          (near.has(paths[from]!) ? NEAR : 1) *
          Math.sqrt(counts[index]!);
        for (const to of files) weights.set(to, (weights.get(to) ?? 0) + weight * factors[to]!);
      }
      for (const [to, weight] of weights) edges.push({ from, to, weight });
    }
    const ranks = pageRank(
      paths.length,
      edges,
      Float64Array.from(paths, (path) => (near.has(path) ? 1 : 0)),
    );
    const result = new Map<string, number>();
    for (const [file, path] of paths.entries()) {
      result.set(path, ranks[file]!);
      for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
        const folder = path.slice(0, end);
        result.set(folder, (result.get(folder) ?? 0) + ranks[file]!);
      }
    }
    return result;
  }
}

const encoded = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');

/** In a buffer of its own: one that is shared may begin anywhere. */
const decoded = (text: string): ArrayBuffer => Uint8Array.from(Buffer.from(text, 'base64')).buffer;

function weightOf(name: string): number {
  const isCompound = /[_-]/.test(name.slice(1)) || (/\p{Ll}/u.test(name) && /\p{Lu}/u.test(name));
  return (isCompound && name.length >= LONG ? LONG_COMPOUND : 1) * (name.startsWith('_') ? PRIVATE : 1);
}
