import { isBlank } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

/**
 * Spellings of control tokens of the families in `fimLayouts.ts` and of chat templates, and what models that rewrite code say of
 * their edits.
 */
const MARKER =
  /<\|[\w▁-]+\|>|<｜[^｜\n]{1,40}｜>|<\/?(?:fim[_-](?:prefix|suffix|middle|pad|begin|hole|end)|file_sep|jupyter_\w+|empty_output|commit_(?:before|msg|after)|issue_\w+|CURSOR|repo_?name|gh_stars|PRE|SUF|MID|EOT|eot|think|COMPLETION)>|<(?:start|end)_of_turn>|<unused\d+>|<extra_id_\d+>|<0x[\dA-F]{2}>|(?<!["'`])<(?:eos|bos|unk|pad|PREFIX|SUFFIX|MIDDLE)>(?!["'`])|<filename>(?=[\w./-]+\.\w)|\[end of text\]|\[\/CODE\]|<\[[\p{L}▁_-]+\]>|\[(?:PREFIX|SUFFIX|MIDDLE|\/?INST)\]|^(?:<{7}|>{7})(?: .*)?$|^[ \t]*(?:NO_EDITS|KEEP_PREVIOUS)[ \t]*$/mu;

/** Elements of HTML that models end an answer with. */
const ENDS_ELEMENT = /<\/(code|s|pre|answer|completion)>/;

/** Cuts where a control token leaked into the text as letters. In a file that writes such tokens itself they are text. */
export const specialTokens: Filter = (draft, { prefix, suffix }) => {
  const index = Math.min(...[markerIn(draft.text, prefix, suffix), elementIn(draft.text, prefix, suffix)]);
  if (index === Number.POSITIVE_INFINITY) return draft;
  const text = draft.text.slice(0, index);
  return isBlank(text) ? null : shortened(draft, text);
};

function markerIn(text: string, prefix: string, suffix: string): number {
  const marker = MARKER.exec(text);
  return marker === null || MARKER.test(prefix) || MARKER.test(suffix) ? Number.POSITIVE_INFINITY : marker.index;
}

/** An end of an element that is begun nowhere. */
function elementIn(text: string, prefix: string, suffix: string): number {
  const end = ENDS_ELEMENT.exec(text);
  if (end === null) return Number.POSITIVE_INFINITY;
  const begins = new RegExp(`<${end[1]}[\\s>]|</${end[1]}>`);
  const begun = begins.test(prefix) || begins.test(suffix) || begins.test(text.slice(0, end.index));
  return begun ? Number.POSITIVE_INFINITY : end.index;
}
