import { isWord } from '../text.ts';
import type { Filter } from './filter.ts';

/** Inside a word nothing is wanted: what goes in there makes another of it. */
export const insideWord: Filter = (draft, { prefix, suffix }) =>
  isWord(prefix.at(-1)) && isWord(suffix[0]) ? null : draft;
