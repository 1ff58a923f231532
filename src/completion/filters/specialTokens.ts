import { isBlank } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/** Spellings of control tokens of the families in `fimLayouts.ts` and of chat templates. */
const MARKER =
  /<\|[a-z_]+\|>|<｜[^｜\n]{1,40}｜>|<(?:fim[_-](?:prefix|suffix|middle|pad)|file_sep|repo_name|PRE|SUF|MID|EOT)>|<\[[a-z-]+\]>|\[(?:PREFIX|SUFFIX|MIDDLE)\]/;

/** Cuts where a control token leaked into the text as letters. In a file that writes such tokens itself they are text. */
export const specialTokens: Filter = (draft, { prefix, suffix }) => {
  const marker = MARKER.exec(draft.text);
  if (marker === null || MARKER.test(prefix) || MARKER.test(suffix)) return draft;
  const text = draft.text.slice(0, marker.index);
  return isBlank(text) ? null : shortened(draft, text);
};
