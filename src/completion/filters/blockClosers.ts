import { isCloser, scanBrackets } from '../brackets.ts';
import { marksOf } from '../marks.ts';
import { isBlank, leadingSpace, lineAfter } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** Snips lines at the end that close a block which the next line of the file closes already. */
export const blockClosers: Filter = (draft, context) => {
  const { suffix } = context;
  const below = suffix
    .slice(lineAfter(suffix).length)
    .split('\n')
    .find((line) => !isBlank(line));
  const closer = below?.trimStart()[0];
  if (below === undefined || !isCloser(closer)) return draft;

  const first = scanBrackets(draft.text, [], marksOf(context)).unmatched.find((bracket) => bracket.closer === closer);
  if (first === undefined) return draft;
  const lineStart = draft.text.lastIndexOf('\n', first.index) + 1;
  const line = draft.text.slice(lineStart).split('\n', 1)[0]!;
  // The same closer at another depth closes another block.
  if (!isBlank(draft.text.slice(lineStart, first.index)) || lineStart === 0) return draft;
  if (leadingSpace(line) !== leadingSpace(below)) return draft;
  const text = draft.text.slice(0, lineStart).trimEnd();
  return text === '' ? null : shortened(draft, text);
};
