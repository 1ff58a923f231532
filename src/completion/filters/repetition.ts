import { isBlank, lineBefore } from '../text.ts';
import { type Filter, shortened } from './filter.ts';
import { bare, linesAround } from './rows.ts';

/** A line may stand twice in a row; from the third on it is a loop. */
const LOOP_LINES = 3;

/** Brackets on lines of their own may follow each other. */
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

/** A group of tokens said this often at the end of the text is a loop. */
const MOST_EQUAL_GROUPS = 3;

/** A list of so many equal elements may be meant, where the model has ended it itself: `%s, %s, %s, %s`, `1fr 1fr 1fr 1fr`. */
const MOST_EQUAL_ELEMENTS = 7;

/** How far back to look for the loop, in tokens (Copilot's ghost text looks at 60 at most). */
const LAST_TOKENS = 60;

/** The same few characters inside a word, six times: `_c_c_c_c_c_c`. */
const STUTTER = /((?=\S*\p{L})\S{2,8}?)\1{5,}/u;

/** A number that has one digit again and again. */
const MASK = /\b0x[\da-f_]{8,64}/gi;

/** Loops, the small model's failure: equal lines are cut to the first, the same words again and again reject. */
export const repetition: Filter = (draft, { prefix, suffix, finish }) => {
  const { above, below } = linesAround({ prefix, suffix }, LOOP_LINES);
  const line = bare(lineBefore(prefix) + draft.text);
  // Another row of a table, as those around it, or the next of a list.
  if (!draft.text.trim().includes('\n') && line !== '') {
    const rows = [...above, ...below].filter((one) => bare(one) === line).length;
    if (below.some((one) => bare(one) === line) && rows > 1) return draft;
    if (rows > 0 && line.endsWith(',') && line.length > 1) return draft;
  }
  const text = beforeLoop(draft.text, prefix);
  if (isBlank(text) && !isBlank(draft.text)) return null;
  const most = finish === 'length' ? 0 : MOST_EQUAL_ELEMENTS;
  return STUTTER.test(text.replace(MASK, '')) || loops(text, most) ? null : shortened(draft, text);
};

/** The text up to three equal lines in a row and with the first of them, where that is not in the file already. */
function beforeLoop(text: string, prefix: string): string {
  const before = lineBefore(prefix);
  const above = prefix
    .slice(0, prefix.length - before.length)
    .split('\n')
    .slice(-LOOP_LINES, -1);
  const lines = text.split('\n');
  const all = [...above, before + lines[0]!, ...lines.slice(1)].map((line) => line.trim());
  let equal = 1;
  for (let row = 1; row < all.length; row++) {
    equal = SAYS_SOMETHING.test(all[row]!) && all[row] === all[row - 1] ? equal + 1 : 1;
    const first = row - LOOP_LINES + 1 - above.length;
    if (equal === LOOP_LINES && first + LOOP_LINES > 0) return lines.slice(0, Math.max(0, first + 1)).join('\n');
  }
  return text;
}

/**
 * True when the last tokens are one group with a word in it, repeated (Knuth-Morris-Pratt on the reversed tokens).
 * @param most elements of a list that is all of the text.
 */
function loops(text: string, most: number): boolean {
  const tokens =
    text
      .match(/[\p{L}\p{N}_$]+|[^\s\p{L}\p{N}_$]/gu)
      ?.slice(-LAST_TOKENS)
      .reverse() ?? [];
  const failure = [-1];
  for (let i = 1, k = -1; i < tokens.length; i++) {
    while (k >= 0 && tokens[k + 1] !== tokens[i]) k = failure[k]!;
    if (tokens[k + 1] === tokens[i]) k += 1;
    failure.push(k);
    const period = i - k;
    // The last separator is often missing.
    const seen = period > 1 ? i + 2 : i + 1;
    const group = tokens.slice(0, period);
    if (seen < period * (MOST_EQUAL_GROUPS + 1) || !group.some((token) => /\p{L}/u.test(token))) continue;
    const isAll = tokens.every((token, at) => at < period || token === tokens[at - period]);
    const words = new Set(group.filter((token) => /\p{L}/u.test(token)));
    const isElement = words.size === 1 && group.some((token) => !/^\p{L}+$/u.test(token));
    const isList = isAll && isElement && !text.trim().includes('\n');
    return !isList || tokens.length > period * most;
  }
  return false;
}
