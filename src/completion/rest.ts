/** Joins a suggestion with other text than closers that stands behind the cursor. */
import { scanBrackets } from './brackets.ts';
import type { Draft } from './closers.ts';
import type { Marks } from './marks.ts';
import { isBlank } from './text.ts';

/** Stand once in what they are in, however the text ends. */
const ONCE = /^\s*(?:(?:import|from|in|of|as|extends|implements)\b|:?=(?![=>]))/;

/** Ends a statement or begins a block, which nothing on the line can follow. */
const ENDS_LINE = /[;:{]$/;

/**
 * The text, a line written as if nothing followed the cursor, around `rest`, which does, where it says that with more inside:
 * `s.replace(/|/, '')` and `a/g, '')` give `a`, the stroke, and the tail `g`; `(|) => {` and `a: A): B => {` give `a: A`, the
 * parenthesis, and the tail `: B`.
 */
export function moreInside(text: string, rest: string, marks: Marks): Draft | undefined {
  const [expected, whole] = [rest.trimEnd(), text.trimEnd()];
  if (expected === '' || whole.includes('\n')) return undefined;
  const { end, same } = sameEnd(whole, expected);
  const first = expected.slice(0, expected.length - same);
  if (same === 0 || first === '') return undefined;
  const begins = indexOfPart(whole.slice(0, end - same), first);
  if (begins <= 0) return undefined;
  const draft = split(whole, begins, first.length, end - same);
  // What is opened or closed there belongs to the words that are the same.
  const { owed, unmatched } = scanBrackets(draft.tail, [], marks);
  return owed.length === 0 && unmatched.length === 0 ? draft : undefined;
}

/** How much of their ends both have in common, and where `whole` ends for that. */
function sameEnd(whole: string, expected: string): { end: number; same: number } {
  // What ends the line may be missing behind the cursor.
  const end = ENDS_LINE.test(whole) && !ENDS_LINE.test(expected) ? whole.length - 1 : whole.length;
  return { end, same: commonEnd(whole.slice(0, end), expected) };
}

/**
 * The same, and where the text says what is in `rest` in other words (`function |(a) {` and `add(b) {`), it is cut before them, and
 * those that are there stay.
 */
export function joinRest(text: string, rest: string, marks: Marks): Draft {
  const inside = moreInside(text, rest, marks);
  if (inside !== undefined) return inside;
  const draft = { text, over: 0, tail: '' };
  const expected = rest.trimEnd();
  const whole = text.trimEnd();
  if (expected === '' || whole.includes('\n') || (!ONCE.test(expected) && standsAlone(whole, marks))) return draft;
  const { end, same } = sameEnd(whole, expected);
  const start = expected.search(/\S/);
  for (let index = 1; index < end - same; index++) {
    const other = whole.slice(index).trimStart();
    if (
      isWord(expected[start])
        ? isWord(whole[index - 1]) || !sameWord(other, expected.slice(start))
        : other[0] !== expected[start]
    ) {
      continue;
    }
    // Two words stay apart.
    const inner = start === 0 && isWord(expected[0]) ? whole.slice(0, index) : whole.slice(0, index).trimEnd();
    const { owed, unmatched } = scanBrackets(inner, [], marks);
    if (owed.length === 0 && unmatched.length === 0) return { ...draft, text: inner };
  }
  return draft;
}

/** The text around all of `rest`, where it says that and goes on: `return |.a()` and `b.a().c()`. */
export function aroundWhole(text: string, rest: string): Draft | undefined {
  const [expected, whole] = [rest.trimEnd(), text.trimEnd()];
  if (expected === '' || whole.includes('\n')) return undefined;
  const at = indexOfPart(whole, expected);
  return at > 0 ? split(whole, at, expected.length, whole.length) : undefined;
}

/** `text` up to `at`, so much of the line that stays, and what stands between there and `end` behind it. */
function split(text: string, at: number, over: number, end: number): Draft {
  const tail = text.slice(at + over, end).trimEnd();
  return { text: text.slice(0, at), over: tail === '' ? 0 : over, tail };
}

/** Where `part` begins in `text`, at the ends of words. */
function indexOfPart(text: string, part: string): number {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const cuts = (isWord(part[0]) && isWord(text[at - 1])) || (isWord(part.at(-1)) && isWord(text[at + part.length]));
    if (!cuts) return at;
  }
  return -1;
}

function commonEnd(a: string, b: string): number {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[a.length - 1 - same] === b[b.length - 1 - same]) same++;
  return same;
}

const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}_]/u.test(character);

const sameWord = (a: string, b: string): boolean => /^[\p{L}\p{N}_$]*/u.exec(a)![0] === /^[\p{L}\p{N}_$]*/u.exec(b)![0];

/** Other text may follow it on the line. */
function standsAlone(text: string, marks: Marks): boolean {
  return isBlank(text) || (!ENDS_LINE.test(text) && scanBrackets(text, [], marks).unmatched.length === 0);
}
