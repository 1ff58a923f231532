import { isCloser, outsideString, scanBrackets } from '../brackets.ts';
import type { Draft } from '../closers.ts';
import { marksOf } from '../marks.ts';
import { columns, isBlank, lineAfter, lineBefore } from '../text.ts';
import { type Filter, type FilterContext, shortened } from './filter.ts';

/** Brackets begun at the end of the text, with what leads nowhere without them. */
const OPENERS_AT_END = /[\s([{]+$/;

/**
 * Before closers on the cursor's line a text must close what it opens, or they would close that instead: a bracket at
 * its end is left for the user to type, one further inside is closed.
 */
export const openBrackets: Filter = (draft, context) => {
  const marks = marksOf(context);
  const rest = lineAfter(context.suffix).trimStart();
  if (draft.over > 0) return closedTail(draft, context);
  const code = outsideString(draft.text, lineBefore(context.prefix), rest, marks);
  if (!isCloser(rest[0]) || scanBrackets(code, [], marks).owed.length === 0) return draft;
  const text = draft.text.replace(OPENERS_AT_END, '');
  if (isBlank(text)) return null;
  const owed = scanBrackets(text, [], marks).owed.reverse();
  const closed = owed.map((closer) => (closer === '}' && text.includes('{ ') ? ' }' : closer)).join('');
  return shortened(draft, text + closed);
};

/** Behind closers that stay nothing is opened that neither the text nor the lines below close. */
function closedTail(draft: Draft, context: FilterContext): Draft {
  const marks = marksOf(context);
  const opened = scanBrackets(draft.tail, [], marks).owed[0];
  if (opened === undefined || isClosedBelow(opened, context)) return draft;
  let tail = draft.tail;
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
  return end?.trimStart()[0] === closer;
}
