/** From what the sources found to what a prompt shows: nothing twice, each source within its share, what changes least first. */
import { type Piece, SOURCES, type Source } from './piece.ts';

/**
 * Parts of the room. What a source leaves over goes to those behind it, never to one before it: a piece that comes or goes
 * moves nothing that stands before it, so that what was computed of that holds.
 */
export const SHARES: Readonly<Record<Source, number>> = {
  outlines: 0.25,
  visited: 0.1,
  similar: 0.25,
  definitions: 0.25,
  edits: 0.15,
};

/** A piece of which so much is shown already says nothing new. */
const MOST_KNOWN = 0.7;
/** Of the mark, the path and the line break that a piece has beside its text. */
const FRAME = 4;

/**
 * @param found each source's in its own order, its best last.
 * @param shown texts that the prompt has anyway: what is near the cursor, other files. LF.
 * @param units UTF-16 units that there is room for.
 * @returns what is shown, in the order of the prompt.
 */
export function assemble(
  found: readonly Piece[],
  shown: readonly string[],
  units: number,
  shares: Readonly<Partial<Record<Source, number>>> = SHARES,
): Piece[] {
  const known = new Set(shown.flatMap(linesOf));
  const chosen: Piece[] = [];
  let room = 0;
  for (const source of SOURCES) {
    room += units * (shares[source] ?? 0);
    const fitting: Piece[] = [];
    for (const piece of found.filter((one) => one.source === source).reverse()) {
      const size = sizeOf(piece);
      // The mark of a line in a diff is no part of it.
      const lines = linesOf(source === 'edits' ? piece.text.replace(/^[+-]/gm, '') : piece.text);
      const old = lines.filter((line) => known.has(line)).length;
      if (size > room || lines.length === 0 || old > MOST_KNOWN * lines.length) continue;
      room -= size;
      fitting.unshift(piece);
      for (const line of lines) known.add(line);
    }
    chosen.push(...fitting);
  }
  return chosen;
}

export const sizeOf = ({ path, text }: Piece): number => path.length + text.length + FRAME;

/** Lines that say something, without the space around them. */
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
