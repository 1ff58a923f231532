/**
 * Says what became of the code that anchors are in. What is not where it was is looked for: under another name in its file,
 * then in the files that are known to have had its hash. Only code whose hash is equal now counts as found.
 */
import type { CheckedAnchor, MemoryAnchor } from '../../../../protocol/index.ts';
import type { AnchorChecker } from '../items.ts';
import type { CodeFiles, CodeNow } from './codeFiles.ts';
import type { AnchoredSymbol, FileAnchors } from './fileAnchors.ts';

/** Which files may hold what a hash is of; it is looked up there. */
export interface Whereabouts {
  whereIs(hash: string): Iterable<string>;
}

/** What has fewer tokens is like other code by chance, and is followed under its own name only. */
const LEAST_SIZE = 24;
/** Files that are looked into for one anchor. */
const MOST_PLACES = 16;

interface Place {
  file: FileAnchors;
  /** Undefined: the file as a whole. */
  symbol: AnchoredSymbol | undefined;
}

export class CodeAnchorChecker implements AnchorChecker {
  readonly #files: CodeFiles;
  readonly #whereabouts: Whereabouts;

  constructor(files: CodeFiles, whereabouts: Whereabouts) {
    this.#files = files;
    this.#whereabouts = whereabouts;
  }

  /**
   * The anchors as they are now: those that `moved` have the path and the symbol where their code is now, the others those
   * that they came with.
   */
  async check(anchors: readonly MemoryAnchor[]): Promise<CheckedAnchor[]> {
    const look = this.#files.look();
    return Promise.all(anchors.map((anchor) => this.#check(anchor, look)));
  }

  async #check(anchor: MemoryAnchor, look: (file: string) => Promise<CodeNow>): Promise<CheckedAnchor> {
    const now = await look(anchor.path);
    if (now === 'unread') return { ...anchor, state: 'unread', lines: null };
    if (now !== 'gone') {
      const place = placeIn(now, anchor.symbol);
      if (place !== undefined) {
        const state = hashOf(place) === anchor.hash ? 'holds' : 'changed';
        return { ...anchor, state, lines: linesOf(place) };
      }
    }
    const found = (now === 'gone' ? undefined : inFile(now, anchor)) ?? (await this.#elsewhere(anchor, look));
    if (found === undefined) return { ...anchor, state: 'gone', lines: null };
    const symbol = found.symbol?.symbol ?? null;
    return { path: found.file.path, symbol, hash: anchor.hash, state: 'moved', lines: linesOf(found) };
  }

  async #elsewhere(anchor: MemoryAnchor, look: (file: string) => Promise<CodeNow>): Promise<Place | undefined> {
    const found: Place[] = [];
    let looked = 0;
    for (const path of this.#whereabouts.whereIs(anchor.hash)) {
      if (path === anchor.path) continue;
      if (++looked > MOST_PLACES) break;
      const file = await look(path);
      if (typeof file === 'string') continue;
      const place = anchor.symbol === null ? { file, symbol: undefined } : inFile(file, anchor);
      if (place !== undefined && hashOf(place) === anchor.hash) found.push(place);
    }
    const called = found.filter(({ symbol }) => symbol?.symbol === (anchor.symbol ?? undefined));
    const named = found.filter(({ file }) => fileName(file.path) === fileName(anchor.path));
    return only(called) ?? only(called.filter((one) => named.includes(one))) ?? only(found);
  }
}

/** Where the code of an anchor is in a file: under its own name, else under another where that is the only one. */
function inFile(file: FileAnchors, { symbol, hash }: MemoryAnchor): Place | undefined {
  if (symbol === null) return undefined;
  const alike = file.symbols.filter((one) => one.hash === hash);
  const last = nameOf(symbol);
  const found =
    alike.find((one) => one.symbol === symbol) ??
    only(alike.filter(({ name }) => name === last)) ??
    only(alike.filter(({ size }) => size >= LEAST_SIZE));
  return found && { file, symbol: found };
}

function placeIn(file: FileAnchors, symbol: string | null): Place | undefined {
  if (symbol === null) return { file, symbol: undefined };
  const found = file.symbol(symbol);
  return found && { file, symbol: found };
}

const hashOf = ({ file, symbol }: Place): string => symbol?.hash ?? file.treeHash;
const linesOf = ({ file, symbol }: Place): [number, number] => symbol?.lines ?? [1, Math.max(1, file.lines)];
const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** The last part of `A.m`. */
const nameOf = (symbol: string): string => symbol.slice(symbol.lastIndexOf('.') + 1);
const only = <T>(items: readonly T[]): T | undefined => (items.length === 1 ? items[0] : undefined);
