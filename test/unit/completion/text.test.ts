import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  columns,
  indentationOf,
  isClosersOnly,
  lineAfter,
  lineBefore,
  lineEndingOf,
  sliceFrom,
  sliceTo,
  toLf,
} from '../../../src/completion/text.ts';

test('line endings are told from the nearest line break', () => {
  assert.equal(lineEndingOf('a\r\nb', ''), '\r\n');
  assert.equal(lineEndingOf('a\nb', 'c\r\n'), '\n');
  assert.equal(lineEndingOf('a', 'b\r\nc'), '\r\n');
  assert.equal(lineEndingOf('a', 'b'), '\n');
  assert.equal(lineEndingOf('a', '\nb'), '\n');
});

test('CRLF and lone CR become LF', () => {
  assert.equal(toLf('a\r\nb\rc\n'), 'a\nb\nc\n');
});

test('the cursor line is split at the cursor', () => {
  assert.equal(lineBefore('a\nbc'), 'bc');
  assert.equal(lineBefore('bc'), 'bc');
  assert.equal(lineAfter('de\r\nf'), 'de');
  assert.equal(lineAfter('\nf'), '');
});

test('columns count tabs to the next stop', () => {
  assert.equal(columns('  \tx', 4), 4);
  assert.equal(columns('\t\tx', 2), 4);
  assert.equal(columns('   ', 4), 3);
});

const CLOSERS: [string, boolean][] = [
  ['', true],
  [')', true],
  [') {', true],
  ['});', true],
  [`'})`, true],
  [' ', true],
  ['foo)', false],
  [') foo', false],
  ['(', false],
];
for (const [rest, expected] of CLOSERS) {
  test(`${JSON.stringify(rest)} after the cursor ${expected ? 'may' : 'may not'} be auto-closing`, () => {
    assert.equal(isClosersOnly(rest), expected);
  });
}

test('indentation is what most lines step by', () => {
  assert.deepEqual(indentationOf('a {\n    b {\n        c\n    }\n}'), { tabs: false, width: 4 });
  assert.deepEqual(indentationOf('a {\n  b {\n    c\n  }\n}'), { tabs: false, width: 2 });
  assert.deepEqual(indentationOf('a {\n\tb {\n\t\tc\n\t}\n}'), { tabs: true, width: 4 });
  assert.deepEqual(indentationOf('a\nb'), { tabs: false, width: 2 });
});

test('slices never split a surrogate pair', () => {
  const text = 'a😀b';
  assert.equal(sliceFrom(text, 2), 'b');
  assert.equal(sliceTo(text, 2), 'a');
  assert.equal(sliceFrom(text, 1), '😀b');
  assert.equal(sliceTo(text, 3), 'a😀');
});
