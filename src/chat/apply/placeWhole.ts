/** Places a block without notation and without placeholders: as the whole file, or as a region whose ends are found. */
import type { CodeSymbol } from '../../syntax/outline.ts';
import { changedRuns } from './changedRuns.ts';
import { leadingSpace } from './indentation.ts';
import { isBlank, type LineRange } from './lines.ts';
import type { Pieces } from './placeholders.ts';
import { lineWords, NOT_FOUND, type Placed, placed, type Refusal, refused } from './placement.ts';
import { bracketsOf, isStrong, isVersion, placePieces } from './rewrite.ts';
import { collapse, similarity, squeeze } from './similarity.ts';

/** Of the lines of a file, how many a block has to have to be it without a question. */
const MOST_OF_IT = 0.7;
/** Of the lines of a region, how many a block has to have to be a version of it. */
const LEAST_OF_REGION = 0.5;

/**
 * The block as the whole file; undefined where it is not plausible: it has to begin and end as the file does, and to have
 * most of its lines, or all that it declares.
 * @param declared symbols of the file and of the block, if its language has a grammar.
 */
export function placeWhole(
  code: readonly string[],
  file: readonly string[],
  declared: { file: readonly CodeSymbol[]; block: readonly CodeSymbol[] } | undefined,
): Placed | undefined {
  if (file.every(isBlank)) return placed([{ from: 0, to: file.length, lines: code }]);
  const lines = file.filter((line) => !isBlank(line));
  const text = code.filter((line) => !isBlank(line));
  if (!isLike(lines[0]!, text[0]!) || !isLike(lines.at(-1)!, text.at(-1)!)) return undefined;
  const kept = lines.length - removed(lines, text);
  const names = (symbols: readonly CodeSymbol[]): string[] =>
    symbols.filter(({ kind, container }) => container.length === 0 && kind !== 'import').map(({ name }) => name);
  const has = new Set(names(declared?.block ?? []));
  const all = names(declared?.file ?? []);
  // A block with one function of a file with one is that function, unless the file has nothing else to say.
  const declares = all.length > 1 && all.every((name) => has.has(name));
  if (kept / lines.length < MOST_OF_IT && !declares) return undefined;
  return placed([{ from: 0, to: file.length, lines: code }], leftOut(declared?.file ?? [], declared?.block ?? []));
}

/** What a version of a file has no more, in words; as much that is new may be what that is called now. */
function leftOut(file: readonly CodeSymbol[], block: readonly CodeSymbol[]): string[] {
  const names = (symbols: readonly CodeSymbol[]): Set<string> =>
    new Set(
      symbols.filter(({ kind }) => kind !== 'import').map(({ name, container }) => [...container, name].join('.')),
    );
  const [before, after] = [names(file), names(block)];
  const missing = [...before].filter((name) => !after.has(name));
  if (missing.length <= [...after].filter((name) => !before.has(name)).length) return [];
  return [`The block leaves out ${missing.slice(0, 5).join(', ')}, which would be removed.`];
}

const removed = (before: readonly string[], after: readonly string[]): number =>
  changedRuns(before.map(squeeze), after.map(squeeze)).reduce((sum, { from, to }) => sum + to - from, 0);

const isLike = (a: string, b: string): boolean =>
  squeeze(a) === squeeze(b) || similarity(collapse(a), collapse(b), 0.5) > 0;

/** The block as a new version of lines that begin and end like it. */
export function placeRegion(code: readonly string[], file: readonly string[]): Placed | Refusal {
  const result = placePieces({ pieces: [[...code]], openStart: true, openEnd: true }, file);
  if (result.kind === 'refused') return refused(NOT_FOUND);
  const [splice] = result.splices;
  const region = file.slice(splice!.from, splice!.to).filter(isStrong);
  const range: LineRange = [splice!.from + 1, splice!.to];
  if (region.length - removed(region, code.filter(isStrong)) < LEAST_OF_REGION * region.length) {
    return refused(`${NOT_FOUND} Its ends are like ${lineWords(range)}, what is between is not.`, [range]);
  }
  const old = file.slice(splice!.from, splice!.to);
  if (bracketsOf(old).open !== bracketsOf(splice!.lines).open) {
    return refused(
      `The block opens and closes other brackets than ${lineWords(range)}, which it is like: it may have been cut off.`,
      [range],
    );
  }
  const doubts = changedRuns(old, splice!.lines).flatMap(({ from, to, newFrom, newTo }) => {
    if (newFrom < newTo || !old.slice(from, to).some(isStrong)) return [];
    return [`The block leaves out ${lineWords([splice!.from + from + 1, splice!.from + to])}, which would be removed.`];
  });
  // What it begins or ends with may be another version of what stands there.
  const { head, tail } = newEnds(splice!.lines, old);
  if (isInBlock(tail, file, splice!.to)) return refused(NOT_FOUND, [range]);
  if (isOpen(head.toReversed(), file[splice!.from - 1])) {
    doubts.push(`The file does not have what the block begins with: it would be inserted above line ${range[0]}.`);
  }
  if (isOpen(tail, file[splice!.to])) {
    doubts.push(`The file does not have what the block ends with: it would be inserted below line ${range[1]}.`);
  }
  return placed(result.splices, doubts);
}

/** What a version has above the first line of the old one, and below its last. */
function newEnds(lines: readonly string[], old: readonly string[]): { head: string[]; tail: string[] } {
  const first = lines.findIndex((line) => isVersion(line, old[0]!));
  const last = lines.findLastIndex((line) => isVersion(line, old.at(-1)!));
  return { head: lines.slice(0, Math.max(first, 0)), tail: last < 0 ? [] : lines.slice(last + 1) };
}

/** Lines next to others that they are no part of, or next to `beside`, which they could stand for. */
const isOpen = (lines: readonly string[], beside: string | undefined): boolean =>
  lines.some(isStrong) && (isBlank(lines[0]!) || isStrong(beside ?? ''));

/** Lines that go on a block which the line before `at` begins, and which has lines already. */
function isInBlock(lines: readonly string[], file: readonly string[], at: number): boolean {
  const depth = (line: string | undefined): number => leadingSpace(line ?? '').length;
  const text = (line: string): boolean => !isBlank(line);
  const least = depth(file[at - 1]);
  return depth(lines.find(text)) > least && depth(file.slice(at).find(text)) > least;
}

/**
 * The block with placeholders as a new version of what its first line opens in the file, up to what closes that there;
 * undefined where it does not open anything once, or does not close it.
 */
export function placeOpened(
  { pieces, openStart, openEnd }: Pieces,
  file: readonly string[],
): Placed | Refusal | undefined {
  const [first = ''] = pieces[0] ?? [];
  const last = pieces.at(-1)?.findLast((line) => !isBlank(line)) ?? '';
  const isSame = (a: string, b: string): boolean => squeeze(a) === squeeze(b);
  const starts = file.flatMap((line, at) => (isSame(line, first) ? [at] : []));
  if (openStart || openEnd || starts.length !== 1 || !isStrong(first) || !/^\s*[)\]}<]/.test(last)) return undefined;
  const [from] = starts as [number];
  const depth = (line: string): number => leadingSpace(line).length;
  const end = file.findIndex((line, at) => at > from && !isBlank(line) && depth(line) <= depth(file[from]!));
  if (depth(first) !== depth(last) || end < 0 || !isSame(file[end]!, last)) return undefined;
  return placePieces({ pieces, openStart, openEnd }, file.slice(from, end + 1), from);
}
