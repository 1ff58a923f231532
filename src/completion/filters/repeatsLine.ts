import { isBlank, lineBefore } from '../text.ts';
import { type Filter, shortened } from './filter.ts';

const WORDS = /[\p{L}\p{N}_$]+/gu;

/**
 * Takes off the beginning of the cursor's line that an answer says again (`const a = |` and `const a = b;`). A single word may
 * stand twice, and so may an element of a list.
 */
export const repeatsLine: Filter = (draft, { prefix }) => {
  const line = lineBefore(prefix).trim();
  const text = draft.text.trimStart();
  if ((line.match(WORDS)?.length ?? 0) < 2 || line.endsWith(',') || !text.startsWith(line)) return draft;
  const rest = text.slice(line.length);
  if (isBlank(rest)) return null;
  return shortened(draft, /\s$/.test(prefix) ? rest.trimStart() : rest);
};
