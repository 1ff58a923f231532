/** Where a code block of an answer goes in a file, and what it changes there. No model is asked: a block is placed surely, or not. */
import { changedRuns } from './changedRuns.ts';
import { type Hunk, readDiff, readSearchReplace } from './hunks.ts';
import { applyEdits, blockLines, editsOf, isBlank, type LineRange, linesOf, type TextEdit } from './lines.ts';
import type { Outliner } from './parts.ts';
import { placeHunks } from './placeHunks.ts';
import {
  cutAtPlaceholders,
  hasPlaceholder,
  isPlaceholder,
  isProse,
  type Known,
  knownIn,
  openedUp,
  withoutNote,
} from './placeholders.ts';
import { type Placed, type Refusal, refused } from './placement.ts';
import { placeSymbols } from './placeSymbols.ts';
import { placeOpened, placeRegion, placeWhole } from './placeWhole.ts';
import { placePieces } from './rewrite.ts';

/** A fenced block of an answer. */
export interface CodeBlock {
  code: string;
  /** First word of its info string; empty: none. */
  language: string;
  /** The file that it is for, where it names one. */
  path?: string;
  /** The whole info string. */
  info: string;
}

export interface PlanOptions {
  /** Reads the file's language (`Grammars.outliner`); absent: it has no grammar, and nothing is found by name. */
  outline?: Outliner | undefined;
  /** Lines from 1, both included, that the block is about: those that were attached, say. Of several places the one there is meant. */
  near?: LineRange;
}

export type Way = 'diff' | 'searchReplace' | 'file' | 'symbol' | 'region';

export interface EditPlan {
  kind: 'edits';
  how: Way;
  /** In order. Empty: the file is so already. */
  edits: TextEdit[];
  /** Somebody has to say yes first. */
  asks: boolean;
  /** What was done in words, or with `asks` what to ask. */
  words: string;
}

/** More of a file than this is not removed without a question. */
const MOST_REMOVED = 0.3;

const WAYS: Record<Way, string> = {
  diff: 'as a diff',
  searchReplace: 'by what it searches for',
  file: 'as the whole file',
  symbol: 'by name',
  region: 'by the lines that it begins and ends with',
};

/** Pure: the same block, file and options give the same plan. Ways are tried from the surest on. */
export function planEdit(
  block: CodeBlock,
  file: { path: string; text: string },
  options: PlanOptions = {},
): EditPlan | Refusal {
  const lines = linesOf(file.text);
  const texts = lines.map(({ text }) => text);
  const found = place(block, file, texts, options);
  if (found.kind === 'refused') return found;
  const { how, splices, doubts } = found;
  if (splices.some(({ from }, index) => index > 0 && from < splices[index - 1]!.to)) {
    return refused('Two parts of the block change the same lines: ask for one of them at a time.');
  }
  const edits = editsOf(lines, splices);
  const after = linesOf(applyEdits(file.text, edits)).map(({ text }) => text);
  const runs = changedRuns(texts, after);
  const known = knownIn(texts);
  const asked = [...doubts];
  const written = new Set<string>();
  for (const { newFrom, newTo } of runs) {
    for (let line = newFrom; line < newTo; line++) {
      const text = after[line]!;
      if (known(text, after[line - 1]) || !(isPlaceholder(text) || hasPlaceholder(text))) continue;
      if (isProse(text)) {
        written.add(text.trim());
        asked.push(`“${shortly(text)}” is written as it is; it may stand for lines that the block does not give.`);
        continue;
      }
      return refused(
        'The block says that something stays as it was instead of giving it, and it is not clear what: ask for the whole text.',
      );
    }
  }
  for (const line of blockLines(block.code)) {
    if (!isProse(line) || known(line, undefined) || written.has(line.trim())) continue;
    asked.push(`“${shortly(line)}” is taken to stand for lines that stay.`);
  }
  const gone = runs.reduce((sum, { from, to, newFrom, newTo }) => {
    return sum + (how === 'file' ? to - from : Math.max(0, to - from - (newTo - newFrom)));
  }, 0);
  if (gone > MOST_REMOVED * texts.length) {
    asked.push(`It removes or changes ${gone} of the ${texts.length} lines of ${file.path}.`);
  }
  if (asked.length > 0) return { kind: 'edits', how, edits, asks: true, words: `${asked.join(' ')} Apply it?` };
  const words = edits.length === 0 ? `${file.path} is so already.` : `Placed ${WAYS[how]}.`;
  return { kind: 'edits', how, edits, asks: false, words };
}

