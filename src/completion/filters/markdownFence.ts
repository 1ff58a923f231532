import { isBlank, isInFence, lineBefore } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

const OPENING = /^\s*```[^\n`]*(?:\n|$)/;
/** How chat models begin to tell of what they have written. */
const PROSE =
  /^\s*(?:(?:Sure|Certainly|Of course)[!,.:]|Here(?:'s| is| are) (?:the|a|an|your|my|how|what)\b|(?:The|This) (?:completed|missing|updated|corrected|following) (?:code|function|line|method|part)\b)[^\n]*(?:\n\s*|$)/;
const CLOSING = /\n[ \t]*```/;

const BARE_FENCE = /^[ \t]*(?:`{3,}|~{3,})[ \t]*$/m;

/**
 * Takes the code out of a Markdown fence, which chat models put around it, and what they say before it. In Markdown both are
 * text, but for a fence that the lines below have already.
 */
export const markdownFence: Filter = (draft, { markdown, prefix, suffix }) => {
  if (markdown) return withoutFenceBelow(draft, prefix, suffix);
  const inComment = prefix.lastIndexOf('/*') > prefix.lastIndexOf('*/');
  const code = isBlank(lineBefore(prefix)) && !inComment ? draft.text.replace(PROSE, '') : draft.text;
  const inside = code.replace(OPENING, '');
  const closing = inside === code && !code.includes('```') ? null : CLOSING.exec(inside);
  const text = closing === null ? inside : inside.slice(0, closing.index);
  return isBlank(text) && !isBlank(draft.text) ? null : shortened(draft, text);
};

function withoutFenceBelow(draft: Parameters<Filter>[0], prefix: string, suffix: string): ReturnType<Filter> {
  const below = /^[ \t]*(?:```|~~~).*$/m.exec(suffix)?.[0];
  const own = BARE_FENCE.exec(draft.text);
  if (!isInFence(prefix) || below === undefined || !BARE_FENCE.test(below) || own === null) return draft;
  const text = draft.text.slice(0, own.index).trimEnd();
  return isBlank(text) ? null : shortened(draft, text);
}
