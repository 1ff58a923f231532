/**
 * What the prompts of a file show of other places, as long as it stays so. What stands in a prompt before the cursor's text
 * must not change with the keys; it changes when the cursor has come to rest, and then no more than it has to.
 */
import { LRUCache } from 'lru-cache';
import { assemble } from './assemble.ts';
import { type Piece, type Source, STEADY } from './piece.ts';

/** What a source finds for a place. */
export type Find = (signal: AbortSignal) => Piece[] | Promise<Piece[]>;

/** The cursor has gone elsewhere when it is so many lines away. */
const NEAR = 12;
/** Files whose pieces are kept. */
const FILES = 50;

interface Kept {
  line: number;
  /** As they were found, before they were fitted to the room. */
  found: Piece[];
  pieces: readonly Piece[];
}

export interface Resting {
  /** Names the document. */
  key: string;
  /** Of the cursor, from 0. */
  line: number;
  /** Texts that the prompt has anyway, LF. */
  shown: readonly string[];
  /** UTF-16 units that there is room for. */
  units: number;
  /** Milliseconds that a source has: one that is late is left out. */
  deadlineMs: number;
}

export class KeptContext {
  readonly #kept = new LRUCache<string, Kept>({ max: FILES });
  /** Raised when something is forgotten: what was asked before may be of it. */
  #era = 0;

  /** What the next prompt in a document shows, at once. */
  of(key: string): readonly Piece[] {
    return this.#kept.get(key)?.pieces ?? [];
  }

  /**
   * The cursor has come to rest: asks the sources, those of {@link STEADY} only where the cursor went elsewhere.
   * @returns whether the next prompt is another.
   */
  async rest(
    { key, line, shown, units, deadlineMs }: Resting,
    sources: Readonly<Record<Source, Find>>,
  ): Promise<boolean> {
    const era = this.#era;
    const before = this.#kept.get(key);
    const stays = before !== undefined && Math.abs(before.line - line) < NEAR;
    const asked = Object.entries(sources).filter(([source]) => !(stays && STEADY.has(source as Source)));
    const answers = await Promise.all(asked.map(([, find]) => inTime(find, deadlineMs)));
    if (era !== this.#era) return false;
    const steady = stays ? before.found.filter(({ source }) => STEADY.has(source)) : [];
    const found = [...steady, ...answers.flat()];
    const pieces = assemble(found, shown, units);
    // What says the same, or less, is not worth reading all behind it again.
    if (stays && pieces.every((piece) => before.pieces.some((one) => isSame(one, piece)))) return false;
    this.#kept.set(key, { line: stays ? before.line : line, found, pieces });
    return before === undefined ? pieces.length > 0 : !isSameList(before.pieces, pieces);
  }

  /** What was shown must not be shown again: absent, of any document. */
  forget(key?: string): void {
    this.#era++;
    if (key === undefined) this.#kept.clear();
    else this.#kept.delete(key);
  }
}

/** What a source finds; nothing where it fails or is late. */
async function inTime(find: Find, deadlineMs: number): Promise<Piece[]> {
  const late = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Piece[]>();
  const timer = setTimeout(() => {
    resolve([]);
    late.abort();
  }, deadlineMs);
  try {
    return await Promise.race([(async () => find(late.signal))().catch(() => []), promise]);
  } finally {
    clearTimeout(timer);
  }
}

const isSame = (a: Piece, b: Piece): boolean => a.source === b.source && a.path === b.path && a.text === b.text;
const isSameList = (a: readonly Piece[], b: readonly Piece[]): boolean =>
  a.length === b.length && a.every((piece, index) => isSame(piece, b[index]!));
