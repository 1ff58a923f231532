import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesBefore, namesOf, startOfLines } from '../../../../src/completion/context/names.ts';

test('names are told from the nearest on, each once, with where they stand; words of languages are none', () => {
  const prefix = 'const pool = new PagePool(size);\nfor (const page of pool.pages) {\n  page.lend(co';
  const names = namesBefore(prefix, 5);
  assert.deepEqual(
    names.map(({ name }) => name),
    ['lend', 'page', 'pages', 'pool', 'size'],
  );
  for (const { name, at } of names) assert.equal(prefix.slice(at, at + name.length), name);
  assert.equal(namesBefore(prefix, 2).length, 2);
  assert.deepEqual(namesOf('return über_größe + $x2 + a'), ['über_größe', '$x2']);
});

test('far lines are not looked at', () => {
  const prefix = `farAway();\n${'\n'.repeat(30)}near();`;
  assert.deepEqual(
    namesBefore(prefix, 5).map(({ name }) => name),
    ['near'],
  );
});

test('lines are counted from the end', () => {
  assert.equal(startOfLines('a\nb\nc', 1), 4);
  assert.equal(startOfLines('a\nb\nc', 2), 2);
  assert.equal(startOfLines('a\nb\nc', 9), 0);
  assert.equal(startOfLines('a\nb\n', 1), 4);
  assert.equal(startOfLines('', 3), 0);
});
