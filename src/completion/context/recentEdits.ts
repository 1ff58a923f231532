/** What was changed last, as a model is shown it. */
import type { Piece } from './piece.ts';

export interface Edit {
  path: string;
  /** Whole lines, without line ends: what stood there, and what stands there now. */
  before: readonly string[];
  after: readonly string[];
}

/** Lines of an edit that are shown at most. */
const LINES = 24;

/** @param edits the oldest first. @returns a piece for each, the newest last. */
export function editPieces(edits: readonly Edit[]): Piece[] {
  return edits.map(({ path, before, after }) => {
    const removed = before.slice(0, LINES).map((line) => `-${line}\n`);
    const added = after.slice(0, LINES).map((line) => `+${line}\n`);
    return { source: 'edits', path: `${path}.diff`, text: [...removed, ...added].join('') };
  });
}
