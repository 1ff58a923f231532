/** Brackets of program text, told without a grammar: strings and comments as most languages write them are skipped. */

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
 */
export function scanBrackets(text: string, owed: readonly string[] = []): BracketScan {
  const stack = [...owed];
  const unmatched: BracketScan['unmatched'] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!;
    if (character === '"' || character === "'" || character === '`') {
      index = stringEnd(text, index);
    } else if (character === '/' && text[index + 1] === '/' && text[index - 1] !== ':') {
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
