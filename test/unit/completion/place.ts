import type { FilterContext } from '../../../src/completion/filters/filter.ts';
import type { Surroundings } from '../../../src/completion/prompt.ts';

/** A place in a file, written with `|` for the cursor. */
export function place(file: string): Surroundings {
  const cursor = file.indexOf('|');
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
