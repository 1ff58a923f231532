/** Where a growing text has said enough. Matched on text: newlines hide inside tokens. */
import type { BlockWords } from './blockWords.ts';
import { isCloser } from './brackets.ts';
import type { Scope } from './scope.ts';
import type { CodePlace } from './syntax/codePlace.ts';
import { columns, isBlank } from './text.ts';

const LOOP_LINES = 3;
const CONTINUES = /[{([:,]$|=>$/;

/**
 * The index at which `text` ends, or null while it may go on. Once given, more text never changes it: the same stream
 * ends at the same place in whatever pieces it comes.
 * @param width columns of a tab.
 * @param code the place as its grammar reads it, where one is loaded.
 * @param from columns to which lines below the first are moved.
 */
export function endOf(text: string, scope: Scope, width: number, code?: CodePlace, from = 0): number | null {
  return scope.lines === 'one' ? endOfLine(text, scope.newlineEnds) : endOfBlock(text, scope, width, code, from);
}

/** The first newline after text; where the line is incomplete, the first newline. Two before any text end it too. */
function endOfLine(text: string, newlineEnds: boolean): number | null {
  const first = text.indexOf('\n');
  if (first < 0) return null;
  if (newlineEnds || !isBlank(text.slice(0, first))) return first;
  const second = text.indexOf('\n', first + 1);
  return second < 0 ? null : isBlank(text.slice(0, second)) ? 0 : second;
}

/**
 * A block ends before a line that is less deep than its lines, after the line that closes it unless that line is
 * already below, at two blank lines in a row, and after three equal ones (the model loops); lines that go on without a
 * block of their own end at a blank line. A grammar knows more of it: words that close or go on with a block, brackets
 * that are closed in a line of any depth, and lines inside a string, whose depth says nothing.
 */
function endOfBlock(
  text: string,
  scope: Extract<Scope, { lines: 'many' }>,
  width: number,
  code: CodePlace | undefined,
  from: number,
): number | null {
  let start = 0;
  /** End of the last line that was not blank. */
  let filled = 0;
  let blanks = 0;
  let equal = 0;
  let previous = '';
  /** Brackets open before the text that its lines have closed and gone on from. */
  let closed = 0;
  let quoted = false;
  for (let row = 0; start <= text.length; row++) {
    const newline = text.indexOf('\n', start);
    const complete = newline >= 0;
    const line = complete ? text.slice(start, newline) : text.slice(start);
    const standing = complete && !isBlank(line) ? code?.standing(text.slice(0, newline)) : undefined;
    if (isBlank(line)) {
      if (!complete) return null;
      // The first row is the rest of the cursor's line, blank where a block begins below it.
      if (row > 0 && !quoted) blanks += 1;
      if (blanks >= (scope.block ? 2 : 1)) return filled;
    } else {
      if (row > 0 && !quoted) {
        const depth = columns(line, width) + from;
        const role = scope.block && depth <= scope.floor ? roleOf(line, code, scope.words) : undefined;
        const ours = depth === scope.floor && !scope.closed;
        if (role === 'closes' && ours) {
          if (!complete) return null;
          if (!CONTINUES.test(line.trimEnd())) return newline;
        } else if (role === 'goesOn' && ours) {
          // The word may be the beginning of another.
          if (!complete) return null;
        } else if (role !== 'free' && (scope.block ? depth <= scope.floor : depth < scope.floor)) {
          return !complete && code?.mayTakeRole(line) ? null : filled;
        }
      }
      if (standing !== undefined && !standing.quoted && standing.closed > closed) {
        if (row > 0 && (scope.closed || !scope.block)) return filled;
        if (standing.open === 0 && !CONTINUES.test(line.trimEnd())) return newline;
        closed = standing.closed;
      }
      if (standing !== undefined) quoted = standing.quoted;
      equal = line === previous ? equal + 1 : 1;
      previous = line;
      if (complete && equal === LOOP_LINES) return newline;
      blanks = 0;
      filled = complete ? newline : text.length;
    }
    if (!complete) return null;
    start = newline + 1;
  }
  return null;
}

function roleOf(
  line: string,
  code: CodePlace | undefined,
  words: BlockWords | undefined,
): ReturnType<CodePlace['roleOf']> {
  if (code !== undefined) return code.roleOf(line);
  const text = line.trimStart();
  if (isCloser(text[0]) || words?.ends.test(text)) return 'closes';
  return words?.goesOn.test(text) ? 'goesOn' : undefined;
}
