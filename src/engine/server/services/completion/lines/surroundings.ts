/** What stands around the cursor, in lines. */
import type { LineTokens } from './lineTokens.ts';

export interface Surroundings {
  /** The lines above and below that are not blank, the nearest first; at most {@link LINES}. */
  above: Int32Array[];
  below: Int32Array[];
  /** The nearest line above that is indented less than the cursor. */
  header: Int32Array;
  /** Characters of white space before the cursor's line. */
  indent: number;
  /** Line breaks before the cursor, of the text that was given. */
  row: number;
  /** What is written of the line, without its indentation: its bytes, one to a character. */
  typed: string;
  /** Its whole tokens. */
  typedTokens: Int32Array;
}

/** Lines on each side that are kept. */
const LINES = 4;
const NOTHING = new Int32Array(0);

/**
 * @param before tokens before the cursor. @param after those behind it; what they say of the cursor's line is passed over.
 * @param beginning bytes of the cursor's line that `before` has lost.
 */
export function surroundingsOf(
  spelling: LineTokens,
  before: Int32Array,
  after: Int32Array,
  beginning: Uint8Array,
): Surroundings {
  const row = spelling.rowsOf(before);
  const lines: { tokens: Int32Array; indent: number }[] = [];
  spelling.eachLine(before, (line) => {
    if (line.row < row) lines.push({ tokens: before.subarray(line.from, line.to), indent: line.indent });
  });
  const below: Int32Array[] = [];
  spelling.eachLine(after, (line) => {
    if (line.row > 0 && below.length < LINES) below.push(after.subarray(line.from, line.to));
  });
  const { start, trailing } = cursorLine(spelling, before);
  const written = trailing + spelling.spelled(before, start) + latin1(beginning);
  const indent = /^[ \t\v\f\r]*/.exec(written)![0].length;
  const typed = written.slice(indent);
  lines.reverse();
  return {
    above: lines.slice(0, LINES).map(({ tokens }) => tokens),
    below,
    header: lines.find((line) => line.indent < indent)?.tokens ?? NOTHING,
    indent,
    row,
    typed,
    typedTokens: before.subarray(spelling.skipBlank(before, start)),
  };
}

/** Where the tokens of the cursor's line begin, and the white space that the break before them ends with. */
function cursorLine(spelling: LineTokens, before: Int32Array): { start: number; trailing: string } {
  let start = before.length;
  while (start > 0 && !spelling.breaksLine(before[start - 1]!)) start--;
  const last = start > 0 ? spelling.text(before[start - 1]!) : '';
  return { start, trailing: last.slice(last.lastIndexOf('\n') + 1) };
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
