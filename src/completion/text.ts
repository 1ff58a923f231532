/** Lines, line endings and indentation of plain strings. */
import type { Indentation } from './request.ts';

export type LineEnding = '\n' | '\r\n';

/** Brackets, quotes and tags; the marks that end comments and embedded code may have a space before them. */
const CLOSER = String.raw`[)>}\]"'\x60]|<\/[\w.:-]*>|\s*(?:\/>|\*\/|-->|\?>|%>|%\}|\}\})`;
const CLOSERS_ONLY = new RegExp(`^(?:${CLOSER})*\\s*[:{;,]?$`);
const CLOSERS_FIRST = new RegExp(`^(?:(?:${CLOSER})+[;,]?|[;,]|:(?=\\s))`);
/** A fence of Markdown, which stands on a line of its own. */
const FENCE = /^(?:`{3,}|~{3,})/;
const WORD = /[\p{L}\p{N}_$]/u;

/** The text with LF only. A lone CR counts as a line ending too. */
export const toLf = (text: string): string => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);

/** The line ending of a file, told from text around the cursor; LF where there is no line break. */
export function lineEndingOf(before: string, after: string): LineEnding {
  const last = before.lastIndexOf('\n');
  if (last >= 0) return before[last - 1] === '\r' ? '\r\n' : '\n';
  const first = after.indexOf('\n');
  return first > 0 && after[first - 1] === '\r' ? '\r\n' : '\n';
}

export const withLineEnding = (text: string, ending: LineEnding): string =>
  ending === '\n' ? text : text.replaceAll('\n', ending);

/** The part of the cursor's line before the cursor. Text is LF. */
export const lineBefore = (prefix: string): string => prefix.slice(prefix.lastIndexOf('\n') + 1);

/** The part of the cursor's line after the cursor. */
export function lineAfter(suffix: string): string {
  const end = suffix.indexOf('\n');
  return end < 0 ? suffix : suffix.slice(0, suffix[end - 1] === '\r' ? end - 1 : end);
}

/** The rest of a line that an editor's auto-closing may have put there, so that text can still be suggested before it
 * (the rule of Copilot's ghost text). */
export const isClosersOnly = (rest: string): boolean =>
  rest.length < 64 && !isFence(rest) && CLOSERS_ONLY.test(rest.trim());

/** The closers that the rest of a line begins with; empty where it begins with something else. */
export const closersAtStart = (rest: string): string =>
  isFence(rest) ? '' : (CLOSERS_FIRST.exec(rest.slice(0, 64))?.[0] ?? '');

/** The text ends within a fence of Markdown. */
export const isInFence = (prefix: string): boolean => (prefix.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0) % 2 === 1;

export const isFence = (line: string): boolean => FENCE.test(line.trimStart());

export const isBlank = (text: string): boolean => !/\S/.test(text);

export const isWord = (character: string | undefined): boolean => character !== undefined && WORD.test(character);

export const leadingSpace = (line: string): string => /^[ \t]*/.exec(line)![0];

/** Columns of a line's indentation; a tab goes to the next multiple of `width`. */
export function columns(line: string, width: number): number {
  let column = 0;
  for (const character of line) {
    if (character === ' ') column += 1;
    else if (character === '\t') column += width - (column % width);
    else break;
  }
  return column;
}

/** The indentation of a file, told from its lines near the cursor; `usual` where nothing tells. */
export function indentationOf(text: string, usual: Indentation = { tabs: false, width: 2 }): Indentation {
  let tabs = 0;
  const widths = new Map<number, number>();
  let previous = 0;
  for (const line of text.split('\n')) {
    const space = leadingSpace(line);
    if (space.startsWith('\t')) tabs += 1;
    if (isBlank(line)) continue;
    const step = space.startsWith('\t') ? 0 : space.length - previous;
    if (step > 1 && step <= 8) widths.set(step, (widths.get(step) ?? 0) + 1);
    previous = space.startsWith('\t') ? 0 : space.length;
  }
  const [width, count] = [...widths].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [usual.width, 0];
  if (count === 0 && tabs === 0) return usual;
  return tabs > count ? { tabs: true, width: 4 } : { tabs: false, width };
}

/** Cuts `text` at `index`, one unit earlier or later where a surrogate pair would be split. */
export function sliceFrom(text: string, index: number): string {
  return text.slice(isLowSurrogate(text, index) ? index + 1 : index);
}
export function sliceTo(text: string, index: number): string {
  return text.slice(0, isLowSurrogate(text, index) ? index - 1 : index);
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return index > 0 && unit >= 0xdc00 && unit <= 0xdfff;
}
