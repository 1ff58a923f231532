/** A text in pieces that can be found and shown: a definition or a few each, without overlap. */

/** Lines of a piece. Within the range it ends where the text itself pauses, best near the aim. */
const LEAST = 20;
const AIM = 40;
const MOST = 60;

export interface Piece {
  /** The first line, from 1. */
  start: number;
  lines: readonly string[];
}

/** @param text with LF. Pieces that are blank are left out. */
export function* piecesOf(text: string): Generator<Piece> {
  const lines = text.split('\n');
  for (let start = 0; start < lines.length; ) {
    const end = endOf(lines, start);
    const piece = lines.slice(start, end);
    if (piece.some((line) => line.trim() !== '')) yield { start: start + 1, lines: piece };
    start = end;
  }
}

/** Index behind the last line of the piece that begins at `start`. */
function endOf(lines: readonly string[], start: number): number {
  if (lines.length - start <= MOST) return lines.length;
  let best = start + MOST;
  let most = Number.NEGATIVE_INFINITY;
  for (let end = start + LEAST; end <= start + MOST; end++) {
    const worth = 20 * pause(lines[end - 1]!, lines[end]!) - Math.abs(end - start - AIM);
    if (worth > most) [best, most] = [end, worth];
  }
  return best;
}

/** How well a text is cut between two lines. */
function pause(before: string, after: string): number {
  const isBlank = before.trim() === '';
  const isOutermost = /^[^\s)\]}]/.test(after);
  return isOutermost ? (isBlank ? 3 : 1) : isBlank ? 2 : 0;
}
