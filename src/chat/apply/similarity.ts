/** How alike two lines are. */

/** From this on two lines are taken to be one, of which a copy is not quite right (Zed). */
export const ALIKE = 0.8;

/** A line without its space, by which copies that were laid out anew are the same. */
export const squeeze = (line: string): string => line.replace(/\s+/g, '');

/** A line with single spaces. */
export const collapse = (line: string): string => line.trim().replace(/\s+/g, ' ');

/**
 * 1 less the edit distance (Levenshtein) over the longer length, of two lines as {@link collapse} gives them; 0 where that
 * is below `least`.
 */
export function similarity(a: string, b: string, least = 0): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  const most = Math.floor(longer * (1 - least) + 1e-9);
  const distance = editDistance(a, b, most);
  return distance > most ? 0 : 1 - distance / longer;
}

/** The edit distance, or something above `most` where it is more than that. */
function editDistance(a: string, b: string, most: number): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a.charCodeAt(row - 1) === b.charCodeAt(column - 1);
      const cost = Math.min(previous[column - 1]! + (same ? 0 : 1), previous[column]! + 1, current[column - 1]! + 1);
      current.push(cost);
      if (cost < best) best = cost;
    }
    if (best > most) return most + 1;
    previous = current;
  }
  return previous[b.length]!;
}
