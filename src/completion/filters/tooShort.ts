import { saysNothing } from '../closers.ts';
import { kindOf } from '../marks.ts';
import { isBlank, lineBefore } from '../text.ts';
import type { Filter } from './filter.ts';

const SAYS_SOMETHING = /[\p{L}\p{N}_\p{Extended_Pictographic}]/u;
const PAIR = /^(?:\(\)|\[\]|\{\}|<>|""|''|``)$/;
const BEGINS = /[([{<.!~&]$/;
const FINISHES = /^(?:\*?[)\]}>'"`;,:]+|\+\+|--)[;)]*$/;
/** A value or a call with nothing in it, or a string of punctuation. */
const WHOLE = /^(?:\(\)|\[\]|\{\}|(["'`])[^"'`]*\1)[)\]};,:]*$/;
/** Of a command line, a file or a parameter. */
const SHELL = /^(?:shellscript|sh|bash|zsh|dockerfile|makefile)$/;
const SHELL_WORD = /^(?:~?\/|\.{1,2}\/?|[*~-]|\$[?@#*!$-])$/;
/** Behind these all is meant by `*`. */
const ALL_OF = /\b(?:select|distinct|import)\s+$/i;

/**
 * Punctuation alone is a suggestion only where it finishes something (`);`, `}`): a lone `(` or `.` begins what the
 * model did not know how to go on with. Anything with a letter, a digit or an emoji may be short, as the rest of a name is.
 */
export const tooShort: Filter = (draft, context) => {
  const { prefix, suffix } = context;
  const text = draft.text.trim();
  if (text === '') return saysNothing(draft) ? null : draft;
  // All that there is, as in `(*)`, `{:?}` and `"%"`.
  if (PAIR.test(`${prefix.at(-1)}${suffix[0]}`) && !BEGINS.test(text)) return draft;
  if (WHOLE.test(text) && !isBlank(lineBefore(prefix))) return draft;
  const before = lineBefore(prefix);
  if (/\S\s$/.test(before) && SHELL.test(kindOf(context)) && SHELL_WORD.test(text)) return draft;
  if (text === '*' && ALL_OF.test(before)) return draft;
  return SAYS_SOMETHING.test(text) || FINISHES.test(text) || text.length >= 4 ? draft : null;
};
