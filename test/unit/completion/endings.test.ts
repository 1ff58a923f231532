import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endingsOf } from '../../../src/completion/endings.ts';

const ENDINGS: [text: string, beginnings: string[]][] = [
  ['isCancelled) {', ['isCancelled', 'isCancelled)', 'isCancelled) {']],
  ['foo.bar(a, b);', ['foo', 'foo.bar', 'foo.bar(a', 'foo.bar(a,', 'foo.bar(a, b', 'foo.bar(a, b)', 'foo.bar(a, b);']],
  ["from './a';", ['from', "from './a", "from './a'", "from './a';"]],
  ['x => {\n  go', ['x', 'x => {', 'x => {\n  go']],
  ['a  \n', ['a']],
  ['名前 = 1', ['名前', '名前 = 1']],
  ['😀', ['😀']],
  ['', []],
  ['   ', []],
];
for (const [text, beginnings] of ENDINGS) {
  test(`${JSON.stringify(text)} could end behind ${beginnings.map((each) => JSON.stringify(each)).join(', ')}`, () => {
    assert.deepEqual(
      endingsOf(text).map((end) => text.slice(0, end)),
      beginnings,
    );
  });
}
