/** Places a block without notation and without placeholders: as the whole file, or as a region whose ends are found. */
import type { CodeSymbol } from '../../syntax/outline.ts';
import { changedRuns, isBlank, type LineRange } from './lines.ts';
import { lineWords, type Placed, placed, type Refusal, refused } from './placement.ts';
import { isStrong, placePieces } from './rewrite.ts';
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
  return placed([{ from: 0, to: file.length, lines: code }]);
}

const removed = (before: readonly string[], after: readonly string[]): number =>
  changedRuns(before.map(squeeze), after.map(squeeze)).reduce((sum, { from, to }) => sum + to - from, 0);

const isLike = (a: string, b: string): boolean =>
  squeeze(a) === squeeze(b) || similarity(collapse(a), collapse(b), 0.5) > 0;

/** The block as a new version of lines that begin and end like it. */
export function placeRegion(code: readonly string[], file: readonly string[]): Placed | Refusal {
  const result = placePieces({ pieces: [[...code]], openStart: true, openEnd: true }, file);
  const notFound =
    'It is not clear where in the file the block belongs: name the function that it changes, or insert it at the cursor.';
  if (result.kind === 'refused') return refused(notFound, []);
  const [splice] = result.splices;
  const region = file.slice(splice!.from, splice!.to).filter(isStrong);
  const range: LineRange = [splice!.from + 1, splice!.to];
  if (region.length - removed(region, code.filter(isStrong)) < LEAST_OF_REGION * region.length) {
    return refused(`${notFound} Its ends are like ${lineWords(range)}, what is between is not.`, [range]);
  }
  return result;
}
