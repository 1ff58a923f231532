/**
 * Finds where in a file lines are that a model has copied, rightly or nearly so. The method and its constants are those of
 * Zed's `streaming_fuzzy_matcher.rs`: exact first, then without regard to space, then a costed alignment of lines. It is
 * stricter in what it holds to be clear: a second place that is nearly as good makes it ambiguous, and blank lines count for
 * nothing.
 */
import { isBlank } from './lines.ts';
import { ALIKE, collapse, countsOf, leastDistance, similarity, squeeze } from './similarity.ts';

const REPLACEMENT_COST = 1;
/** A line of the file that the copy does not have. */
const INSERTION_COST = 3;
/** A line of the copy that the file does not have. */
const DELETION_COST = 10;
const LEAST_MATCHED = 0.8;
/** How far the line may be that somebody said it is on. */
export const HINT_TOLERANCE = 200;
/** Cells of the alignment, about a second's worth: a larger file needs an exact copy. */
const MOST_CELLS = 8_000_000;
/** Letters without space that a copy needs to be found although it is not exact. */
const LEAST_LETTERS = 16;
/** By how much the second best place has to be worse, in lines that are wholly wrong. */
const MARGIN = 0.5;

export interface Match {
  /** Lines [from, to) of the file, from 0. */
  from: number;
  to: number;
  /** For each line of the copy its line of the file; -1: the file does not have it. */
  pairs: number[];
  how: 'exact' | 'space' | 'alike';
}

/** `near`: the place most like it, where none is like enough. */
export type Found = { kind: 'one'; match: Match } | { kind: 'many'; matches: Match[] } | { kind: 'none'; near?: Match };

/** @param query lines of the copy; `file` those of the file; both without line ends. */
export function findLines(query: readonly string[], file: readonly string[]): Found {
  if (query.every(isBlank)) return { kind: 'none' };
  const exact = placesOf(query, file);
  if (exact.length > 0) {
    return found(
      exact.map((from) => ({ from, to: from + query.length, pairs: query.map((_, row) => from + row), how: 'exact' })),
    );
  }
  // Blank lines come and go in copies: the rest is aligned without them.
  const rows = numbersOf(query);
  const columns = numbersOf(file);
  const lines = rows.map((row) => squeeze(query[row]!));
  const others = columns.map((column) => squeeze(file[column]!));
  const spaced = placesOf(lines, others).map((at) =>
    matchOf(
      query,
      file,
      rows,
      columns,
      lines.map((_, row) => at + row),
      'space',
    ),
  );
  if (spaced.length > 0) return found(spaced);
  return alikeLines(query, file, rows, columns);
}

const found = (matches: Match[]): Found =>
  matches.length === 1 ? { kind: 'one', match: matches[0]! } : { kind: 'many', matches };

const numbersOf = (lines: readonly string[]): number[] =>
  lines.flatMap((line, number) => (isBlank(line) ? [] : [number]));

function placesOf(query: readonly string[], file: readonly string[]): number[] {
  const places: number[] = [];
  for (let from = 0; from + query.length <= file.length; from++) {
    if (query.every((line, row) => line === file[from + row])) places.push(from);
  }
  return places;
}

/** @param paired for each line that is not blank the index in `columns` of its line; -1: none. */
function matchOf(
  query: readonly string[],
  file: readonly string[],
  rows: readonly number[],
  columns: readonly number[],
  paired: readonly number[],
  how: Match['how'],
): Match {
  const pairs = query.map(() => -1);
  rows.forEach((row, index) => {
    if (paired[index]! >= 0) pairs[row] = columns[paired[index]!]!;
  });
  // A blank line is the one below the line above it, or above the line below it, where there is one.
  for (let row = 1; row < query.length; row++) {
    const next = pairs[row - 1]! + 1;
    if (isBlank(query[row]!) && next > 0 && next < file.length && isBlank(file[next]!)) pairs[row] = next;
  }
  for (let row = query.length - 2; row >= 0; row--) {
    const before = pairs[row + 1]! - 1;
    if (pairs[row]! < 0 && isBlank(query[row]!) && before >= 0 && isBlank(file[before]!) && !pairs.includes(before)) {
      pairs[row] = before;
    }
  }
  const used = pairs.filter((pair) => pair >= 0);
  return { from: Math.min(...used), to: Math.max(...used) + 1, pairs, how };
}

