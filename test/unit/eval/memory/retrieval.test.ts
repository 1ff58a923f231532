import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Grammars } from '../../../../src/syntax/grammars.ts';
import { bm25 } from '../../../eval/memory/retrieval/bm25.ts';
import { linesFor } from '../../../eval/memory/retrieval/changeReport.ts';
import { gains, together } from '../../../eval/memory/retrieval/commentToFunction.ts';
import { generator, withInterval } from '../../../eval/memory/retrieval/interval.ts';
import { firstParagraph, pairsOf, proseOf } from '../../../eval/memory/retrieval/pairs.ts';

const PROSE: [comment: string, prose: string][] = [
  ['/** Reads a file. */', 'Reads a file.'],
  ['/**\n * Reads a file.\n *\n * Twice.\n * @param path its path\n */', 'Reads a file.\n\nTwice.'],
  ['// Reads a {@link File a file}\n// from https://example.org/x disk', 'Reads a File a file\nfrom  disk'],
  ['/* eslint-disable no-console */', ''],
  ['/** @internal */', ''],
  ['// ------', ''],
];
for (const [comment, prose] of PROSE)
  test(`“${comment.split('\n')[0]}” says “${prose}”`, () => assert.equal(proseOf(comment), prose));

test('a comment belongs to the symbol right below it, which goes without it', async () => {
  const text = '/** Reads it. */\nexport function read() {\n  return 1;\n}\nfunction none() {}\n';
  const pairs = await pairsOf(new Grammars(import.meta.filename), 'a.ts', text);
  assert.deepEqual(pairs, [
    {
      path: 'a.ts',
      name: 'read',
      kind: 'function',
      comment: 'Reads it.',
      code: 'export function read() {\n  return 1;\n}',
    },
  ]);
  assert.equal(firstParagraph('One\ntwo.\n\nThree.'), 'One two.');
});

test('the gain is by rank, and what is equal stands before', () => {
  const row = (...values: number[]) => Float32Array.from(values);
  assert.deepEqual(gains([row(3, 1, 2), row(3, 1, 2), row(2, 2, 2)]), [1, 0.5, 0.5]);
  const eleven = Float32Array.from({ length: 12 }, (_, i) => i);
  assert.equal(gains([eleven])[0], 0);
});

test('words and vectors are brought to one scale', () => {
  const [row] = together([Float32Array.of(0, 100)], [Float32Array.of(0.2, 0.1)], 0.5);
  assert.deepEqual([...row!], [0, 0]);
});

test('a rare word says more, and a long text must have it more often', () => {
  const score = bm25([
    ['a', 'rare'],
    ['a', 'b'],
    ['a', 'c', 'd', 'e', 'f', 'g'],
  ]);
  const [first, second, third] = score(['a', 'rare', 'unknown']);
  assert(first! > second! && second! > third! && third! > 0);
});

test('an interval holds the mean, and is the same every time', () => {
  const random = generator(3);
  const values = Array.from({ length: 200 }, () => random());
  const [mean, low, high] = withInterval(values)
    .match(/[\d.]+/g)!
    .map(Number);
  assert(low! < mean! && mean! < high! && high! - low! < 0.12);
  assert.equal(withInterval(values), withInterval(values));
});

test('lines of a version are those under its heading', () => {
  const log = [
    '# Log',
    '## [1.2.0](x) (2024-01-01)',
    '### Bug Fixes',
    '* **dkim:** sign the headers in their order ([abc](y)), closes [#1](z)',
    '* short one',
    '* update all dependencies of this package',
    '## 1.1.12',
    '- the pool closes its idle connections',
    '## 1.1.1',
    '- reads the whole file at once',
  ].join('\n');
  assert.deepEqual(linesFor(log, '1.2.0'), ['dkim: sign the headers in their order  closes']);
  assert.deepEqual(linesFor(log, '1.1.1'), ['reads the whole file at once']);
  assert.deepEqual(linesFor(log, '1.1.2'), []);
});
