/** Reads the notations in which a block says what changes: unified diffs, and search and replace. */
import { diffArrays } from 'diff';
import { linesOf } from './lines.ts';
import { isPlaceholder } from './placeholders.ts';
import { squeeze } from './similarity.ts';

export interface HunkLine {
  op: ' ' | '-' | '+';
  text: string;
}

export interface Hunk {
  lines: HunkLine[];
  /** The file that it is for, as the block names it. */
  path?: string;
  /** Line, from 0, that its header names: models count badly. */
  line?: number;
}

const HEADER = /^@@+(?:\s*-(\d+)(?:,\d+)?\s+\+\d+(?:,\d+)?\s*)?(?:@@.*|\s.*)?$/;
const FILE = /^(?:---|\+\+\+) (?:[ab]\/)?([^\t]+)/;
const NOISE = /^(?:diff --git |index [\da-f]+\.\.|(?:new|deleted) file mode|similarity index|\\ No newline|\*\*\* )/;
/** Codex's header of a file. */
const PATCHED = /^\*\*\* (?:Update|Add|Delete) File: (.+)$/;

/**
 * The hunks of a unified diff; undefined where the block is none. Numbers, counts and missing headers are forgiven.
 * @param file lines of the file that it may be of.
 */
export function readDiff(code: string, language: string, file: readonly string[]): Hunk[] | undefined {
  const lines = linesOf(code).map(({ text }) => text);
  const named = /^(?:diff|patch|udiff)$/i.test(language) || isMarked(lines, file);
  const headed = lines.some((line) => HEADER.test(line)) || lines.some((_, index) => isFileHeader(lines, index));
  const marked = lines.filter((line) => /^[+-]/.test(line)).length;
  if (marked === 0 || (!named && !headed)) return undefined;
  const hunks: Hunk[] = [];
  let path: string | undefined;
  let hunk: Hunk | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    // One of the two lines alone names the file where nothing of it has come yet.
    if (hunk === undefined && FILE.test(line) && HEADER.test(lines[index + 1] ?? '')) {
      path = FILE.exec(line)![1]!.trim();
      continue;
    }
    if (isFileHeader(lines, index)) {
      const [from, to] = [FILE.exec(line)![1]!.trim(), FILE.exec(lines[index + 1]!)![1]!.trim()];
      path = to === '/dev/null' ? from : to;
      hunk = undefined;
      index++;
      continue;
    }
    const patched = PATCHED.exec(line);
    if (patched !== null) [path, hunk] = [patched[1]!.trim(), undefined];
    if (NOISE.test(line)) continue;
    const header = HEADER.exec(line);
    if (header !== null || hunk === undefined) {
      hunk = { lines: [], ...(path !== undefined && { path }) };
      if (header?.[1] !== undefined) hunk.line = Math.max(0, Number(header[1]) - 1);
      hunks.push(hunk);
      if (header !== null) continue;
    }
    const op = line[0];
    // A line without a mark is one whose space was lost.
    if (op === '+' || op === '-' || op === ' ') hunk.lines.push({ op, text: line.slice(1) });
    else hunk.lines.push({ op: ' ', text: line });
  }
  return hunks.map(withoutBlankEnds).filter(({ lines }) => lines.some(({ op }) => op !== ' '));
}

/** A diff in all but name: what its marks take away stands in the file without them, as all does that has none. */
function isMarked(lines: readonly string[], file: readonly string[]): boolean {
  if (!lines.some((line) => line.startsWith('+')) || !lines.some((line) => line.startsWith('-'))) return false;
  const there = new Set(file.map(squeeze));
  return lines.every(
    (line) =>
      line.startsWith('+') || line.trim() === '' || there.has(squeeze(line.replace(/^-/, ''))) || isPlaceholder(line),
  );
}

const isFileHeader = (lines: readonly string[], index: number): boolean =>
  lines[index]!.startsWith('--- ') && lines[index + 1]?.startsWith('+++ ') === true;

function withoutBlankEnds(hunk: Hunk): Hunk {
  const isIdle = (line: HunkLine | undefined): boolean =>
    line !== undefined && line.op === ' ' && line.text.trim() === '';
  const lines = [...hunk.lines];
  while (isIdle(lines[0])) lines.shift();
  while (isIdle(lines.at(-1))) lines.pop();
  return { ...hunk, lines };
}

