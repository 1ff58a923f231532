/**
 * Puts a rewrite in the place of what it rewrites, where it says "the rest as it was" here and there: each of its pieces is
 * held to lines that stand once in the old text and once in the new one, and what lies between pieces stays.
 */
import { indentationFit, leadingSpace } from './indentation.ts';
import { isBlank, type LineRange, type Splice } from './lines.ts';
import type { Pieces } from './placeholders.ts';
import { lineWords, type Placed, placed, type Refusal, refused } from './placement.ts';
import { ALIKE, collapse, similarity, squeeze } from './similarity.ts';

/** From this on the nearest line is another version of a new one. */
const VERSION = 0.6;

/**
 * @param old lines that are rewritten; the first of them is line `offset` of the file, from 0.
 * @param pieces of the rewrite; where it is not open, it begins or ends where the old text does.
 */
export function placePieces(
  { pieces, openStart, openEnd }: Pieces,
  old: readonly string[],
  offset = 0,
): Placed | Refusal {
  const block = pieces.flat();
  if (pieces.length === 0) return refused('The block says only that everything stays as it was.');
  const fit = fitOf(block, old, !openStart);
  const splices: Splice[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    const isFirst = index === 0 && !openStart;
    const isLast = index === pieces.length - 1 && !openEnd;
    const lines = trimBlank(piece.map(fit));
    const place = isFirst && isLast ? { from: 0, to: old.length } : placePiece(lines, old, at, { isFirst, isLast });
    if (typeof place === 'string') {
      const range: LineRange = [offset + at + 1, offset + old.length];
      return refused(`${place} (in ${lineWords(range)}): ask for the whole of it.`, [range]);
    }
    splices.push({ from: place.from + offset, to: place.to + offset, lines: withBlanks(piece, lines, old, place) });
    at = place.to;
  }
  return placed(splices);
}

