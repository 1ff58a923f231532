/** Cuts pieces out of a file, to be typed again: some lines, or the rest of one. */
import type { Random } from './random.ts';

/** A part of a text, in UTF-16 code units. */
export interface Piece {
  start: number;
  end: number;
}

/** Most lines of a piece. */
const MOST_LINES = 6;
/** Share of the pieces that begin inside a line. */
const REST_OF_LINE = 0.35;
/** Share of a file that is cut out at most: what is left has to look like one. */
const MOST_CUT = 0.4;

/**
 * Pieces of about `budget` units in all, at least one where the text has two lines, in the order of the text. They do
 * not touch. A piece of whole lines begins at the end of the line above, as one does when one presses Enter there.
 */
export function cutPieces(text: string, budget: number, random: Random): Piece[] {
  const lines = linesOf(text);
  const starts = random.shuffled(lines.map((_, row) => row).filter((row) => row > 0 && isFilled(text, lines[row]!)));
  const taken = new Set<number>();
  const pieces: Piece[] = [];
  let left = Math.min(budget, text.length * MOST_CUT);
  for (const row of starts) {
    if (pieces.length > 0 && left <= 0) break;
    let last = row;
    const wanted = random.integer(1, MOST_LINES);
    while (last + 1 < lines.length && last - row + 1 < wanted && lines[last + 1]!.end - lines[row]!.start < left)
      last++;
    // The lines around it stay, so that no piece begins where another ends.
    const rows = Array.from({ length: last - row + 3 }, (_, index) => row - 1 + index);
    if (rows.some((one) => taken.has(one))) continue;
    for (const one of rows) taken.add(one);
    const inside = last === row && random.chance(REST_OF_LINE) ? insideOf(text, lines[row]!, random) : undefined;
    const piece = { start: inside ?? lines[row - 1]!.end, end: lines[last]!.end };
    left -= piece.end - piece.start;
    pieces.push(piece);
  }
  return pieces.sort((a, b) => a.start - b.start);
}

/** The text without the pieces. */
export function without(text: string, pieces: readonly Piece[]): string {
  let kept = '';
  let from = 0;
  for (const { start, end } of pieces) {
    kept += text.slice(from, start);
    from = end;
  }
  return kept + text.slice(from);
}

/** One or two filled lines of the text with the line end before them; undefined where it has none. */
export function lineToRework(text: string, random: Random): Piece | undefined {
  const lines = linesOf(text);
  const rows = lines.map((_, row) => row).filter((row) => row > 0 && isFilled(text, lines[row]!));
  if (rows.length === 0) return undefined;
  const row = random.choice(rows);
  const last = Math.min(lines.length - 1, row + random.integer(0, 1));
  return { start: lines[row - 1]!.end, end: lines[last]!.end };
}

/** The lines without their ends. */
function linesOf(text: string): Piece[] {
  const lines: Piece[] = [];
  for (const match of text.matchAll(/\r?\n|$/g)) {
    const start = lines.length === 0 ? 0 : text.indexOf('\n', lines.at(-1)!.end) + 1;
    lines.push({ start, end: match.index });
  }
  return lines;
}

const isFilled = (text: string, { start, end }: Piece): boolean => /\w/.test(text.slice(start, end));

/** A place behind a word of the line; undefined where it has only one. */
function insideOf(text: string, { start, end }: Piece, random: Random): number | undefined {
  const places = [...text.slice(start, end).matchAll(/\w(?=\W)/g)].map(({ index }) => start + index + 1);
  return places.length === 0 ? undefined : random.choice(places);
}
