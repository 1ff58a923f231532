import { marksOf } from '../marks.ts';
import { lineBefore } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** Of a comment to the end of the line, that line is all that is shown. */
export const commentLine: Filter = (draft, context) => {
  if (context.markdown || !lineBefore(context.prefix).trimStart().startsWith(marksOf(context).comment)) return draft;
  return shortened(draft, draft.text.trimStart().split('\n', 1)[0]!.trimEnd());
};
