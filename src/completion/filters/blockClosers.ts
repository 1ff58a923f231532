import { isCloser, scanBrackets } from '../brackets.ts';
import { type Draft, indexOfAngle } from '../closers.ts';
import { marksOf } from '../marks.ts';
import { isBlank, leadingSpace, lineAfter } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** The end of a begun tag, on a line of its own. */
const TAG_END = /^\s*\/?>\s*$/;

function withoutTagEnd(draft: Draft): Draft | null {
  const at = indexOfAngle(draft.text);
  if (at < 0 || !isBlank(draft.text.slice(at + 1))) return draft;
  const text = draft.text.slice(0, at).replace(/\s*\/?$/, '');
  return isBlank(text) ? null : shortened(draft, text);
}

/** Snips lines at the end that close a block which the next line of the file closes already, and the end of a tag that is there. */
export const blockClosers: Filter = (draft, context) => {
  const { suffix } = context;
  const below = suffix
    .slice(lineAfter(suffix).length)
    .split('\n')
    .find((line) => !isBlank(line));
  const tagEnd = below === undefined ? undefined : TAG_END.exec(below)?.[0];
  if (tagEnd !== undefined && isBlank(lineAfter(suffix))) return withoutTagEnd(draft);
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
