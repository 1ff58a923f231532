/** A block, and the file that it changes, as their functions, classes and methods: by lines, also where a block is no program. */
import type { CodeSymbol } from '../../syntax/outline.ts';
import { leadingSpace } from './indentation.ts';
import { isBlank, linesOf } from './lines.ts';
import { isPlaceholder, type Known } from './placeholders.ts';

/** A text with its symbols, by lines. */
export interface Outlined {
  lines: readonly string[];
  symbols: readonly Part[];
}

/** A symbol by its lines, from 0: [from, to); `doc` where its comments begin, `head` where its decorators end. */
export interface Part extends CodeSymbol {
  from: number;
  to: number;
  doc: number;
  head: number;
}

export type Outliner = (text: string) => CodeSymbol[] | undefined;

/** Methods are no program by themselves in most languages. */
const FRAMES: readonly [string, string][] = [
  ['', ''],
  ['class Quire {\n', '\n}'],
  ['impl Quire {\n', '\n}'],
  ['<?php\n', ''],
  ['<?php class Quire {\n', '\n}'],
];

/** The outline of a block as if it were in a program; undefined where it has none. */
export function outlineBlock(code: readonly string[], outline: Outliner, known: Known): Outlined | undefined {
  // A placeholder is no part of any language; a line of Python needs something there.
  const readable = code.map((line, index) => {
    if (!isPlaceholder(line) || known(line, code[index - 1])) return line;
    return /^\s*#/.test(line) ? line.replace(/\S.*$/, 'pass') : '';
  });
  const depth = Math.min(...readable.filter((line) => !isBlank(line)).map((line) => leadingSpace(line).length));
  const text = readable.map((line) => line.slice(depth)).join('\n');
  let best: { symbols: Part[]; score: number } | undefined;
  for (const [before, after] of FRAMES) {
    const framed = before + text + after;
    const skip = before.split('\n').length - 1;
    const found = outline(framed)?.map((symbol) => ({
      ...symbol,
      container: symbol.container.filter((name) => name !== 'Quire'),
    }));
    if (found === undefined) return undefined;
    const own = partsOf(found, framed, skip)
      .filter(({ name, kind }) => !/\bQuire\b/.test(name) || kind === 'import')
      .map((part) => ({ ...part, faulty: part.faulty || part.to > code.length }));
    if (own.length === 0) continue;
    // What ends with the frame instead of by itself is not whole.
    const faults = own.filter(({ faulty }) => faulty).length;
    const score = looseLines({ lines: code, symbols: own }, 0, code.length, own, known).length + 1000 * faults;
    if (best === undefined || score < best.score) best = { symbols: own, score };
    if (score === 0) break;
  }
  if (best === undefined) return undefined;
  const hasGaps = readable.some((line, index) => line !== code[index]);
  return { lines: code, symbols: hasGaps ? best.symbols.map((part) => extended(part, code)) : best.symbols };
}

/** A part with all that is deeper than its first line, and what closes it: brackets say little where lines are left out. */
function extended(part: Part, code: readonly string[]): Part {
  const depth = leadingSpace(code[part.from] ?? '').length;
  let to = part.to;
  for (let line = part.to; line < code.length; line++) {
    const text = code[line]!;
    if (isBlank(text)) continue;
    const space = leadingSpace(text).length;
    const closes = space === depth && /^\s*(?:[)\]}]|end\b)/.test(text);
    if (space <= depth && !closes) break;
    to = line + 1;
  }
  return { ...part, to };
}

/** @param skip lines of the text that are before what is asked about. */
export function partsOf(symbols: readonly CodeSymbol[], text: string, skip = 0): Part[] {
  const lines = linesOf(text);
  const texts = lines.map((line) => line.text);
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lines[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return symbols.map((symbol) => {
    const from = lineAt(symbol.start);
    return {
      ...symbol,
      from: from - skip,
      to: lineAt(Math.max(symbol.end - 1, symbol.start)) + 1 - skip,
      doc: lineAt(symbol.docStart) - skip,
      head: headOf(texts, from) - skip,
    };
  });
}

/** The first line that is no decorator. */
function headOf(lines: readonly string[], from: number): number {
  let head = from;
  while (/^\s*(?:@[\w.]+(?:\(.*\))?|#\[.*\]|\[[A-Z][\w.]*(?:\(.*\))?\])\s*$/.test(lines[head] ?? '')) head++;
  return head;
}

/** Lines of [from, to) that are in none of the parts, and are no placeholders, brackets or the first line. */
export function looseLines(
  { lines }: Outlined,
  from: number,
  to: number,
  parts: readonly Part[],
  known: Known,
): number[] {
  const loose: number[] = [];
  for (let line = from; line < to; line++) {
    const text = lines[line]!;
    if (isBlank(text) || parts.some((part) => part.doc <= line && line < part.to)) continue;
    if (!isPlaceholder(text) || known(text, lines[line - 1])) loose.push(line);
  }
  return loose;
}

/** True where `inner` stands in the body of `outer`; some grammars name no body, as Go's of a type. */
export const holds = (outer: Part, inner: Part): boolean =>
  outer.from <= inner.from &&
  inner.to <= outer.to &&
  (outer.bodyStart <= inner.start || (outer.start < inner.start && inner.container.at(-1) === outer.name));
