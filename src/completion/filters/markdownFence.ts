import { type Filter, shortened } from './filter.ts';

const OPENING = /^\s*```[^\n`]*\n/;
const CLOSING = /\n[ \t]*```/;

/** Takes the code out of a Markdown fence, which chat models put around it. */
export const markdownFence: Filter = (draft, { markdown }) => {
  if (markdown || !draft.text.includes('```')) return draft;
  const inside = draft.text.replace(OPENING, '');
  const closing = CLOSING.exec(inside);
  return shortened(draft, closing === null ? inside : inside.slice(0, closing.index));
};
