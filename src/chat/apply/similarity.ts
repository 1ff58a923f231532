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

/** Longer parts than this that differ are taken to differ wholly: a line may be a whole file. */
const LONGEST = 2000;

/** The edit distance, or something above `most` where it is more than that. */
function editDistance(first: string, second: string, most: number): number {
  if (Math.abs(first.length - second.length) > most) return most + 1;
  const [a, b] = differingParts(first, second);
  if (a === '' || b === '' || Math.max(a.length, b.length) > LONGEST) return Math.max(a.length, b.length);
  let [previous, current] = ROWS;
  for (let column = 0; column <= b.length; column++) previous[column] = column <= most ? column : FAR;
  // Further from the diagonal than `most` it is more than that.
  for (let row = 1; row <= a.length; row++) {
    const from = Math.max(1, row - most);
    const to = Math.min(b.length, row + most);
    current[from - 1] = from === 1 ? row : FAR;
    let best = current[from - 1]!;
    const sign = a.charCodeAt(row - 1);
    for (let column = from; column <= to; column++) {
      let cost = previous[column - 1]! + (sign === b.charCodeAt(column - 1) ? 0 : 1);
      if (previous[column]! + 1 < cost) cost = previous[column]! + 1;
      if (current[column - 1]! + 1 < cost) cost = current[column - 1]! + 1;
      current[column] = cost;
      if (cost < best) best = cost;
    }
    if (best > most) return most + 1;
    if (to < b.length) current[to + 1] = FAR;
    [previous, current] = [current, previous];
  }
  return previous[b.length]!;
}

const FAR = 1 << 30;
const ROWS: [Int32Array, Int32Array] = [new Int32Array(LONGEST + 1), new Int32Array(LONGEST + 1)];

/** How often a line has each character; some are counted as one. */
export function countsOf(line: string): Uint16Array {
  const counts = new Uint16Array(64);
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    counts[code < 64 ? code & 31 : 32 | (code & 31)]!++;
  }
  return counts;
}

/** At least so far are two lines from each other, by their counts: much sooner known than how far. */
export function leastDistance(a: Uint16Array, b: Uint16Array): number {
  let more = 0;
  let less = 0;
  for (let at = 0; at < 64; at++) {
    const difference = a[at]! - b[at]!;
    if (difference > 0) more += difference;
    else less -= difference;
  }
  return Math.max(more, less);
}

/** Both without what they begin and end with alike. */
function differingParts(a: string, b: string): [string, string] {
  const most = Math.min(a.length, b.length);
  let head = 0;
  while (head < most && a.charCodeAt(head) === b.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < most - head && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail++;
  return [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
}
