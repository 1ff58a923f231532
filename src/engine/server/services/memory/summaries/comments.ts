/** Comments that say what a file or one of its symbols is for, without the signs around their lines. */
import type { GrammarName } from '../../../../../syntax/languages.ts';
import type { CodeSymbol } from '../../../../../syntax/outline.ts';

/** A comment, or several line comments one under the other. Offsets are UTF-16 units. */
interface Block {
  start: number;
  end: number;
  /** It documents by its form: two stars, or signs that a language has for this. */
  isDoc: boolean;
}

const LICENCE = /copyright|\blicen[cs]ed?\b|spdx-|all rights reserved|@preserve|@license/i;
const DIRECTIVE =
  /^(?:eslint|jshint|jslint|tslint|biome-|prettier-|global\s|globals\s|istanbul|c8 |@ts-|@jest-|@vitest-|@flow|<reference|<amd|vim:|-\*-|coding[:=]|pylint|pyright|mypy:|do not (?:modify|edit|change)|noqa|type:|go:build|\+build|region\b|endregion\b|#region|#endregion)/i;
/** Lines of signs, above and under headings. */
const RULE = /^[\s\-=*#~_/\\+─━═]{3,}$/;

/** The words of the comments above a symbol, or of the string that begins its body in Python; '' without any. */
export function docOf(text: string, symbol: CodeSymbol, grammar: GrammarName): string {
  if (grammar === 'python') {
    const inside = symbol.bodyStart < symbol.end ? docstringAt(text, symbol.bodyStart) : undefined;
    if (inside !== undefined) return inside;
  }
  const begin = symbol.docStart;
  const blocks = blocksOf(text.slice(begin, symbol.start), grammar).map(({ start, end, isDoc }) => ({
    words: wordsOf(text.slice(begin + start, begin + end)),
    isDoc,
  }));
  // Of several the one that documents by its form, else the nearest: what stands above it is a heading.
  const block = blocks.findLast(({ isDoc }) => isDoc) ?? blocks.at(-1);
  return block === undefined || DIRECTIVE.test(block.words) || LICENCE.test(block.words) ? '' : block.words;
}

/**
 * The words of the comment at the beginning of a file that is about the file: not its licence, no word to a tool, and not
 * what documents its first symbol. '' without one.
 * @param symbols as the file's outline has them, imports left out.
 */
export function headOf(text: string, symbols: readonly CodeSymbol[], grammar: GrammarName): string {
  const first = symbols[0]?.docStart ?? text.length;
  if (grammar === 'python') {
    const comments = blocksOf(text, grammar).at(-1)?.end ?? 0;
    const docstring = docstringAt(text, comments);
    if (docstring !== undefined) return docstring;
  }
  for (const { start, end } of blocksOf(text, grammar)) {
    // In front of the first symbol and away from it: what documents it begins where its lines do.
    if (start >= first) break;
    const words = wordsOf(text.slice(start, end));
    if (words !== '' && !LICENCE.test(words) && !DIRECTIVE.test(words)) return words;
  }
  return '';
}

/** The blocks of comments that a text begins with. */
function blocksOf(text: string, grammar: GrammarName): Block[] {
  const blocks: Block[] = [];
  const hash = grammar === 'python' || grammar === 'ruby' || grammar === 'bash' || grammar === 'powershell';
  const line = hash ? /#[^\n]*(?:\n|$)/y : /\/\/[^\n]*(?:\n|$)/y;
  const block = grammar === 'powershell' ? /<#[\s\S]*?#>/y : /\/\*[\s\S]*?\*\//y;
  const skip = grammar === 'php' ? /(?:[ \t]*(?:<\?php)?)*/y : /[ \t]*/y;
  let at = text.startsWith('#!') ? text.indexOf('\n') + 1 || text.length : 0;
  let afterLine = false;
  while (at < text.length) {
    at = endOf(skip, text, at);
    if (text[at] === '\n') {
      afterLine = false;
      at++;
      continue;
    }
    const directive = endOf(/['"]use \w+['"];?[ \t]*/y, text, at);
    if (directive > at) {
      at = directive;
      continue;
    }
    const isHash = text[at] === '#';
    let end = hash && !isHash && grammar !== 'powershell' ? at : endOf(block, text, at);
    if (end > at) {
      blocks.push({ start: at, end, isDoc: text.startsWith('/**', at) });
      afterLine = false;
    } else {
      end = endOf(line, text, at);
      if (end === at) break;
      const isDoc = /^\/\/[/!]/.test(text.slice(at, at + 3));
      const last = blocks.at(-1);
      if (afterLine && last !== undefined && last.isDoc === isDoc) last.end = end;
      else blocks.push({ start: at, end, isDoc });
      afterLine = true;
    }
    at = end;
  }
  return blocks;
}

function endOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const DOCSTRING = /\s*[rRuUbB]?("""|''')([\s\S]*?)\1/y;
const SHORT_DOCSTRING = /\s*[rRuU]?("|')((?:[^\\\n]|\\.)*?)\1[ \t]*(?:\n|$)/y;

function docstringAt(text: string, at: number): string | undefined {
  for (const pattern of [DOCSTRING, SHORT_DOCSTRING]) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[2];
    if (found !== undefined) return unindented(found.split('\n'));
  }
  return undefined;
}

/** @param comment one block, with its signs. */
function wordsOf(comment: string): string {
  const isBlock = /^(?:\/\*|<#)/.test(comment);
  const inside = isBlock ? comment.replace(/^(?:\/\*+!?|<#)/, '').replace(/(?:\*+\/|#>)\s*$/, '') : comment;
  const lines = inside
    .split('\n')
    .map((line) => (isBlock ? line.replace(/^\s*\*(?!\*)/, '') : line.replace(/^\s*(?:\/\/[/!]?|#+!?)/, '')));
  return unindented(lines.filter((line) => !RULE.test(line)));
}

/** Takes off what all lines but the first are indented by, and blank lines around. */
function unindented(lines: readonly string[]): string {
  const widths = lines.slice(1).flatMap((line) => (line.trim() === '' ? [] : [line.length - line.trimStart().length]));
  const width = widths.length === 0 ? 0 : Math.min(...widths);
  return lines
    .map((line, index) =>
      index === 0 ? line.trimStart() : line.slice(Math.min(width, line.length - line.trimStart().length)),
    )
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
}
