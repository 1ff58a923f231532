import { isBlank } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

const OPENING = /^\s*```[^\n`]*\n/;
const CLOSING = /\n[ \t]*```/;

const FENCES = /^[ \t]*(?:```|~~~)/gm;
const BARE_FENCE = /^[ \t]*(?:`{3,}|~{3,})[ \t]*$/m;

/**
 * Takes the code out of a Markdown fence, which chat models put around it. In Markdown fences are text, but for one that the
 * lines below have already.
 */
export const markdownFence: Filter = (draft, { markdown, prefix, suffix }) => {
  if (markdown) return withoutFenceBelow(draft, prefix, suffix);
  if (!draft.text.includes('```')) return draft;
  const inside = draft.text.replace(OPENING, '');
  const closing = CLOSING.exec(inside);
  return shortened(draft, closing === null ? inside : inside.slice(0, closing.index));
};

function withoutFenceBelow(draft: Parameters<Filter>[0], prefix: string, suffix: string): ReturnType<Filter> {
  const open = (prefix.match(FENCES)?.length ?? 0) % 2 === 1;
  const below = /^[ \t]*(?:```|~~~).*$/m.exec(suffix)?.[0];
  const own = BARE_FENCE.exec(draft.text);
  if (!open || below === undefined || !BARE_FENCE.test(below) || own === null) return draft;
  const text = draft.text.slice(0, own.index).trimEnd();
  return isBlank(text) ? null : shortened(draft, text);
}
