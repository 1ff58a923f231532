/** A text as lines that keep their own line ends, and edits of it by whole lines. */
import { changedRuns } from './changedRuns.ts';

export interface Line {
  text: string;
  /** `\n`, `\r\n`, `\r`; empty on the last line of a text without a final line end. */
  ending: string;
  /** UTF-16 offset. */
  start: number;
}

/** Lines from 1, both included. */
export type LineRange = [number, number];

/** The text in [start, end), UTF-16 offsets, becomes `text`. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** Lines [from, to), from 0, become `lines`. */
export interface Splice {
  from: number;
  to: number;
  lines: readonly string[];
}

/** A final line end begins no line. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  const breaks = /\r\n|\r|\n/g;
  let start = 0;
  for (let found = breaks.exec(text); found !== null; found = breaks.exec(text)) {
    lines.push({ text: text.slice(start, found.index), ending: found[0], start });
    start = breaks.lastIndex;
  }
  if (start < text.length) lines.push({ text: text.slice(start), ending: '', start });
  return lines;
}

/** The lines of a block of an answer, without blank ones around. */
export function blockLines(code: string): string[] {
  const lines = linesOf(code).map(({ text }) => text);
  while (lines.length > 0 && isBlank(lines[0]!)) lines.shift();
  while (lines.length > 0 && isBlank(lines.at(-1)!)) lines.pop();
  return lines;
}

export const isBlank = (text: string): boolean => !/\S/.test(text);

/**
 * The edits that make splices of a text, as small as whole lines allow: lines that stay keep all their bytes, new ones get
 * the line end of those that they replace or follow, and a final line end stays as it was.
 * @param splices in order, none over another.
 */
export function editsOf(lines: readonly Line[], splices: readonly Splice[]): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const { from, to, lines: wanted } of splices) {
    const old = lines.slice(from, to).map(({ text }) => text);
    for (const run of changedRuns(old, wanted)) {
      edits.push(editOf(lines, from + run.from, from + run.to, wanted.slice(run.newFrom, run.newTo)));
    }
  }
  return edits;
}

function editOf(lines: readonly Line[], from: number, to: number, wanted: readonly string[]): TextEdit {
  const last = lines.at(-1);
  const length = last === undefined ? 0 : last.start + last.text.length + last.ending.length;
  const start = lines[from]?.start ?? length;
  const end = lines[to]?.start ?? length;
  const later = lines.slice(from).find(({ ending }) => ending !== '')?.ending;
  const above = lines[from - 1]?.ending || later || '\n';
  const replaced = lines.slice(from, to).map(({ ending }) => ending || above);
  const endings = wanted.map((_, index) => replaced[index] ?? replaced.at(-1) ?? above);
  const text = wanted.map((line, index) => line + endings[index]).join('');
  const atEnd = to === lines.length && last !== undefined && last.ending === '';
  if (!atEnd) return { start, end, text };
  const before = lines[from - 1];
  if (wanted.length === 0) {
    return { start: before === undefined ? start : before.start + before.text.length, end, text: '' };
  }
  const unended = text.slice(0, text.length - endings.at(-1)!.length);
  return { start, end, text: from === lines.length ? above + unended : unended };
}

/** A text after edits, which are in order. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of edits) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}
