import { marksOf } from '../marks.ts';
import { columns, isBlank, lineBefore } from '../text.ts';
import { type Filter, shortened } from './filter.ts';
import { areRows, bare, isParting, linesAround } from './rows.ts';

/** Lines with nothing but brackets and separators repeat everywhere and say nothing, but for what ends a shell's `case`. */
const SAYS_SOMETHING = /[\p{L}\p{N}]|^;;$/u;

const WORD = /^\p{L}+;?$/u;

/** So far below a line may be that is said again, where it is no line that stands everywhere (`return null;`). */
const LINES_BELOW = 4;
const LEAST_LENGTH = 16;

/**
 * Rejects a suggestion that begins with what the following lines already say, whatever its spaces, also as a comment; of a
 * longer one, what they say is cut; so is what would have come to that, had it not been shown shortened. Where the lines
 * around are equal themselves, another is wanted.
 */
export const repeatsNextLines: Filter = (draft, context) => {
  const { prefix, suffix, width } = context;
  const around = linesAround({ prefix, suffix }, LINES_BELOW).below;
  // What stands behind the end of the block may be wanted in it too.
  const depth = columns(lineBefore(prefix), width);
  const ends = around.findIndex((line) => columns(line, width) < depth || isParting(line));
  const below = (ends < 0 ? around : around.slice(0, Math.max(1, ends))).map(bare);
  const next = below[0];
  if (next === undefined || areRows({ prefix, suffix }, 'equal')) return draft;
  const saysIt = (line: string): boolean => {
    const said = bare(line);
    if (!SAYS_SOMETHING.test(said)) return false;
    // `end` of a block within another.
    if (WORD.test(line.trim()) && columns(line, width) !== columns(around[0]!, width)) return false;
    return said === next || (said.length >= LEAST_LENGTH && below.includes(said));
  };
  const { comment } = marksOf(context);
  const before = lineBefore(prefix);
  const lines = draft.text.split('\n');
  const last = lines.length - 1;
  /** What became too doubtful to be shown whole is the next line, as far as it goes. */
  const beginsIt = (row: number, line: string): boolean => {
    const said = bare(line);
    const ownLine = row > 0 || isBlank(before);
    return row === last && !context.broken && ownLine && said.length >= LEAST_LENGTH && next.startsWith(said);
  };
  for (const [row, line] of lines.entries()) {
    const whole = row === 0 ? before + line : line;
    const code = row === 0 && before.trim() === comment ? line : whole;
    if (!saysIt(whole) && !saysIt(code) && !beginsIt(row, whole)) continue;
    const text = lines.slice(0, row).join('\n').trimEnd();
    return isBlank(text) ? null : shortened(draft, text);
  }
  return draft;
};