/** A line that says which one it is: more than brackets and a word like `end`. */
export const isStrong = (line: string): boolean =>
  (line.match(/[\p{L}\p{N}_]/gu)?.length ?? 0) >= 4 &&
  !/^\s*(?:else|begin|break;?|pass|return;?|endif|done|esac)\s*[{:]?\s*$/.test(line);

function fitOf(block: readonly string[], old: readonly string[], fromStart: boolean): (line: string) => string {
  const pairs = [...uniquePairs(block, old, 0)].map(([row, line]) => [block[row]!, old[line]!] as const);
  const first = block.find((line) => !isBlank(line));
  if (fromStart && first !== undefined && old[0] !== undefined) pairs.unshift([first, old[0]]);
  return indentationFit(pairs, block, old);
}

/** Strong lines that stand once in both texts: index in `lines` to index in `old`. */
function uniquePairs(lines: readonly string[], old: readonly string[], from: number): Map<number, number> {
  const places = (texts: readonly string[], start: number): Map<string, number> => {
    const found = new Map<string, number>();
    for (let index = start; index < texts.length; index++) {
      if (!isStrong(texts[index]!)) continue;
      const key = squeeze(texts[index]!);
      found.set(key, found.has(key) ? -1 : index);
    }
    return found;
  };
  const inOld = places(old, from);
  const pairs = new Map<number, number>();
  for (const [key, index] of places(lines, 0)) {
    const line = inOld.get(key);
    if (index >= 0 && line !== undefined && line >= 0) pairs.set(index, line);
  }
  return pairs;
}

/** Lines [from, to) of `old` that a piece takes the place of, at `at` or later; or why that is not clear. */
function placePiece(
  lines: readonly string[],
  old: readonly string[],
  at: number,
  { isFirst, isLast }: { isFirst: boolean; isLast: boolean },
): { from: number; to: number } | string {
  const pairs = uniquePairs(lines, old, at);
  if (isFirst) pairs.set(0, 0);
  const rows = [...pairs.keys()].sort((a, b) => a - b);
  if (rows.some((row, index) => index > 0 && pairs.get(row)! <= pairs.get(rows[index - 1]!)!)) {
    return 'The block has lines in another order than the file, and leaves some out';
  }
  if (rows.length === 0) {
    return isLast
      ? beforeEnd(lines, old, at)
      : 'The block leaves lines out, and it is not clear where what it has belongs';
  }
  const head = upward(lines, old, rows[0]!, pairs.get(rows[0]!)!, at);
  const tail = downward(lines, old, rows.at(-1)!, pairs.get(rows.at(-1)!)!);
  const unclear = 'The block leaves lines out next to lines that are new, and it is not clear what they replace';
  if (head.row > 0) {
    const run = lines.slice(0, head.row);
    if (!isWhole(run) || isVersionOf(run, old.slice(at, head.line))) return unclear;
  }
  const from = head.line;
  if (isLast) return { from, to: old.length };
  const run = lines.slice(tail.row + 1);
  if (run.every(isBlank)) return { from, to: tail.line + 1 };
  const closer = closerBelow(run, old, tail.line);
  if (closer !== undefined) return { from, to: closer + 1 };
  if (!isWhole(run) || isVersionOf(run, old.slice(tail.line + 1))) return unclear;
  return { from, to: tail.line + 1 };
}

/** The pair that is reached from one by going up as long as lines are the same, or versions of each other. */
function upward(lines: readonly string[], old: readonly string[], row: number, line: number, least: number) {
  for (;;) {
    let above = row - 1;
    let before = line - 1;
    while (above >= 0 && isBlank(lines[above]!)) above--;
    while (before >= least && isBlank(old[before]!)) before--;
    if (above < 0 || before < least || !isVersion(lines[above]!, old[before]!))
      return { row: above < 0 ? 0 : row, line };
    [row, line] = [above, before];
  }
}

function downward(lines: readonly string[], old: readonly string[], row: number, line: number) {
  for (;;) {
    let below = row + 1;
    let after = line + 1;
    while (below < lines.length && isBlank(lines[below]!)) below++;
    while (after < old.length && isBlank(old[after]!)) after++;
    if (below >= lines.length || after >= old.length || !isVersion(lines[below]!, old[after]!)) return { row, line };
    [row, line] = [below, after];
  }
}

/** The same line, or another version of it. */
export const isVersion = (a: string, b: string): boolean =>
  leadingSpace(a) === leadingSpace(b) &&
  (squeeze(a) === squeeze(b) || (isStrong(a) && isStrong(b) && similarity(collapse(a), collapse(b), VERSION) > 0));

/** What a line declares or does, by its first words; a call with a text, and the value of a key, are that of the text. */
function subjectOf(line: string): string | undefined {
  const text = collapse(line);
  const named = textOf(line);
  if (named !== undefined) return `${/^[\w$.]*/.exec(text)![0]} ${named}`;
  const found =
    /^(?:export |public |private |protected |static |async |final |pub )*(?:(?:const|let|var|def|func|fun|fn|function|class|type|interface|enum|struct) )?[\w$.@]+/.exec(
      text,
    );
  return found?.[0].replace(/^(?:export |public |private |protected |static |async |final |pub )+/, '');
}

/** `adds` of `it('adds', () => {` and of `"adds": 1`. */
const textOf = (line: string): string | undefined => /^\s*(?:[\w$.]+\()?(["'`])(.+?)\1\s*[:,)]/.exec(line)?.[2];

/** Lines that do not differ much, and where they are of something that is named, not in its name. */
function isLikely(line: string, other: string): boolean {
  const names = [textOf(line), textOf(other)];
  if (names[0] !== undefined && names[1] !== undefined && similarity(names[0], names[1], VERSION) === 0) return false;
  // What opens a block of its own has to be more alike than lines within one: `get(key) {` is not `remove(key) {`.
  const isNamed = [line, other].every((each) => /^\s*[\w$. ]+\(.*[{:]\s*$/.test(each));
  return similarity(collapse(line), collapse(other), isNamed ? ALIKE : VERSION) > 0;
}

/** One of new lines may be another version of one of the old lines that would stay. */
function isVersionOf(run: readonly string[], stays: readonly string[]): boolean {
  const least = Math.min(...run.filter((line) => !isBlank(line)).map((line) => leadingSpace(line).length));
  return run.some((line) => {
    if (!isStrong(line) || leadingSpace(line).length > least) return false;
    return stays.some(
      (other) =>
        isStrong(other) &&
        leadingSpace(other) === leadingSpace(line) &&
        ((subjectOf(line) !== undefined && subjectOf(other) === subjectOf(line)) || isLikely(line, other)),
    );
  });
}

/** Lines that can be put between others: their brackets are closed, and none is less deep than the first. */
function isWhole(run: readonly string[]): boolean {
  const lines = run.filter((line) => !isBlank(line));
  const depth = leadingSpace(lines[0] ?? '').length;
  if (lines.some((line) => leadingSpace(line).length < depth) || /^\s*[)\]}]/.test(lines[0] ?? '')) return false;
  const { open, least } = bracketsOf(lines);
  return open === 0 && least === 0;
}

/** How many brackets lines open that they do not close, and the least that are open anywhere in them. */
export function bracketsOf(lines: readonly string[]): { open: number; least: number } {
  let open = 0;
  let least = 0;
  const code = lines.join('\n').replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, '');
  for (const [bracket] of code.matchAll(/[()[\]{}]/g)) {
    open += '([{'.includes(bracket) ? 1 : -1;
    least = Math.min(least, open);
  }
  return { open, least };
}

/**
 * A run that ends with what closes the block that the line above it opens, or is the last one of: the line of `old` that
 * closes it there.
 */
function closerBelow(run: readonly string[], old: readonly string[], line: number): number | undefined {
  const last = run.findLast((each) => !isBlank(each))!;
  const depth = leadingSpace(last).length;
  const above = leadingSpace(old[line]!).length;
  if (isStrong(last) || above < depth) return undefined;
  const isInside = (each: string): boolean => isBlank(each) || leadingSpace(each).length > depth;
  if (!run.slice(0, run.lastIndexOf(last)).every(isInside)) return undefined;
  const end = old.findIndex((each, index) => index > line && !isInside(each));
  if (end < 0 || squeeze(old[end]!) !== squeeze(last)) return undefined;
  return above === depth || old.slice(line + 1, end).every(isBlank) ? end : undefined;
}

/** A last piece with nothing but new lines and what closes the old text: the new lines come before that. */
function beforeEnd(
  lines: readonly string[],
  old: readonly string[],
  at: number,
): { from: number; to: number } | string {
  const unclear = 'The block leaves lines out before its end, and it is not clear where what follows belongs';
  for (let count = 0; count <= lines.length && count <= old.length - at; count++) {
    const run = lines.slice(0, lines.length - count);
    const closes = lines
      .slice(lines.length - count)
      .every((line, index) => line.trimEnd() === old[old.length - count + index]!.trimEnd());
    if (!closes) return unclear;
    if (count === 0 && squeeze(lines.at(-1)!) === squeeze(old.at(-1)!)) continue;
    if (!isWhole(run)) continue;
    if (run.every(isBlank)) return { from: old.length - count, to: old.length };
    return isVersionOf(run, old.slice(at, old.length - count)) ? unclear : { from: old.length - count, to: old.length };
  }
  return unclear;
}

/** Blank lines that set new lines off from those that stay. */
function withBlanks(
  piece: readonly string[],
  lines: readonly string[],
  old: readonly string[],
  { from, to }: { from: number; to: number },
): string[] {
  const differs = (line: string | undefined, other: string | undefined): boolean =>
    line !== undefined && other !== undefined && squeeze(line) !== squeeze(other);
  const above = isBlank(piece[0]!) && from > 0 && !isBlank(old[from - 1]!) && differs(lines[0], old[from]);
  const below = isBlank(piece.at(-1)!) && to < old.length && !isBlank(old[to]!) && differs(lines.at(-1), old[to - 1]);
  return [...(above ? [''] : []), ...lines, ...(below ? [''] : [])];
}

function trimBlank(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => !isBlank(line));
  const last = lines.findLastIndex((line) => !isBlank(line));
  return lines.slice(Math.max(first, 0), last + 1);
}