/** Aider's marks and Cline's, which begins with dashes and ends with plus signs; a path may stand behind the word. */
const SEARCH = /^\s*(?:(<{5,9})|(-{5,9})(?=\s*SEARCH))\s*(?:(?:SEARCH|ORIGINAL|HEAD)\b\s*>?\s*(\S*))?\s*>?\s*$/i;
const DIVIDER = /^\s*(={5,9})\s*$/;
const REPLACE = /^\s*(?:>{5,9}\s*(?:(?:REPLACE|UPDATED|END)\b\s*\S*)?|\+{5,9}\s*REPLACE\b)\s*$/i;
/** Roo Code's lines below the first mark. */
const PLACE = /^:(start|end)_line:\s*(\d+)\s*$/;

/** True for a line that is no code to whoever reads a search and replace block. */
export const isMarker = (line: string): boolean => SEARCH.test(line) || DIVIDER.test(line) || REPLACE.test(line);

/**
 * The hunks of search and replace blocks; undefined where there are none.
 * @throws Error in words where one is not whole, or where its middle is not clear.
 */
export function readSearchReplace(code: string): Hunk[] | undefined {
  const lines = linesOf(code).map(({ text }) => text);
  if (!lines.some((line) => SEARCH.test(line)) || !lines.some((line) => DIVIDER.test(line))) return undefined;
  const hunks: Hunk[] = [];
  let path: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    const begins = SEARCH.exec(lines[index]!);
    path = pathIn(begins === null ? lines[index]! : (begins[3] ?? '')) ?? path;
    if (begins === null) continue;
    const end = lines.findIndex((line, at) => at > index && REPLACE.test(line));
    const next = lines.findIndex((line, at) => at > index && SEARCH.test(line));
    const divider = dividerOf(lines, index, end, (begins[1] ?? begins[2])!.length);
    if (divider === undefined || (next >= 0 && next < end)) {
      throw new Error('A search and replace block is not whole: the answer may have been cut off. Ask for it again.');
    }
    const { search, line } = placeOf(lines.slice(index + 1, divider));
    const replace = lines.slice(divider + 1, end);
    hunks.push({
      lines: hunkLines(search, replace),
      ...(path !== undefined && { path }),
      ...(line !== undefined && { line }),
    });
    index = end;
  }
  return hunks;
}

/** The line between the two texts; such lines underline headings too. @param width of the mark above. */
function dividerOf(lines: readonly string[], start: number, end: number, width: number): number | undefined {
  const all = lines.flatMap((line, at) => (at > start && at < end && DIVIDER.test(line) ? [at] : []));
  const alike = all.filter((at) => DIVIDER.exec(lines[at]!)![1]!.length === width);
  const left = alike.length === 0 ? all : alike;
  if (left.length > 1) {
    throw new Error('A search and replace block has more than one line of `=`: it is not clear where its texts end.');
  }
  return left[0];
}

function placeOf(search: readonly string[]): { search: readonly string[]; line?: number } {
  let count = 0;
  while (PLACE.test(search[count] ?? '')) count++;
  if (count === 0) return { search };
  const line = Number(PLACE.exec(search[0]!)![2]) - 1;
  return { search: search.slice(/^-{5,}$/.test(search[count] ?? '') ? count + 1 : count), line };
}

function pathIn(line: string): string | undefined {
  const text = line
    .trim()
    .replace(/^(?:#+|\/\/|file:|path:|\*+)\s*/i, '')
    .replace(/[`*:]+/g, '');
  return /^[\w@.()[\]{}+~-]+(?:[\\/][\w@.()[\]{}+~ -]+)*\.\w+$|^(?:\.{0,2}[\\/])?[\w.-]+(?:[\\/][\w.-]+)+$/.test(text)
    ? text
    : undefined;
}

function hunkLines(search: readonly string[], replace: readonly string[]): HunkLine[] {
  return diffArrays([...search], [...replace]).flatMap(({ added, removed, value }) =>
    value.map((text): HunkLine => ({ op: added ? '+' : removed ? '-' : ' ', text })),
  );
}
