/**
 * Cuts Markdown into pieces that can be drawn apart: what is before the last two never changes when text is added at the
 * end. And finds its fenced blocks, in the order in which view and extension count them: both ask here.
 *
 * A piece ends where everything is closed that CommonMark lets go on: after a blank line before a line that is no part of a
 * list, and around a fence that begins at the margin. Fences in lists and quotations stay in their piece, with a mark in
 * the place of each, so that code never goes through a reader of Markdown.
 */
import { fenceInfo } from './fence.ts';

export interface FencedBlock {
  /** From 0, over the whole text. */
  index: number;
  language: string;
  file?: string;
  /** Without the indentation or quotation marks in front of the fence; no line break at the end. */
  code: string;
  /** False: the text ended before the block did. */
  closed: boolean;
}

export interface Prose {
  kind: 'prose';
  /** Offset of its first character in the text. */
  start: number;
  /** Markdown, with {@link mark}s for the blocks inside. */
  text: string;
  blocks: FencedBlock[];
}

export interface Code {
  kind: 'code';
  start: number;
  block: FencedBlock;
}

export type Piece = Prose | Code;

/** Private-use characters around the number of a block. A text's own are replaced before. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
export const mark = (index: number) => `${OPEN}${index}${CLOSE}`;
export const MARK = /^[ \t]*\uE000(\d+)\uE001(?:[ \t]*(?:\n|$))/;

/** Quotation marks, indentation, at most one bullet; then the fence and what it says. */
const OPENS = /^((?:[ \t]{0,3}>[ \t]?){0,8})([ \t]*)((?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})([^\n]*)$/;
const BULLET = /^(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/;

/** Of one text that grows at its end. */
export class Splitter {
  #pieces: Piece[] = [];
  #text = '';

  /** The pieces of `text`. Those before the last that did not change are the same objects as before. */
  split(text: string): readonly Piece[] {
    if (!text.startsWith(this.#text)) this.#pieces = [];
    let last = this.#pieces.pop();
    // A line that is not whole may yet turn out to belong to what is before it: `1` becomes `1. `, a fence code in a line.
    if (last && this.#text.indexOf('\n', last.start) < 0) last = this.#pieces.pop() ?? last;
    this.#text = text;
    const index = this.#pieces.reduce((sum, piece) => sum + (piece.kind === 'code' ? 1 : piece.blocks.length), 0);
    this.#pieces = [...this.#pieces, ...pieces(text, last?.start ?? 0, index)];
    return this.#pieces;
  }
}

/** All fenced blocks of a text. */
export function fencedBlocks(text: string): FencedBlock[] {
  return pieces(text, 0, 0).flatMap((piece) => (piece.kind === 'code' ? [piece.block] : piece.blocks));
}

interface Fence {
  ticks: string;
  quote: string;
  indent: number;
  info: string;
  /** It holds Markdown, which has fences itself. */
  markdown: boolean;
  lines: string[];
  /** Of fences inside a block of Markdown that have as few ticks as it has itself. */
  depth: number;
}

function pieces(text: string, from: number, firstIndex: number): Piece[] {
  const result: Piece[] = [];
  let index = firstIndex;
  let prose: { start: number; lines: string[]; blocks: FencedBlock[]; list: boolean } | undefined;
  let fence: Fence | undefined;
  let topLevel = false;
  let fenceStart = 0;
  let blank = false;

  const endProse = () => {
    if (prose?.lines.some((line) => line.trim() !== '')) {
      result.push({ kind: 'prose', start: prose.start, text: prose.lines.join('\n'), blocks: prose.blocks });
    }
    prose = undefined;
  };
  const endFence = (closed: boolean) => {
    if (!fence) return;
    const block = { index: index++, ...fenceInfo(fence.info), code: fence.lines.join('\n'), closed };
    if (topLevel) result.push({ kind: 'code', start: fenceStart, block });
    else prose?.blocks.push(block);
    fence = undefined;
    blank = false;
  };

  let at = from;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const stop = end < 0 ? text.length : end;
    const line = text.charCodeAt(stop - 1) === 13 && stop > at ? text.slice(at, stop - 1) : text.slice(at, stop);
    const lineStart = at;
    at = stop + 1;

    if (fence) {
      const inner = fence.quote === '' ? line : unquoted(line, fence.quote);
      if (inner !== undefined) {
        if (closes(fence, inner)) endFence(true);
        else fence.lines.push(outdented(inner, fence.indent));
        continue;
      }
      // The quotation that it is in has ended, and so has it.
      endFence(true);
    }

    const opened = line.length < 1000 ? opens(line) : undefined;
    if (opened) {
      topLevel = opened.quote === '' && opened.indent === 0;
      if (topLevel) {
        endProse();
        fenceStart = lineStart;
      } else {
        if (prose && blank && !prose.list) endProse();
        prose ??= { start: lineStart, lines: [], blocks: [], list: true };
        prose.lines.push(opened.before + mark(index));
      }
      fence = opened;
      blank = false;
      continue;
    }

    if (line.trim() === '') {
      blank = true;
      prose?.lines.push('');
      continue;
    }
    const bullet = BULLET.test(line);
    const indented = /^[ \t]/.test(line);
    const goesOn = prose?.list && (bullet || indented);
    if (prose && ((blank && !goesOn) || /^#{1,6} /.test(line))) endProse();
    prose ??= { start: lineStart, lines: [], blocks: [], list: bullet };
    prose.list ||= bullet || indented;
    prose.lines.push(withoutMarks(line));
    blank = false;
  }
  endFence(false);
  endProse();
  return result;
}

function opens(line: string): (Fence & { before: string }) | undefined {
  const found = OPENS.exec(line);
  if (!found) return undefined;
  const [, quote = '', space = '', bullet = '', ticks = '', info = ''] = found;
  // Ticks on the same line again are code within a line.
  if (ticks.startsWith('`') && info.includes('`')) return undefined;
  const before = quote + space + bullet;
  const { language, file = '' } = fenceInfo(info);
  const markdown = /^(?:md|mdx|markdown)$/.test(language) || /\.(?:mdx?|markdown)$/i.test(file);
  return { ticks, quote, indent: space.length + bullet.length, info, markdown, lines: [], depth: 0, before };
}

function closes(fence: Fence, line: string): boolean {
  const found = /^([ \t]*)(`{3,}|~{3,})[ \t]*(.*)$/.exec(line.length > 1000 ? line.slice(0, 1000) : line);
  const [, space = '', ticks = '', info = ''] = found ?? [];
  // One that is deeper is text: a docstring has fences too.
  if (space.replaceAll('\t', '    ').length > fence.indent + 3) return false;
  if (ticks.length < fence.ticks.length || ticks[0] !== fence.ticks[0]) return false;
  // Models quote Markdown with no more ticks than are inside: a fence with a language opens one there.
  if (fence.markdown) {
    if (info !== '') {
      if (!info.includes('`')) fence.depth++;
      return false;
    }
    return fence.depth-- === 0;
  }
  return info === '';
}

/** Without as many quotation marks as `quote` has; undefined where there are fewer. */
function unquoted(line: string, quote: string): string | undefined {
  let rest = line;
  for (const sign of quote) {
    if (sign !== '>') continue;
    const found = /^[ \t]{0,3}>[ \t]?/.exec(rest);
    if (!found) return undefined;
    rest = rest.slice(found[0].length);
  }
  return rest;
}

function outdented(line: string, indent: number): string {
  let at = 0;
  while (at < indent && (line[at] === ' ' || line[at] === '\t')) at++;
  return line.slice(at);
}

function withoutMarks(line: string): string {
  return line.includes(OPEN) || line.includes(CLOSE) ? line.replace(/[\uE000\uE001]/g, '\uFFFD') : line;
}
