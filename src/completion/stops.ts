/** Where a growing text has said enough. Matched on text: newlines hide inside tokens. */
import { isCloser } from './brackets.ts';
import type { Scope } from './scope.ts';
import { columns, isBlank } from './text.ts';

const LOOP_LINES = 3;
const CONTINUES = /[{([:,]$|=>$/;

/**
 * The index at which `text` ends, or null while it may go on. Once given, more text never changes it: the same stream
 * ends at the same place in whatever pieces it comes.
 * @param width columns of a tab.
 */
export function endOf(text: string, scope: Scope, width: number): number | null {
  return scope.lines === 'one' ? endOfLine(text, scope.newlineEnds) : endOfBlock(text, scope, width);
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
 * block of their own end at a blank line.
 */
function endOfBlock(text: string, scope: Extract<Scope, { lines: 'many' }>, width: number): number | null {
  let start = 0;
  /** End of the last line that was not blank. */
  let filled = 0;
  let blanks = 0;
  let equal = 0;
  let previous = '';
  for (let row = 0; start <= text.length; row++) {
    const newline = text.indexOf('\n', start);
    const complete = newline >= 0;
    const line = complete ? text.slice(start, newline) : text.slice(start);
    if (isBlank(line)) {
      if (!complete) return null;
      // The first row is the rest of the cursor's line, blank where a block begins below it.
      if (row > 0) blanks += 1;
      if (blanks >= (scope.block ? 2 : 1)) return filled;
    } else {
      if (row > 0) {
        const depth = columns(line, width);
        const closes = scope.block && depth === scope.floor && isCloser(line.trimStart()[0]) && !scope.closed;
        if (closes) {
          if (!complete) return null;
          if (!CONTINUES.test(line.trimEnd())) return newline;
        } else if (scope.block ? depth <= scope.floor : depth < scope.floor) return filled;
      }
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
