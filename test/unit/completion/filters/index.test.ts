import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyFilters } from '../../../../src/completion/filters/index.ts';
import { filterContext } from '../place.ts';

const CASES: [file: string, text: string, outcome: string][] = [
  ['foo(|)', 'a, b);', 'a, b ¦;'],
  ['f() {\n  |\n}', 'a();\n}', 'a(); ¦'],
  ['a = |', '```ts\nb;\n```', 'b; ¦'],
  ['a = |', '', 'rejected by blank'],
  ['a = |', '<|endoftext|>', 'rejected by specialTokens'],
  ['|\nreturn a;', 'return a;', 'rejected by repeatsNextLines'],
  ['foo(|)', ')', 'rejected by suffixOverlap'],
  ['a|', '.', 'rejected by tooShort'],
  ['a = |', 'b, c, b, c, b, c, b, c', 'rejected by repetition'],
  ['a = |', ')', 'rejected by unmatchedClosers'],
];
for (const [file, text, outcome] of CASES) {
  test(`${JSON.stringify(text)} at ${JSON.stringify(file)}: ${outcome}`, () => {
    const result = applyFilters(text, filterContext(file));
    assert.equal(
      'rejectedBy' in result ? `rejected by ${result.rejectedBy}` : `${result.text} ¦${result.tail}`,
      outcome,
    );
  });
}
