import { scanBrackets } from '../brackets.ts';
import { marksOf } from '../marks.ts';
import { type Filter, type FilterContext, shortened } from './filter.ts';

/**
 * A block of several lines is shown only as far as it closes what it opens: half an object or half a loop, once taken,
 * is more to repair than to write. Where its first line opens what never closes, that line is all that is left.
 */
export const unclosedBlock: Filter = (draft, context) => {
  const lines = draft.text.split('\n');
  if (lines.length === 1 || closesAll(draft.text, context)) return draft;
  for (let count = lines.length - 1; count > 1; count--) {
    const text = lines.slice(0, count).join('\n').trimEnd();
    if (closesAll(text, context)) return shortened(draft, text);
  }
  return shortened(draft, lines[0]!.trim() === '' ? lines.slice(0, 2).join('\n') : lines[0]!);
};

/** A grammar also knows of words and tags that want closing, and which brackets are none. */
function closesAll(text: string, context: FilterContext): boolean {
  const standing = context.code?.standing(text);
  return standing === undefined
    ? scanBrackets(text, [], marksOf(context)).owed.length === 0
    : standing.open === 0 && !standing.quoted;
}
