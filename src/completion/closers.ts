/** Joins a suggestion with the closers that the editor has already put after the cursor. */
import { scanBrackets } from './brackets.ts';
import { COMMON, type Marks } from './marks.ts';
import { isBlank } from './text.ts';

/** `text` goes in at the cursor; then, after `over` units of the line that stay, `tail`. */
export interface Draft {
  text: string;
  over: number;
  tail: string;
}

/** Nothing but a little punctuation behind closers that are there. */
export const saysNothing = ({ text, tail }: Draft): boolean =>
  isBlank(text) && !/[\p{L}\p{N}]/u.test(tail) && tail.trim().length < 4;

const QUOTES = new Set(['"', "'", '`']);
const LONG_QUOTE = /^(?:"""|'''|```)/;
/** Closers of comments and markup that stand in no text otherwise. */
const LITERAL = /^(?:\*\/|-->|\?>|%>|%\}|\/>)/;
/** What may stand between the arguments of a function and its body. */
const RESULT = /^\s*(?:->|:(?!:)|(?!(?:return|throw|and|or|is|in|not|if|else)\b)[\w*([])/;
const TAG = /^<\/([\w.:-]*)>/;

/** Operators and words that want something behind them. */
export const WANTS_MORE =
  /(?:&&|\|\||\?\?|=>|->|::|[=!]==?|<=|>=|\s[-+*/%&|^?:<>=]|(?<=[\w)])[=+]|(?<=[A-Za-z_$)\]?!])\.|\b(?:new|await|typeof|instanceof|and|or|not|in|is|as|extends|return|else|lambda\b[^:]*:?)|\\)$/;

/**
 * Splits `text`, written as if nothing followed the cursor, around `rest`, which does follow it.
 * `foo(|)` and `a, b);` give `a, b`, one unit to stay, and the tail `;`; `f("|");` and `x", y);` give `x`, the quote, and the
 * tail `, y`. Where the text never closes what `rest` closes, or closes it otherwise, it goes in before `rest` as far as it
 * agrees.
 * @param rest the rest of the cursor's line, closers only.
 * @param marks of the language.
 */
export function joinClosers(text: string, rest: string, marks: Marks = COMMON): Draft {
  const expected = rest.trimEnd();
  const at = expected === '' ? -1 : closingIndex(text, expected.trimStart(), marks);
  if (at < 0) return { text, over: 0, tail: '' };
  // A string in such quotes has none of its own.
  if (text[at] === "'" && /^[\p{L}]'[\p{L}]/u.test(text.slice(at - 1))) return { text: '', over: 0, tail: '' };
  const inner = { text: text.slice(0, at), over: 0, tail: '' };
  const { ofClosers, ofText } = agreement(expected, text.slice(at));
  const tail = text.slice(at + ofText);
  // Behind what ends a line that is there, there is no other.
  const isLine = /^[;,]/.test(expected.trimStart()) && tail.startsWith('\n');
  if (tail.trim() === '' || ofClosers === 0 || isLine) return inner;
  if (ofClosers === expected.length) return { ...inner, over: ofClosers, tail: tail.trimEnd() };
  const between = upTo(tail, expected.slice(ofClosers), marks);
  return between === '' ? inner : { ...inner, over: ofClosers, tail: between };
}

/** The beginning of `text` that stands before `closers`; empty where it closes them otherwise. */
function upTo(text: string, closers: string, marks: Marks): string {
  const at = closingIndex(text, closers.trimStart(), marks);
  // Where the text has no block, nothing stands between a condition and its block, but a type between arguments and body.
  if (at < 0 && /^\s*[:{]/.test(closers) && !RESULT.test(text)) return '';
  const between = at < 0 ? text : text.slice(0, at);
  const { owed, unmatched } = scanBrackets(between, [], marks);
  // Nor does what closes other brackets, or goes on in lines that are not shown.
  if (/^\s*[)\]};,:{]/.test(closers) && WANTS_MORE.test(between.trimEnd())) return '';
  if (unmatched.length > 0 || (at < 0 && owed.length > 0)) return '';
  if (at < 0) return ')]};'.includes(closers.trimStart()[0]!) ? between.replace(/\s*,?\s*$/, '') : between.trimEnd();
  return agreement(closers, text.slice(at)).ofClosers === 0 ? '' : between.trimEnd();
}

/** Where `text` closes what was open before it, with the first of `closers` or otherwise; -1 where it does not. */
function closingIndex(text: string, closers: string, marks: Marks): number {
  const long = LONG_QUOTE.exec(closers)?.[0] ?? LITERAL.exec(closers)?.[0];
  if (long !== undefined) return text.indexOf(long);
  const tag = TAG.exec(closers)?.[1];
  if (tag !== undefined) return indexOfTag(text, tag);
  const closer = closers[0]!;
  if (QUOTES.has(closer)) return indexOfQuote(text, closer);
  if (closer === '>') return indexOfAngle(text);
  if (')]}'.includes(closer)) return scanBrackets(text, [], marks).unmatched[0]?.index ?? -1;
  // `;`, `,`, `:` and `{` count only as the end of the first line, or of all.
  const line = text.split('\n', 1)[0]!.trimEnd();
  if (line.endsWith(closer)) return line.length - 1;
  const all = text.trimEnd();
  return closer === ';' && all.endsWith(closer) ? all.length - 1 : -1;
}

function indexOfQuote(text: string, quote: string): number {
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index;
    else if (text[index] === '\n' && quote !== '`') return -1;
  }
  return -1;
}

/** What an attribute is set to; more than an angle may stand in there. */
const VALUE = /=(?:"[^"\n]*"|'[^'\n]*'|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})/y;

/** A `>` of type arguments or a tag: not one of `=>`, `->`, of a `<` in the text or of an attribute's value. */
export function indexOfAngle(text: string): number {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    VALUE.lastIndex = index;
    index += VALUE.exec(text)?.[0].length ?? 0;
    if (text[index] === '<') depth += 1;
    else if (text[index] === '>' && text[index - 1] !== '=' && text[index - 1] !== '-') {
      if (depth === 0) return index;
      depth -= 1;
    }
  }
  return -1;
}

/** The closing tag of an element that `text` has not opened itself. */
export function indexOfTag(text: string, name: string): number {
  let depth = 0;
  for (const { 0: tag, 1: closes, 2: found, index } of text.matchAll(/<(\/?)([\w.:-]*)(?:[^<>]|=>)*>/g)) {
    if (found !== name || (closes === '' && tag.endsWith('/>'))) continue;
    if (closes === '') depth += 1;
    else if (depth-- === 0) return index;
  }
  return -1;
}

/** How far both say the same, spaces apart; the end of an element as a whole. */
function agreement(closers: string, text: string): { ofClosers: number; ofText: number } {
  let i = 0;
  let j = 0;
  while (i < closers.length) {
    let own = i;
    while (closers[own] === ' ') own++;
    let next = j;
    while (text[next] === ' ') next++;
    if (own >= closers.length || closers[own] !== text[next]) break;
    i = own + 1;
    j = next + 1;
  }
  const half = /<\/?[\w.:-]*$/.exec(closers.slice(0, i))?.index;
  return half === undefined || i === closers.length
    ? { ofClosers: i, ofText: j }
    : { ofClosers: half, ofText: text.lastIndexOf('<', j - 1) };
}
