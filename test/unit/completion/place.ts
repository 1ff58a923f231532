import type { FilterContext } from '../../../src/completion/filters/filter.ts';
import type { Surroundings } from '../../../src/completion/prompt.ts';

/** A place in a file, written with `|` for the cursor, or `§` where the language has that. */
export function place(file: string): Surroundings {
  const mark = file.indexOf('§');
  const cursor = mark < 0 ? file.indexOf('|') : mark;
  return { prefix: file.slice(0, cursor), suffix: file.slice(cursor + 1) };
}

export const filterContext = (file: string, changes: Partial<FilterContext> = {}): FilterContext => ({
  ...place(file),
  lines: 'many',
  finish: 'endOfText',
  width: 2,
  markdown: false,
  ...changes,
});
