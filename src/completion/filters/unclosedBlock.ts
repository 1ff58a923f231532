import { scanBrackets } from '../brackets.ts';
import { type Filter, shortened } from './filter.ts';

/**
 * A block of several lines is shown only as far as it closes what it opens: half an object or half a loop, once taken,
 * is more to repair than to write. Where its first line opens what never closes, that line is all that is left.
 */
export const unclosedBlock: Filter = (draft) => {
  const lines = draft.text.split('\n');
  if (lines.length === 1 || scanBrackets(draft.text).owed.length === 0) return draft;
  for (let count = lines.length - 1; count > 1; count--) {
    const text = lines.slice(0, count).join('\n');
    if (scanBrackets(text).owed.length === 0) return shortened(draft, text.trimEnd());
  }
  return shortened(draft, lines[0]!.trim() === '' ? lines.slice(0, 2).join('\n') : lines[0]!);
};
