/** Which lines differ between two texts, also where these are long and have little in common. */
import { diffArrays } from 'diff';

/** Lines [from, to) of one text become [newFrom, newTo) of another. */
interface Run {
  from: number;
  to: number;
  newFrom: number;
  newTo: number;
}

/** Lines of both texts from which on not every way between them is tried, and how many changes are then found. */
const MANY = 4000;
const MOST_EDITS = 1000;

/** Equal but for space at their end, which nobody sees. */
const isSame = (a: string, b: string): boolean => a === b || a.trimEnd() === b.trimEnd();

/** Runs of lines that differ. */
export function changedRuns(before: readonly string[], after: readonly string[]): Run[] {
  const runs = shortestRuns(before, after, before.length + after.length > MANY ? MOST_EDITS : undefined);
  if (runs !== undefined) return runs;
  // Long texts that have little in common are cut at lines that stand once in both.
  const found: Run[] = [];
  let [at, newAt] = [0, 0];
  for (const [line, newLine] of [...anchors(before, after), [before.length, after.length] as const]) {
    const [old, now] = [before.slice(at, line), after.slice(newAt, newLine)];
    for (const run of shortestRuns(old, now, MOST_EDITS) ?? [
      { from: 0, to: old.length, newFrom: 0, newTo: now.length },
    ]) {
      found.push({ from: at + run.from, to: at + run.to, newFrom: newAt + run.newFrom, newTo: newAt + run.newTo });
    }
    [at, newAt] = [line + 1, newLine + 1];
  }
  return found;
}

/** Lines that are the same and stand once in each text, in the same order in both: the most that there are. */
function anchors(before: readonly string[], after: readonly string[]): [number, number][] {
  const places = (lines: readonly string[]): Map<string, number> => {
    const found = new Map<string, number>();
    for (const [index, line] of lines.entries()) {
      const text = line.trimEnd();
      found.set(text, found.has(text) ? -1 : index);
    }
    return found;
  };
  const there = places(after);
  const pairs = [...places(before)].flatMap(([text, line]) => {
    const newLine = there.get(text) ?? -1;
    return line < 0 || newLine < 0 ? [] : [[line, newLine] as [number, number]];
  });
  pairs.sort((a, b) => a[0] - b[0]);
  // The longest row of them that rises: for each length the pair that ends one lowest, and for each pair the one before it.
  const ends: number[] = [];
  const earlier: number[] = [];
  for (const [index, [, newLine]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[ends[middle]!]![1] < newLine) low = middle + 1;
      else high = middle;
    }
    earlier.push(ends[low - 1] ?? -1);
    ends[low] = index;
  }
  const row: [number, number][] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = earlier[at]!) row.push(pairs[at]!);
  return row.reverse();
}

/** Runs that change as few lines as can be; undefined where that are more than `most`. */
function shortestRuns(
  before: readonly string[],
  after: readonly string[],
  most: number | undefined,
): Run[] | undefined {
  const changes = diffArrays([...before], [...after], {
    comparator: isSame,
    ...(most !== undefined && { maxEditLength: most }),
  });
  if (changes === undefined) return undefined;
  const runs: Run[] = [];
  let at = 0;
  let newAt = 0;
  for (const { added, removed, count } of changes) {
    if (!added && !removed) {
      at += count;
      newAt += count;
      continue;
    }
    let run = runs.at(-1);
    if (run === undefined || run.to !== at || run.newTo !== newAt) {
      run = { from: at, to: at, newFrom: newAt, newTo: newAt };
      runs.push(run);
    }
    if (removed) run.to = at += count;
    else run.newTo = newAt += count;
  }
  return runs;
}