const shortly = (line: string): string => line.trim().slice(0, 80);

function place(
  block: CodeBlock,
  file: { path: string; text: string },
  texts: readonly string[],
  { outline, near }: PlanOptions,
): (Placed & { how: Way }) | Refusal {
  const known = knownIn(texts);
  const code = withoutName(blockLines(block.code), file.path, texts).map((line) => withoutNote(line, known));
  if (code.length === 0) return refused('The block is empty.');
  const by = (how: Way, result: Placed | Refusal) => (result.kind === 'placed' ? { ...result, how } : result);

  try {
    const hunks = readSearchReplace(block.code);
    if (hunks !== undefined) return by('searchReplace', placeAll(hunks, false, file.path, texts, known, near));
  } catch (error) {
    return refused((error as Error).message);
  }
  const diff = readDiff(block.code, block.language, texts);
  if (diff !== undefined) return by('diff', placeAll(diff, true, file.path, texts, known, near));

  const pieces = cutAtPlaceholders(code, known);
  const isWhole = pieces.pieces.length === 1 && !pieces.openStart && !pieces.openEnd;
  if (isWhole) {
    const all = outline?.(file.text);
    const own = outline?.(block.code);
    const whole = placeWhole(code, texts, all && own && { file: all, block: own });
    if (whole !== undefined) return by('file', whole);
  }
  const symbols = outline && placeSymbols(code, texts, file.text, outline, known, near);
  if (symbols?.kind === 'placed') return by('symbol', symbols);
  if (symbols?.final) return symbols;
  const region = isWhole
    ? placeRegion(code, texts)
    : (placeOpened(pieces, texts) ?? placePieces(openedUp(pieces), texts));
  if (region.kind === 'placed') return by('region', region);
  return symbols ?? region;
}

/** Models write the name of a file above its code, which is none of it. */
function withoutName(code: readonly string[], path: string, file: readonly string[]): string[] {
  const [first = '', ...rest] = code;
  const name = /^(?:\/\/+|#+|--+|;+|%+|\/\*+|<!--)\s*(?:file(?:name)?\s*:|path\s*:)?\s*(\S+?)\s*(?:\*+\/|-->)?$/i.exec(
    first,
  );
  if (name === null || !isSamePath(name[1]!, path) || file.includes(first)) return [...code];
  return rest.slice(rest.findIndex((line) => !isBlank(line)));
}

/** Hunks for this file; each is cut where it leaves lines out. */
function placeAll(
  hunks: readonly Hunk[],
  ordered: boolean,
  path: string,
  texts: readonly string[],
  known: Known,
  near: LineRange | undefined,
): Placed | Refusal {
  const own = hunks.filter((hunk) => hunk.path === undefined || isSamePath(hunk.path, path));
  if (own.length === 0) {
    const other = hunks[0]?.path;
    return refused(other === undefined ? 'The block changes nothing.' : `The block changes ${other}, not ${path}.`);
  }
  const parts = own.flatMap((hunk) => cutHunk(hunk, known));
  return placeHunks(parts, texts, { ordered: ordered || parts.length > own.length, ...(near && { near }) });
}

function cutHunk(hunk: Hunk, known: Known): Hunk[] {
  const parts: Hunk[] = [{ ...hunk, lines: [] }];
  for (const line of hunk.lines) {
    if (line.op === ' ' && isPlaceholder(line.text) && !known(line.text, undefined)) parts.push({ lines: [] });
    else parts.at(-1)!.lines.push(line);
  }
  return parts.filter(({ lines }) => lines.some(({ op }) => op !== ' '));
}

/** One ends with the other, by whole names: an answer seldom knows where a workspace begins. */
export function isSamePath(a: string, b: string): boolean {
  const parts = (path: string): string[] =>
    path
      .replaceAll('\\', '/')
      .split('/')
      .filter((part) => part !== '' && part !== '.');
  const [short, long] = [parts(a), parts(b)].sort((x, y) => x.length - y.length) as [string[], string[]];
  return short.length > 0 && short.every((name, index) => name === long[long.length - short.length + index]);
}
