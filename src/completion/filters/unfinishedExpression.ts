import { isBlank, isClosersOnly, lineAfter } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** Operators and words that want something behind them. */
const WANTS_MORE =
  /(?:&&|\|\||\?\?|=>|->|::|[=!]==?|<=|>=|\s[-+*/%&|^?:<>=]|(?<=[\w)])[=+]|(?<=[A-Za-z_$)\]?!])\.|\b(?:new|await|typeof|instanceof|and|or|not|in|is|as|extends|return|else|lambda\b[^:]*:?))$/;

/** What closes program text, and no string, comment or element: their words end as they like. */
const CODE = /^(?:[)\]};,:{>]|\/>)/;

/**
 * Before closers on the cursor's line an expression is whole: one that goes on in lines that are not shown is another
 * (`count === 0` of a ternary), and what wants more has none. A comma at the end only goes.
 */
export const unfinishedExpression: Filter = (draft, { suffix, broken, lines, markdown }) => {
  const rest = lineAfter(suffix).trim();
  if (markdown || !CODE.test(rest) || !isClosersOnly(rest)) return draft;
  const text = draft.text.trimEnd();
  // The model does not see the `;`, and would have written it.
  if (broken && lines === 'one' && rest === ';' && !text.endsWith(';')) return null;
  if (WANTS_MORE.test(text)) return null;
  const short = /[)\]};]/.test(rest[0]!) ? text.replace(/\s*,$/, '') : text;
  if (short === text) return draft;
  return isBlank(short) ? null : shortened(draft, short);
};
