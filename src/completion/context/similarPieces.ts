/**
 * Code of the project that is like what is near the cursor, found by the words in it: the engine's search of the workspace
 * gives whole definitions, of which the lines most alike are kept (windows by the likeness of their names, as GitHub Copilot
 * and arXiv 2408.05026 do).
 */
import { namesOf, startOfLines } from './names.ts';
import type { Piece } from './piece.ts';

export interface FoundCode {
  path: string;
  /** LF. */
  text: string;
}

/** Lines before and after the cursor that are looked for. */
const BEFORE = 12;
const AFTER = 4;
/** Lines of a window, and how far the next one is. */
const WINDOW = 16;
const STEP = 4;
/** What is less alike says nothing of this place: the share of the names of two windows that are in both. */
const LEAST_ALIKE = 0.15;
/** Fewer names say too little to look for. */
const LEAST_NAMES = 3;

/** What is asked for at a place, in words; undefined where that says too little. */
export function questionAt(prefix: string, suffix: string): string | undefined {
  const names = [...new Set(nearNames(prefix, suffix))];
  return names.length < LEAST_NAMES ? undefined : names.slice(-24).join(' ');
}

/**
 * @param found what the search gave, the best first; not of the place itself.
 * @returns at most `most` windows, the most alike last.
 */
export function similarPieces(
  { prefix, suffix }: { prefix: string; suffix: string },
  found: readonly FoundCode[],
  most: number,
): Piece[] {
  const near = new Set(nearNames(prefix, suffix));
  return found
    .map(({ path, text }) => ({ path, ...bestWindow(text, near) }))
    .filter(({ alike }) => alike >= LEAST_ALIKE)
    .sort((a, b) => b.alike - a.alike)
    .slice(0, most)
    .reverse()
    .map(({ path, text }): Piece => ({ source: 'similar', path, text }));
}

function bestWindow(text: string, near: ReadonlySet<string>): { text: string; alike: number } {
  const lines = text.trimEnd().split('\n');
  let best = { text: '', alike: -1 };
  for (let from = 0; from === 0 || from + WINDOW - STEP < lines.length; from += STEP) {
    const window = lines.slice(from, from + WINDOW).join('\n');
    const alike = likeness(near, new Set(namesOf(window)));
    if (alike > best.alike) best = { text: `${window}\n`, alike };
  }
  return best;
}

/** Jaccard. */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const name of b) if (a.has(name)) common++;
  return common === 0 ? 0 : common / (a.size + b.size - common);
}

function nearNames(prefix: string, suffix: string): string[] {
  const after = suffix.split('\n', AFTER + 1).join('\n');
  return namesOf(prefix.slice(startOfLines(prefix, BEFORE)) + after);
}
