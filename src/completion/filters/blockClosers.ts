import { isCloser, scanBrackets } from '../brackets.ts';
import { type Draft, indexOfAngle, indexOfTag } from '../closers.ts';
import { marksOf } from '../marks.ts';
import { columns, isBlank, leadingSpace, lineAfter, lineBefore } from '../text.ts';
import { type Filter, type FilterContext, shortened } from './filter.ts';
import { linesAround } from './rows.ts';

const TAG = /^\s*<\/([\w.:-]+)>/;
/** So far above is looked. */
const LINES_ABOVE = 60;
/** The end of a begun tag, on a line of its own. */
const TAG_END = /^\s*\/?>\s*$/;

function withoutTagEnd(draft: Draft): Draft | null {
  const at = indexOfAngle(draft.text);
  if (at < 0 || !isBlank(draft.text.slice(at + 1))) return draft;
  const text = draft.text.slice(0, at).replace(/\s*\/?$/, '');
  return isBlank(text) ? null : shortened(draft, text);
}

/** The end of an element that is on a line of its own below, as deep as the line that begins it. */
function withoutTagBelow(draft: Draft, below: string, context: FilterContext): Draft | null {
  const name = TAG.exec(below)?.[1];
  if (name === undefined) return draft;
  const { prefix, width } = context;
  const line = lineBefore(prefix);
  const depth = columns(line, width);
  const begun = new RegExp(`<${name}(?![\\w.:-])`).test(line)
    ? line
    : linesAround(context, LINES_ABOVE).above.find((above) => columns(above, width) < Math.max(1, depth));
  if (begun === undefined || columns(begun, width) !== columns(below, width)) return draft;
  if (draft.over > 0) {
    const at = indexOfTag(draft.tail, name);
    if (at < 0) return draft;
    const tail = draft.tail.slice(0, at).trimEnd();
    return tail === '' ? { ...draft, over: 0, tail } : { ...draft, tail };
  }
  const at = indexOfTag(draft.text, name);
  if (at < 0) return draft;
  const text = draft.text.slice(0, at).trimEnd();
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
  if (below?.trimStart().startsWith('</')) return withoutTagBelow(draft, below, context);
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
