/** Lines of a file that are alike on purpose: rows of a table, of a list, of registers. */
import type { Surroundings } from '../prompt.ts';
import { isBlank, lineAfter, lineBefore } from '../text.ts';
import { distanceWithin } from './distance.ts';

/** Rows differ in so much of their length at the most. */
const SHARE = 0.2;

/** A text without what says nothing: space at its ends, and how much there is inside. */
export const squeeze = (text: string): string => text.trim().replace(/\s+/g, ' ');

/** The same without any space, so that layout makes no difference. */
export const bare = (text: string): string => text.replace(/\s+/g, '');

/** Parts a file into several that say the same each: documents of YAML, requests, sections. */
export const isParting = (line: string): boolean => /^\s*(?:-{3,}|#{3}|={3,}|\[[^\]]*\]\s*$)/.test(line);

/** The lines above the cursor's, nearest first, and those below; none that is blank. */
export function linesAround({ prefix, suffix }: Surroundings, count: number): { above: string[]; below: string[] } {
  const filled = (lines: string[]): string[] => lines.filter((line) => !isBlank(line)).slice(0, count);
  const end = prefix.length - lineBefore(prefix).length;
  const start = lineAfter(suffix).length;
  return {
    above: filled(
      prefix
        .slice(Math.max(0, end - 4096), end)
        .split('\n')
        .reverse(),
    ),
    below: filled(suffix.slice(start, start + 4096).split('\n')),
  };
}

/** The lines around the cursor's are rows that differ little, or not at all. */
export function areRows(near: Surroundings, alike: 'equal' | 'similar'): boolean {
  const { above, below } = linesAround(near, 2);
  const pairs = [
    [above[0], below[0]],
    [above[0], above[1]],
    [below[0], below[1]],
  ];
  return pairs.some(([one, other]) => one !== undefined && other !== undefined && isRowOf(one, other, alike));
}

function isRowOf(one: string, other: string, alike: 'equal' | 'similar'): boolean {
  const [a, b] = [squeeze(one), squeeze(other)];
  return a === b || (alike === 'similar' && distanceWithin(a, b, Math.floor(Math.max(a.length, b.length) * SHARE)));
}
