import type { Filter } from './filter.ts';

const SAYS_SOMETHING = /[\p{L}\p{N}]/u;
const FINISHES = /^[)\]}>'"`;,:]+$/;

/**
 * Punctuation alone is a suggestion only where it finishes something (`);`, `}`): a lone `(` or `.` begins what the
 * model did not know how to go on with. Anything with a letter or digit may be short, as the rest of a name is.
 */
export const tooShort: Filter = (draft) => {
  const text = draft.text.trim();
  return SAYS_SOMETHING.test(text) || FINISHES.test(text) || text.length >= 4 ? draft : null;
};
