/**
 * Which files and symbols of a project are central: Aider's repository map (aider/repomap.py), personalised PageRank over the
 * names that files use and other files define. What a file is made of is kept as hashes of names, so that one that changes is
 * read alone; ranks are computed when they are asked for after a change. Not as in Aider: a file has no edge to itself for what
 * nobody uses, which makes those central that nothing leads to or from.
 */
import { factorsOf } from '../../search/fileKinds.ts';
import { hashOf } from '../../search/words.ts';
import { type Edge, pageRankSteps } from './pageRank.ts';

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

/** Words of one file that are kept, those that it has most often. */
const MOST_WORDS = 150;

/** Files in one step of computing ranks. */
const AT_ONCE = 64;

interface Entry {
  /** Hashes of the names that it defines for others. */
  defines: Uint32Array;
  /** Hashes of its other words, with how often each is there. */
  uses: Uint32Array;
  counts: Uint8Array;
}

const WORD = /[\p{L}_$][\p{L}\p{N}_$]{3,}/gu;

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
    const own = new Set(defines.map(hashOf));
    const counts = new Map<number, number>();
    for (const [word] of code.matchAll(WORD)) {
      const hash = hashOf(word);
      if (!own.has(hash)) counts.set(hash, (counts.get(hash) ?? 0) + 1);
    }
    const most = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_WORDS);
    const weights = new Map(defines.map((name) => [hashOf(name), weightOf(name)]));
    this.#put(
      path,
      weights,
      Uint32Array.from(most, ([hash]) => hash),
      Uint8Array.from(most, ([, count]) => Math.min(count, 0xff)),
    );
  }

  /**
   * What is known of a file, to be given to {@link restore} in another process; undefined where nothing is. It has no names
   * in it: they are a person's to forget.
   */
  noted(path: string): string | undefined {
    const entry = this.#files.get(path);
    if (entry === undefined) return undefined;
    const { defines, uses, counts } = entry;
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const weights = [...defines].map((hash) => [hash, this.#weights.get(hash)!]);
    return JSON.stringify([weights, base64(new Uint8Array(uses.buffer)), base64(counts)]);
  }

  /** Notes that cannot be read say nothing: the file counts for nothing until it is summarised again. */
  restore(path: string, notes: string): void {
    try {
      const [weights, uses, counts] = JSON.parse(notes) as [[number, number][], string, string];
      const bytes = new Uint8Array(Buffer.from(uses, 'base64'));
      const hashes = new Uint32Array(bytes.buffer, 0, bytes.length >> 2);
      const times = new Uint8Array(Buffer.from(counts, 'base64'));
      if (hashes.length === times.length) this.#put(path, new Map(weights), hashes, times);
    } catch {
      this.remove(path);
    }
  }

  /** @param weights of the names that it defines, by their hashes. */
  #put(path: string, weights: ReadonlyMap<number, number>, uses: Uint32Array, counts: Uint8Array): void {
    for (const [hash, weight] of weights) this.#weights.set(hash, weight);
    this.#files.set(path, { defines: Uint32Array.from(weights.keys()), uses, counts });
    this.#ranks = undefined;
  }

  remove(path: string): void {
    if (this.#files.delete(path)) this.#ranks = undefined;
  }

  /** How central a file is, or all files of a folder together: from 0 to 1; 0 for what is not known. */
  rank(path: string, near: readonly string[] = []): number {
    return this.#ranked(near).get(path) ?? 0;
  }

  /** Computes the ranks in steps: {@link rank} needs not do so then. @param rest is awaited between them. */
  async prepare(rest: () => Promise<void>): Promise<void> {
    if (this.#ranks?.near === '') return;
    const steps = this.#computing(new Set());
    let step = steps.next();
    for (; !step.done; step = steps.next()) await rest();
    this.#ranks = { near: '', files: step.value };
  }

  #ranked(near: readonly string[]): Map<string, number> {
    const key = [...near].sort().join('\n');
    if (this.#ranks?.near !== key) {
      const steps = this.#computing(new Set(near));
      let step = steps.next();
      while (!step.done) step = steps.next();
      this.#ranks = { near: key, files: step.value };
    }
    return this.#ranks.files;
  }

  *#computing(near: ReadonlySet<string>): Generator<void, Map<string, number>> {
    // In the order of their paths: sums of the same numbers are the same then.
    const paths = [...this.#files.keys()].sort();
    const entries = paths.map((path) => this.#files.get(path)!);
    const definers = new Map<number, number[]>();
    for (const [file, { defines }] of entries.entries()) {
      if (file % AT_ONCE === 0) yield;
      for (const hash of defines) {
        const others = definers.get(hash);
        if (others === undefined) definers.set(hash, [file]);
        else others.push(file);
      }
    }
    const factors = paths.map((path) => (factorsOf(path).usual < 1 ? TEST : 1));
    const edges: Edge[] = [];
    for (const [from, { uses, counts }] of entries.entries()) {
      if (from % AT_ONCE === 0) yield;
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
    const ranks = yield* pageRankSteps(
      paths.length,
      edges,
      Float64Array.from(paths, (path, file) => (near.has(path) || (near.size === 0 && factors[file] === 1) ? 1 : 0)),
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

function weightOf(name: string): number {
  const isCompound = /[_-]/.test(name.slice(1)) || (/\p{Ll}/u.test(name) && /\p{Lu}/u.test(name));
  return (isCompound && name.length >= LONG ? LONG_COMPOUND : 1) * (name.startsWith('_') ? PRIVATE : 1);
}
