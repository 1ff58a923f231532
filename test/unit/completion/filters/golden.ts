import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Filter, FilterContext } from '../../../../src/completion/filters/filter.ts';
import { filterContext } from '../place.ts';

/** What was generated at `|` in a file, and what the filter leaves of it; null where it rejects. */
export interface Golden {
  what: string;
  file: string;
  text: string;
  shown: string | null;
  tail?: string;
  context?: Partial<FilterContext>;
}

export function testGolden(filter: Filter, table: Golden[]): void {
  for (const { what, file, text, shown, tail, context } of table) {
    test(`${filter.name}: ${what}`, () => {
      const draft = filter({ text, over: 0, tail: '' }, filterContext(file, context));
      assert.equal(draft === null ? null : draft.text, shown);
      if (draft !== null) assert.equal(draft.tail, tail ?? '');
    });
  }
}