function alikeLines(
  query: readonly string[],
  file: readonly string[],
  rows: readonly number[],
  columns: readonly number[],
): Found {
  const height = rows.length;
  const width = columns.length;
  if (width === 0 || height * width > MOST_CELLS) return { kind: 'none' };
  const likeness = likenessOf(
    rows.map((row) => collapse(query[row]!)),
    columns.map((column) => collapse(file[column]!)),
  );
  const costs = new Int32Array((height + 1) * (width + 1));
  const at = (row: number, column: number): number => row * (width + 1) + column;
  for (let row = 1; row <= height; row++) {
    costs[at(row, 0)] = row * DELETION_COST;
    for (let column = 1; column <= width; column++) {
      const like = likeness(row - 1, column - 1);
      const step = like === 1 ? 0 : like > 0 ? REPLACEMENT_COST : DELETION_COST + INSERTION_COST;
      costs[at(row, column)] = Math.min(
        costs[at(row - 1, column - 1)]! + step,
        costs[at(row - 1, column)]! + DELETION_COST,
        costs[at(row, column - 1)]! + INSERTION_COST,
      );
    }
  }

  const traced = (end: number): Scored => {
    const paired = rows.map(() => -1);
    let wrong = 0;
    let row = height;
    let column = end;
    while (row > 0 && column > 0) {
      const like = likeness(row - 1, column - 1);
      const cost = costs[at(row, column)]!;
      const step = like === 1 ? 0 : REPLACEMENT_COST;
      if (like > 0 && cost === costs[at(row - 1, column - 1)]! + step) {
        paired[--row] = --column;
        wrong += 1 - like;
      } else if (cost === costs[at(row - 1, column)]! + DELETION_COST) {
        row--;
        wrong += 1;
      } else if (cost === costs[at(row, column - 1)]! + INSERTION_COST) {
        column--;
        wrong += INSERTION_COST / DELETION_COST;
      } else {
        row--;
        column--;
        wrong += 1 + INSERTION_COST / DELETION_COST;
      }
    }
    return { paired, wrong: wrong + row, span: end - column, matched: paired.filter((pair) => pair >= 0).length };
  };

  // Costs of all ends, the best first; of those that share lines only the best counts.
  const ends = Array.from({ length: width }, (_, index) => index + 1)
    .filter((end) => costs[at(height, end)]! <= height * DELETION_COST)
    .sort((a, b) => costs[at(height, a)]! - costs[at(height, b)]!)
    .slice(0, 64)
    .map(traced)
    .filter(({ matched }) => matched > 0)
    .sort((a, b) => a.wrong - b.wrong);
  const kept: Scored[] = [];
  for (const end of ends) if (!kept.some((other) => shares(other, end))) kept.push(end);
  const match = ({ paired }: Scored): Match => matchOf(query, file, rows, columns, paired, 'alike');
  const good = kept.filter(({ matched, span }) => matched / Math.max(span, height) >= LEAST_MATCHED);
  const best = good[0];
  const letters = (best?.paired ?? []).reduce(
    (sum, pair, row) => sum + (pair >= 0 && likeness(row, pair) === 1 ? squeeze(query[rows[row]!]!).length : 0),
    0,
  );
  const enough = letters >= LEAST_LETTERS || (height === 1 && isLikeAlone(collapse(query[rows[0]!]!), best, likeness));
  if (best === undefined || !enough) {
    const near = kept[0];
    return near !== undefined && near.matched / height >= 0.6 ? { kind: 'none', near: match(near) } : { kind: 'none' };
  }
  return found(good.filter(({ wrong }) => wrong < best.wrong + MARGIN).map(match));
}

interface Scored {
  /** For each row its column; -1: none. */
  paired: number[];
  /** Lines that are wholly wrong count 1. */
  wrong: number;
  span: number;
  matched: number;
}

const shares = (a: Scored, b: Scored): boolean => b.paired.some((pair) => pair >= 0 && a.paired.includes(pair));

/** One line on its own has nothing around it that says it is the right one. */
const isLikeAlone = (
  line: string,
  best: Scored | undefined,
  likeness: (row: number, column: number) => number,
): boolean => line.length >= 24 && best !== undefined && likeness(0, best.paired[0]!) >= 0.9;

/** 1 for lines that are the same but for space, at least {@link ALIKE} for those that are alike, else 0. */
function likenessOf(rows: readonly string[], columns: readonly string[]): (row: number, column: number) => number {
  const bare = columns.map(squeeze);
  const bareRows = rows.map(squeeze);
  const counts = columns.map(countsOf);
  const rowCounts = rows.map(countsOf);
  const known = new Float64Array(rows.length * columns.length).fill(-1);
  return (row, column) => {
    const cell = row * columns.length + column;
    if (known[cell]! < 0) known[cell] = likeness(row, column);
    return known[cell]!;
  };

  function likeness(row: number, column: number): number {
    if (bareRows[row] === bare[column]) return 1;
    const a = rows[row]!;
    const b = columns[column]!;
    const longer = Math.max(a.length, b.length);
    if (Math.min(a.length, b.length) < ALIKE * longer) return 0;
    if (leastDistance(rowCounts[row]!, counts[column]!) > longer * (1 - ALIKE) + 1e-9) return 0;
    // Below 1: they are not the same.
    return Math.min(similarity(a, b, ALIKE), 0.99);
  }
}
