/** How far two texts are from each other. */

/** True when at most `limit` single-character edits turn `a` into `b` (Levenshtein, only the diagonal band of `limit`). */
export function distanceWithin(a: string, b: string, limit: number): boolean {
  if (Math.abs(a.length - b.length) > limit) return false;
  const far = limit + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => Math.min(j, far));
  for (let i = 1; i <= a.length; i++) {
    const next = new Array<number>(b.length + 1).fill(far);
    if (i <= limit) next[0] = i;
    let least = next[0]!;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(swap, row[j]! + 1, next[j - 1]! + 1, far);
      least = Math.min(least, next[j]!);
    }
    if (least > limit) return false;
    row = next;
  }
  return row[b.length]! <= limit;
}
