import { isCloser, openStringIn, outsideText, scanBrackets } from '../brackets.ts';
import { type Draft, WANTS_MORE } from '../closers.ts';
import { type Marks, marksOf } from '../marks.ts';
import { columns, isBlank, isClosersOnly, lineAfter, lineBefore } from '../text.ts';
import { type Filter, type FilterContext, shortened } from './filter.ts';

/** Brackets begun at the end of the text, with what leads nowhere without them. */
const OPENERS_AT_END = /(?:\s*,)?[\s([{]+$/;

/** A string that is begun on the text's last line and not ended is left out, with the brackets that it is in. */
function withoutOpenString(text: string, marks: Marks): string {
  const start = text.lastIndexOf('\n') + 1;
  const line = text.slice(start);
  const at = openStringIn(line, marks);
  if (at === undefined) return text;
  const [lead = ''] = /(?:\s*[([{,=!<>+&|?:*-])*\s*$/.exec(text.slice(0, start + at)) ?? [];
  const left = text.slice(0, start + at - lead.length);
  // A name is nothing without its value.
  return /^\s*[:=](?!=)/.test(lead) ? left.replace(/[\s([{,]*[\w$-]+$/, '') : left;
}

/** Before other text nothing is begun that does not end there. */
function beforeOpened(draft: Draft, before: string, rest: string, marks: Marks): Draft | null {
  const { owed } = scanBrackets(before, [], marks);
  const there = scanBrackets(rest, owed, marks).unmatched.map(({ closer }) => closer);
  const ends = (owed: readonly string[]): boolean => owed.toReversed().every((closer, at) => closer === there[at]);
  const left = isCloser(rest[0]) ? /[\s,]+$/ : /\s+$/;
  let text = withoutOpenString(draft.text, marks);
  while (!ends(scanBrackets(text, [], marks).owed)) {
    text = text.slice(0, Math.max(...['(', '[', '{'].map((bracket) => text.lastIndexOf(bracket)))).replace(left, '');
    // Nor does it go on to what is left out: `(a) =>`.
    if (WANTS_MORE.test(text)) return null;
  }
  return isBlank(text) ? null : shortened(draft, text);
}

/**
 * Before closers on the cursor's line a text must close what it opens, or they would close that instead: a bracket at
 * its end is left for the user to type, one further inside is closed; so is a string left that is only begun.
 */
export const openBrackets: Filter = (draft, context) => {
  const marks = marksOf(context);
  const rest = lineAfter(context.suffix).trimStart();
  if (draft.over > 0) return closedTail(draft, context);
  const before = lineBefore(context.prefix);
  if (isBlank(rest) || outsideText(draft.text, before, rest, marks) !== draft.text) return draft;
  if (!isClosersOnly(rest)) return beforeOpened(draft, before, rest, marks);
  const whole = withoutOpenString(draft.text, marks);
  if (whole === draft.text && scanBrackets(whole, [], marks).owed.length === 0) return draft;
  const text = whole.replace(OPENERS_AT_END, '');
  if (isBlank(text)) return null;
  const owed = scanBrackets(text, [], marks).owed.reverse();
  const closed = owed.map((closer) => (closer === '}' && text.includes('{ ') ? ' }' : closer)).join('');
  return shortened(draft, text + closed);
};

/** Behind closers that stay nothing is opened that neither the text nor the lines below close. */
function closedTail(draft: Draft, context: FilterContext): Draft {
  const marks = marksOf(context);
  let tail = withoutOpenString(draft.tail, marks);
  const opened = scanBrackets(tail, [], marks).owed[0];
  if (tail === draft.tail && (opened === undefined || isClosedBelow(opened, context))) return draft;
  while (scanBrackets(tail, [], marks).owed.length > 0) {
    tail = tail.slice(0, Math.max(...['(', '[', '{'].map((bracket) => tail.lastIndexOf(bracket))));
  }
  tail = tail.replace(LEADS_NOWHERE, '');
  return tail === '' ? { text: draft.text, over: 0, tail } : { ...draft, tail };
}

/** What wants a bracket behind it. */
const LEADS_NOWHERE = /(?:\s+|=>|->|\belse\b|\b(?:throws|where)\b.*)+$/;

/** The first line below that is no deeper than the cursor's begins with the closer. */
function isClosedBelow(closer: string, { prefix, suffix, width }: FilterContext): boolean {
  const depth = columns(lineBefore(prefix), width);
  const below = suffix.slice(lineAfter(suffix).length).split('\n');
  const end = below.find((line) => !isBlank(line) && columns(line, width) <= depth);
  return end?.trimStart()[0] === closer && columns(end, width) === depth;
}
