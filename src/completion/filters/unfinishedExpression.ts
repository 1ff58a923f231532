import { scanBrackets } from '../brackets.ts';
import { joinClosers, WANTS_MORE } from '../closers.ts';
import { marksOf } from '../marks.ts';
import { isBlank, isClosersOnly, lineAfter } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** What closes program text, and no string, comment or element: their words end as they like. */
const CODE = /^(?:[)\]};,:{>]|\/>)/;

/**
 * Before closers on the cursor's line an expression is whole: one that goes on in lines that are not shown is another
 * (`count === 0` of a ternary), and what wants more has none. A comma at the end only goes.
 */
export const unfinishedExpression: Filter = (draft, context) => {
  const { suffix, broken, lines, markdown } = context;
  const rest = lineAfter(suffix).trim();
  if (markdown || !CODE.test(rest) || !isClosersOnly(rest)) return draft;
  const text = draft.text.trimEnd();
  // The model does not see the `;`, and would have written it.
  if (broken && lines === 'one' && rest === ';' && !text.endsWith(';')) return null;
  const goesPast = joinClosers(text, rest, marksOf(context)).over >= rest.length;
  if (!goesPast && WANTS_MORE.test(text)) return null;
  // Behind what closes the same, the comma is none of its own.
  const within = /[)\]};]/.test(rest[0]!) && scanBrackets(text, [], marksOf(context)).unmatched.length === 0;
  const short = within ? text.replace(/\s*,$/, '') : text;
  if (short === text) return draft;
  return isBlank(short) ? null : shortened(draft, short);
};
