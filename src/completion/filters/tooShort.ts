import type { Filter } from './filter.ts';

const SAYS_SOMETHING = /[\p{L}\p{N}\p{Extended_Pictographic}]/u;
const PAIR = /^(?:\(\)|\[\]|\{\}|<>|""|''|``)$/;
const BEGINS = /[([{<.!~&]$/;
const FINISHES = /^[)\]}>'"`;,:]+$/;

/**
 * Punctuation alone is a suggestion only where it finishes something (`);`, `}`): a lone `(` or `.` begins what the
 * model did not know how to go on with. Anything with a letter, a digit or an emoji may be short, as the rest of a name is.
 */
export const tooShort: Filter = (draft, { prefix, suffix }) => {
  const text = draft.text.trim();
  // All that there is, as in `(*)`, `{:?}` and `"%"`.
  if (PAIR.test(`${prefix.at(-1)}${suffix[0]}`) && !BEGINS.test(text)) return draft;
  return SAYS_SOMETHING.test(text) || FINISHES.test(text) || text.length >= 4 ? draft : null;
};
