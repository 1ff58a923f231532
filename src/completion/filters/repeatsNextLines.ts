import { isBlank, lineAfter, lineBefore } from '../text.ts';
import type { Filter } from './filter.ts';

/** Lines with nothing but brackets and separators repeat everywhere and say nothing. */
const SAYS_SOMETHING = /[\p{L}\p{N}]/u;

/** Rejects a suggestion that begins with what the following line already says. */
export const repeatsNextLines: Filter = (draft, { prefix, suffix }) => {
  const following = suffix
    .slice(lineAfter(suffix).length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const next = following[0];
  if (next === undefined || !SAYS_SOMETHING.test(next)) return draft;
  const lines = (lineBefore(prefix) + draft.text).split('\n');
  const first = isBlank(draft.text.split('\n', 1)[0]!) ? lines.slice(1).find((line) => !isBlank(line)) : lines[0];
  return first?.trim() === next ? null : draft;
};
