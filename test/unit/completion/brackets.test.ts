import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanBrackets } from '../../../src/completion/brackets.ts';

const CASES: [text: string, owed: string, unmatched: string][] = [
  ['foo(a[1], {', ')}', ''],
  ['a) + b]', '', ')]'],
  [`"(" + '[' + \`{\``, '', ''],
  ["// don't (\nfoo(", ')', ''],
  ['/* ( */ [', ']', ''],
  ["it's (", ')', ''],
  ["'\\'(' + (", ')', ''],
  ['(]', ')', ']'],
  ['`${a(', '})', ''],
  ['fetch("http://x/") {', '}', ''],
];
for (const [text, owed, unmatched] of CASES) {
  test(`brackets of ${JSON.stringify(text)}`, () => {
    const scan = scanBrackets(text);
    assert.equal(scan.owed.join(''), owed);
    assert.equal(scan.unmatched.map(({ closer }) => closer).join(''), unmatched);
  });
}

test('what is owed on entry may be closed, innermost first', () => {
  assert.deepEqual(scanBrackets('x) }', ['}', ')']).unmatched, []);
  assert.deepEqual(scanBrackets('x} )', ['}', ')']).unmatched, [{ index: 1, closer: '}' }]);
});
