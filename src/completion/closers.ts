/** Joins a suggestion with the closers that the editor has already put after the cursor. */
import { scanBrackets } from './brackets.ts';

/** `text` goes in at the cursor; then, after `over` units of the line that stay, `tail`. */
export interface Draft {
  text: string;
  over: number;
  tail: string;
}

const QUOTES = new Set(['"', "'", '`']);

/**
 * Splits `text`, written as if nothing followed the cursor, around `rest`, which does follow it.
 * `foo(|)` and `a, b);` give `a, b`, one unit to stay, and the tail `;`. Where the text never closes what `rest` closes,
 * or closes it otherwise, it goes in before `rest` as far as it agrees.
 * @param rest the rest of the cursor's line, closers only.
 */
export function joinClosers(text: string, rest: string): Draft {
  const expected = rest.trimEnd();
  const at = expected === '' ? -1 : closingIndex(text, expected.trimStart()[0]!);
  if (at < 0) return { text, over: 0, tail: '' };
  const inner = text.slice(0, at);
  const { ofClosers, ofText } = agreement(expected, text.slice(at));
  const tail = text.slice(at + ofText);
  if (ofClosers < expected.length || tail.trim() === '') return { text: inner, over: 0, tail: '' };
  return { text: inner, over: expected.length, tail: tail.trimEnd() };
}

/** Where `text` closes what was open before it, with `closer` or otherwise; -1 where it does not. */
function closingIndex(text: string, closer: string): number {
  if (QUOTES.has(closer)) return indexOfQuote(text, closer);
  if (closer === '>') return indexOfAngle(text);
  if (')]}'.includes(closer)) return scanBrackets(text).unmatched[0]?.index ?? -1;
  // `;`, `,`, `:` and `{` count only as the end of the first line.
  const line = text.split('\n', 1)[0]!.trimEnd();
  return line.endsWith(closer) ? line.length - 1 : -1;
}

function indexOfQuote(text: string, quote: string): number {
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index;
    else if (text[index] === '\n' && quote !== '`') return -1;
  }
  return -1;
}

/** A `>` of type arguments or a tag: not one of `=>`, `->` or of a `<` in the text. */
function indexOfAngle(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '<') depth += 1;
    else if (text[index] === '>' && text[index - 1] !== '=' && text[index - 1] !== '-') {
      if (depth === 0) return index;
      depth -= 1;
    }
  }
  return -1;
}

/** How far both say the same, spaces apart. */
function agreement(closers: string, text: string): { ofClosers: number; ofText: number } {
  let i = 0;
  let j = 0;
  while (i < closers.length) {
    while (closers[i] === ' ') i++;
    let next = j;
    while (text[next] === ' ') next++;
    if (closers[i] !== text[next]) break;
    i += 1;
    j = next + 1;
  }
  return { ofClosers: i, ofText: j };
}
