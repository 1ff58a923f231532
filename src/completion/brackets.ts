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
}

/**
 * Matches the brackets of `text`.
 * @param owed closers that text before it has left open, outermost first.
 * @param marks of the language; absent: as most languages have them.
 */
export function scanBrackets(text: string, owed: readonly string[] = [], marks: Marks = COMMON): BracketScan {
  const { quotes, comment } = marks;
  const stack = [...owed];
  const unmatched: BracketScan['unmatched'] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (quotes.includes(character)) {
      index = stringEnd(text, index);
    } else if (character === "'") {
      index += (CHARACTER.exec(text.slice(index, index + 12))?.[0].length ?? 1) - 1;
    } else if (character === comment[0] && text.startsWith(comment, index) && beginsComment(text, index, comment)) {
      index = indexOrEnd(text, '\n', index);
    } else if (character === '/' && text[index + 1] === '*') {
      index = indexOrEnd(text, '*/', index + 2) + 1;
    } else if (CLOSER_OF.has(character)) {
      stack.push(CLOSER_OF.get(character)!);
    } else if (CLOSERS.has(character)) {
      if (stack.at(-1) === character) stack.pop();
      else unmatched.push({ index, closer: character });
    }
  }
  return { owed: stack, unmatched };
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

function indexOrEnd(text: string, sought: string, from: number): number {
  const index = text.indexOf(sought, from);
  return index < 0 ? text.length : index;
}
