import { isCloser, scanBrackets } from '../brackets.ts';
import { isBlank, lineAfter } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** Brackets begun at the end of the text, with what leads nowhere without them. */
const OPENERS_AT_END = /[\s([{]+$/;

/**
 * Before closers on the cursor's line a text must close what it opens, or they would close that instead: a bracket at
 * its end is left for the user to type, one further inside is closed.
 */
export const openBrackets: Filter = (draft, { suffix }) => {
  const rest = lineAfter(suffix).trimStart();
  if (draft.over > 0 || !isCloser(rest[0]) || scanBrackets(draft.text).owed.length === 0) return draft;
  const text = draft.text.replace(OPENERS_AT_END, '');
  if (isBlank(text)) return null;
  const owed = scanBrackets(text).owed.reverse();
  const closed = owed.map((closer) => (closer === '}' && text.includes('{ ') ? ' }' : closer)).join('');
  return shortened(draft, text + closed);
};
