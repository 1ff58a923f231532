/**
 * Sequences with what they hold, so that nothing is computed twice: a request starts from the longest prefix that
 * any sequence of its workspace already has. Prefixes are shared, not copied (unified cells, `llama-cpp` seq_cp).
 *
 *   held tokens   a b c d e f          sequence 0, idle
 *   new request   a b c d x            takes sequence 0 when most of it stays useful,
 *                 ^^^^^^^ shared       otherwise an idle sequence that becomes co-owner of a..d
 */
import type { DecodeBackend, SequenceId } from '../backend.ts';

/** A sequence in use by one request. */
export interface Lease {
  readonly sequence: SequenceId;
  /** How many leading tokens of the request were already there. */
  readonly cached: number;
}

interface Held {
  readonly id: SequenceId;
  workspace: string;
  tokens: number[];
  /** Identity of each token's cell; shared cells have the same number. */
  cells: number[];
  leased: boolean;
  lastUse: number;
}

/**
 * An idle sequence is taken over, and loses its tail, when this share of it is used again, or when it holds almost the
 * whole request: then the request goes back to an earlier point of it. Otherwise its tail is another file's.
 */
const TAKE_OVER = { ofHeld: 0.5, ofRequest: 0.9 };

export class SequencePool {
  readonly #backend: DecodeBackend;
  readonly #held: Held[];
  #clock = 0;
  #nextCell = 0;

  /** @param count sequence ids 0..count-1 of the backend are this pool's. */
  constructor(backend: DecodeBackend, count: number) {
    this.#backend = backend;
    this.#held = Array.from({ length: count }, (_, id) => ({
      id,
      workspace: '',
      tokens: [],
      cells: [],
      leased: false,
      lastUse: 0,
    }));
  }

  /**
   * Takes a sequence for `tokens`. At least the last token is left to compute, because its logits are wanted.
   * @returns undefined when every sequence is leased.
   */
  acquire(workspace: string, tokens: readonly number[], reuse: boolean): Lease | undefined {
    let source: Held | undefined;
    let cached = 0;
    if (reuse) {
      for (const held of this.#held) {
        if (held.workspace !== workspace) continue;
        const common = commonLength(held.tokens, tokens, tokens.length - 1);
        if (common > cached || (common === cached && common > 0 && source?.leased && !held.leased)) {
          source = held;
          cached = common;
        }
      }
    }
    const target = this.#target(source, cached, tokens.length);
    if (!target) return undefined;
    if (source && target !== source) {
      this.#clear(target);
      this.#backend.copyRange(source.id, target.id, 0, cached);
      target.tokens = source.tokens.slice(0, cached);
      target.cells = source.cells.slice(0, cached);
    } else if (!this.#truncate(target, cached)) {
      cached = 0;
    }
    target.workspace = workspace;
    target.leased = true;
    target.lastUse = ++this.#clock;
    return { sequence: target.id, cached };
  }

  /** Records tokens that were decoded behind what the lease's sequence holds. */
  commit(lease: Lease, tokens: readonly number[], start: number, end: number): void {
    const held = this.#held[lease.sequence]!;
    for (let i = start; i < end; i++) {
      held.tokens.push(tokens[i]!);
      held.cells.push(this.#nextCell++);
    }
  }

  /** Gives the sequence back; what it holds stays for the next request. */
  release(lease: Lease): void {
    const held = this.#held[lease.sequence]!;
    held.leased = false;
    held.lastUse = ++this.#clock;
  }

  /** Gives the sequence back empty (its owner was preempted under memory pressure, or its decode failed). */
  discard(lease: Lease): void {
    this.#clear(this.#held[lease.sequence]!);
    this.release(lease);
  }

  /** Drops the least recently used idle sequence. False when there is none with tokens. */
  evict(): boolean {
    let oldest: Held | undefined;
    for (const held of this.#held) {
      if (!held.leased && held.tokens.length > 0 && (!oldest || held.lastUse < oldest.lastUse)) oldest = held;
    }
    if (!oldest) return false;
    this.#clear(oldest);
    return true;
  }

  /** Drops everything that a workspace left behind and nobody uses. */
  forget(workspace: string): void {
    for (const held of this.#held) if (held.workspace === workspace && !held.leased) this.#clear(held);
  }

  /** Cells that hold a token, shared ones counted once. */
  get usedCells(): number {
    const cells = new Set<number>();
    for (const held of this.#held) for (const cell of held.cells) cells.add(cell);
    return cells.size;
  }

  #target(source: Held | undefined, cached: number, length: number): Held | undefined {
    const goesOn =
      source && (cached >= source.tokens.length * TAKE_OVER.ofHeld || cached >= length * TAKE_OVER.ofRequest);
    if (goesOn && !source.leased) return source;
    let best: Held | undefined;
    for (const held of this.#held) {
      if (held.leased || held === source) continue;
      if (!best || held.lastUse < best.lastUse) best = held;
    }
    return best ?? (source && !source.leased ? source : undefined);
  }

  /** Keeps the first `length` tokens. False where the model cannot drop a suffix: the sequence is empty then. */
  #truncate(held: Held, length: number): boolean {
    if (held.tokens.length === length) return true;
    if (length > 0 && this.#backend.removeRange(held.id, length, -1)) {
      held.tokens.length = length;
      held.cells.length = length;
      return true;
    }
    this.#clear(held);
    return false;
  }

  #clear(held: Held): void {
    if (held.tokens.length > 0) this.#backend.removeRange(held.id, 0, -1);
    held.tokens = [];
    held.cells = [];
    held.workspace = '';
  }
}

function commonLength(a: readonly number[], b: readonly number[], limit: number): number {
  const end = Math.min(a.length, b.length, limit);
  let i = 0;
  while (i < end && a[i] === b[i]) i++;
  return i;
}
