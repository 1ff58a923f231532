/** Brackets of program text, told without a grammar: strings and comments are skipped as the language marks them. */
import { COMMON, type Marks } from './marks.ts';

const CLOSER_OF = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const CLOSERS = new Set(CLOSER_OF.values());

export interface BracketScan {
  /** The closers still owed at the end of the text, outermost first. */
  owed: string[];
  /** Closers that nothing in the text, nor `owed` on entry, asked for; in order. */
  unmatched: { index: number; closer: string }[];
  /** Where the first string begins that its line does not end. */
  string?: number;
  /** The text ends in a comment, from there on. */
  comment?: number;
}

/**
 * Matches the brackets of `text`.
 * @param owed closers that text before it has left open, outermost first.
 * @param marks of the language; absent: as most languages have them.
 */
export function scanBrackets(text: string, owed: readonly string[] = [], marks: Marks = COMMON): BracketScan {
  const { quotes, comment, raw } = marks;
  const stack = [...owed];
  const unmatched: BracketScan['unmatched'] = [];
  let string: number | undefined;
  let inComment: number | undefined;
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (raw?.first.includes(character) && matchedAt(raw.begins, text, index) > 0) {
      const length = matchedAt(raw.whole, text, index);
      if (length === 0) string ??= index;
      index = length === 0 ? text.length : index + length - 1;
    } else if (quotes.includes(character)) {
      const end = stringEnd(text, index);
      if (end === index && !isApostrophe(text, index)) string ??= index;
      index = end;
    } else if (character === "'") {
      index += (CHARACTER.exec(text.slice(index, index + 12))?.[0].length ?? 1) - 1;
    } else if (character === comment[0] && text.startsWith(comment, index) && beginsComment(text, index, comment)) {
      const end = indexOrEnd(text, '\n', index);
      if (end === text.length) inComment = index;
      index = end;
    } else if (character === '/' && text[index + 1] === '*' && comment !== '#') {
      index = indexOrEnd(text, '*/', index + 2) + 1;
    } else if (character === '/' && comment === '//') {
      index = regexEnd(text, index);
    } else if (CLOSER_OF.has(character)) {
      stack.push(CLOSER_OF.get(character)!);
    } else if (CLOSERS.has(character)) {
      if (stack.at(-1) === character) stack.pop();
      else unmatched.push({ index, closer: character });
    }
  }
  return {
    owed: stack,
    unmatched,
    ...(string === undefined ? {} : { string }),
    ...(inComment === undefined ? {} : { comment: inComment }),
  };
}

/** Length of what a sticky pattern matches at `index`; 0: it does not. */
function matchedAt(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** A single letter between apostrophes, where those begin no string. */
const CHARACTER = /^'(?:\\[^']{1,8}|[^\\'])'/;

/** `http://` begins none, nor does the `#` of `$#` or `a#b`. */
function beginsComment(text: string, at: number, comment: string): boolean {
  const before = text[at - 1];
  return comment === '#' ? before === undefined || /\s/.test(before) : comment !== '//' || before !== ':';
}

export const isCloser = (character: string | undefined): boolean => character !== undefined && CLOSERS.has(character);

/** Index of the quote that ends the string begun at `start`; `start` itself where it ends on no line (an apostrophe). */
function stringEnd(text: string, start: number): number {
  const quote = text[start]!;
  for (let index = start + 1; index < text.length; index++) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === quote) return index;
    else if (character === '\n' && quote !== '`') return start;
  }
  return start;
}

/** Ends of what a regular expression may stand behind: elsewhere a stroke divides, or is part of a tag. */
const BEFORE_REGEX = /(?:^|[(,=:[!&|?{;+*%~^]|=>|\b(?:return|typeof|case|in|of))\s*$/;
const REGEX = /^\/(?![\s*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\//;

/** Index of the stroke that ends the regular expression begun at `start`; `start` itself where none is. */
function regexEnd(text: string, start: number): number {
  if (!BEFORE_REGEX.test(text.slice(Math.max(0, start - 16), start))) return start;
  return start + (REGEX.exec(text.slice(start, start + 256))?.[0].length ?? 1) - 1;
}

/** A line in the middle of a comment of several. */
const DOCUMENTS = /^\s*\*\s/;

/**
 * `text` at a cursor inside a string or a comment, with letters for what belongs to it: brackets in there are none. Of equal
 * length.
 * @param before the cursor's line up to it, and `rest` behind it.
 */
export function outsideText(text: string, before: string, rest: string, marks: Marks = COMMON): string {
  const { string: at, comment } = scanBrackets(before, [], marks);
  if (comment !== undefined || DOCUMENTS.test(before))
    return text.replace(/^[^\n]+/, (line) => 'x'.repeat(line.length));
  if (at === undefined) return text;
  const quote = before[at]!;
  // A template has program text in it.
  if (quote === '`') return text;
  const { raw } = marks;
  if (raw?.first.includes(quote)) {
    const whole = matchedAt(raw.whole, before.slice(at) + text, 0);
    const end = whole === 0 ? text.length : whole - (before.length - at);
    return text.slice(0, end).replace(/[^\n]/g, 'x') + text.slice(end);
  }
  const line = text.split('\n', 1)[0]!;
  let end = 0;
  while (end < line.length && line[end] !== quote) end += line[end] === '\\' ? 2 : 1;
  // An apostrophe that nothing ends is one.
  if (end >= line.length && !rest.includes(quote)) return text;
  return 'x'.repeat(Math.min(end, line.length)) + text.slice(Math.min(end, line.length));
}

/** Where the string begins that `line` does not end; undefined where there is none. */
export const openStringIn = (line: string, marks: Marks): number | undefined => scanBrackets(line, [], marks).string;

/** Within a word, and behind none of the letters that mark a string in Python. */
const isApostrophe = (line: string, at: number): boolean =>
  line[at] === "'" && /\p{L}$/u.test(line.slice(0, at)) && !/(?:^|[^\p{L}])[bfru]{1,2}$/iu.test(line.slice(0, at));

function indexOrEnd(text: string, sought: string, from: number): number {
  const index = text.indexOf(sought, from);
  return index < 0 ? text.length : index;
}
