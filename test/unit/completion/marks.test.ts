import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanBrackets } from '../../../src/completion/brackets.ts';
import { marksOf, usualIndentation } from '../../../src/completion/marks.ts';

const OWED: [path: string, text: string, owed: string][] = [
  ['a.rs', "impl<'a> Pair<'a> {\n  fn f(&self) -> &'a str {", '}}'],
  ['a.rs', "f('(', '\\'', '{'", ')'],
  ['a.py', "f(  # isn't (it)\n  a // b,", ')'],
  ['a.ts', 'f( // (\n  "(", a', ')'],
  ['a.sql', 'select f( -- (', ')'],
  ['a.clj', "(map 'a [ ; (", ')]'],
  ['a.sh', 'f() { echo $# $a#b', '}'],
  ['Makefile', 'a: $(b # (', ')'],
];
for (const [path, text, owed] of OWED) {
  test(`${path}: ${JSON.stringify(text)} leaves ${owed}`, () => {
    assert.equal(scanBrackets(text, [], marksOf({ path })).owed.join(''), owed);
  });
}

test('an id says more than a name', () => {
  assert.deepEqual(marksOf({ path: 'a.txt', languageId: 'rust' }), marksOf({ path: 'a.rs' }));
  assert.deepEqual(marksOf({ path: 'a.unknown' }), marksOf({}));
});

test('a file without indented lines is indented as others of its language', () => {
  assert.deepEqual(usualIndentation({ path: 'a.py' }), { tabs: false, width: 4 });
  assert.deepEqual(usualIndentation({ path: 'a.go' }), { tabs: true, width: 4 });
  assert.deepEqual(usualIndentation({ path: 'a.ts' }), { tabs: false, width: 2 });
});
