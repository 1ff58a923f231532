/** Where the cursor rested before: what a person looked up while writing what is written now. */
import { dedented } from './outlineText.ts';
import type { Piece } from './piece.ts';

export interface Visit {
  path: string;
  /** From 0. */
  line: number;
}

const KEPT = 8;
/** Nearer ones are one place, in lines. */
const NEAR = 20;
/** Lines that are shown above and below. */
const AROUND = 8;

export class RecentlyVisited {
  /** The oldest first. */
  #visits: Visit[] = [];

  /** The cursor rests there. */
  rest(visit: Visit): void {
    this.#visits = [...this.#visits.filter((one) => !isNear(one, visit)), visit].slice(-KEPT);
  }

  forget(path: string): void {
    this.#visits = this.#visits.filter((one) => one.path !== path);
  }

  /** Places in other files than that of the cursor, the oldest first. */
  besides(path: string): Visit[] {
    return this.#visits.filter((one) => one.path !== path);
  }
}

/** @param textOf a file as it is now, LF; undefined where it is not open, or private. @returns the latest last. */
export function visitPieces(visits: readonly Visit[], textOf: (path: string) => string | undefined): Piece[] {
  return visits.flatMap(({ path, line }): Piece[] => {
    const lines = textOf(path)?.split('\n');
    if (lines === undefined) return [];
    const text = lines.slice(Math.max(0, line - AROUND), line + AROUND + 1).join('\n');
    return [{ source: 'visited', path, text: `${dedented(text).trimEnd()}\n` }];
  });
}

const isNear = (a: Visit, b: Visit): boolean => a.path === b.path && Math.abs(a.line - b.line) < NEAR;
