/** Reads the notations in which a block says what changes: unified diffs, and search and replace. */
import { diffArrays } from 'diff';
import { linesOf } from './lines.ts';

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

/** The hunks of a unified diff; undefined where the block is none. Numbers, counts and missing headers are forgiven. */
export function readDiff(code: string, language: string): Hunk[] | undefined {
  const lines = linesOf(code).map(({ text }) => text);
  const named = /^(?:diff|patch|udiff)$/i.test(language);
  const headed = lines.some((line) => HEADER.test(line)) || lines.some((_, index) => isFileHeader(lines, index));
  const marked = lines.filter((line) => /^[+-]/.test(line)).length;
  if (marked === 0 || (!named && !headed)) return undefined;
  const hunks: Hunk[] = [];
  let path: string | undefined;
  let hunk: Hunk | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (isFileHeader(lines, index)) {
      const [from, to] = [FILE.exec(line)![1]!.trim(), FILE.exec(lines[index + 1]!)![1]!.trim()];
      path = to === '/dev/null' ? from : to;
      hunk = undefined;
      index++;
      continue;
    }
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

const SEARCH = /^\s*<{5,9}\s*(?:SEARCH|ORIGINAL|HEAD)?\s*>?\s*$/i;
const DIVIDER = /^\s*={5,9}\s*$/;
const REPLACE = /^\s*>{5,9}\s*(?:REPLACE|UPDATED|END)?\s*$/i;

/** True for a line that is no code to whoever reads a search and replace block. */
export const isMarker = (line: string): boolean => SEARCH.test(line) || DIVIDER.test(line) || REPLACE.test(line);

/**
 * The hunks of aider's search and replace blocks; undefined where there are none.
 * @throws Error in words where one is not whole.
 */
export function readSearchReplace(code: string): Hunk[] | undefined {
  const lines = linesOf(code).map(({ text }) => text);
  if (!lines.some((line) => SEARCH.test(line)) || !lines.some((line) => DIVIDER.test(line))) return undefined;
  const hunks: Hunk[] = [];
  let path: string | undefined;
  for (let index = 0; index < lines.length; index++) {
    if (!SEARCH.test(lines[index]!)) {
      const name = pathIn(lines[index]!);
      if (name !== undefined) path = name;
      continue;
    }
    const divider = lines.findIndex((line, at) => at > index && DIVIDER.test(line));
    const end = lines.findIndex((line, at) => at > index && REPLACE.test(line));
    const next = lines.findIndex((line, at) => at > index && SEARCH.test(line));
    if (divider < 0 || end < divider || (next >= 0 && next < end)) {
      throw new Error('A search and replace block is not whole: the answer may have been cut off. Ask for it again.');
    }
    const search = lines.slice(index + 1, divider);
    const replace = lines.slice(divider + 1, end);
    hunks.push({ lines: hunkLines(search, replace), ...(path !== undefined && { path }) });
    index = end;
  }
  return hunks;
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
