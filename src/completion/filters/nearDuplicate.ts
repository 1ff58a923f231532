import { lineAfter, lineBefore } from '../text.ts';
import { distanceWithin } from './distance.ts';
import type { Filter } from './filter.ts';
import { areRows, squeeze } from './rows.ts';

/** Copilot's and Tabby's limit: equal but for a twentieth. */
const SHARE = 0.05;

/** Shorter texts differ by more than a twentieth in a single character, and equal ones are for `repeatsNextLines`. */
const LEAST_LENGTH = 20;

/** Rejects a suggestion that is nearly what the lines below already say, but for rows, which are alike on purpose. */
export const nearDuplicate: Filter = (draft, { prefix, suffix }) => {
  const ours = squeeze(lineBefore(prefix) + draft.text);
  if (ours.length < LEAST_LENGTH) return draft;
  const rows = draft.text.trim().split('\n').length;
  const below = suffix
    .slice(lineAfter(suffix).length)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, rows);
  const theirs = squeeze(below.join('\n'));
  const limit = Math.floor(ours.length * SHARE);
  if (!distanceWithin(ours, theirs, limit)) return draft;
  const areAlike = areRows({ prefix, suffix }, ours === theirs ? 'equal' : 'similar');
  return areAlike || counts(ours, theirs) ? draft : null;
};

/** Rows that count say the same but for several of their numbers. */
function counts(one: string, other: string): boolean {
  const [ours, theirs] = [one, other].map((text) => text.match(/\d+/g) ?? []);
  return ours!.length === theirs!.length && ours!.filter((number, at) => number !== theirs![at]).length > 1;
}
