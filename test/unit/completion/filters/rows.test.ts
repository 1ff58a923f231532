import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areRows, bare, linesAround, squeeze } from '../../../../src/completion/filters/rows.ts';
import { place } from '../place.ts';

test('the lines around a cursor, nearest first, without blank ones', () => {
  const near = place('one\n\ntwo\n  ab|cd\n\nthree\nfour\n');
  assert.deepEqual(linesAround(near, 2), { above: ['two', 'one'], below: ['three', 'four'] });
  assert.deepEqual(linesAround(place('|'), 2), { above: [], below: [] });
});

test('rows are equal, or alike but for a part', () => {
  assert.ok(areRows(place('[0, 0],\n|\n[0, 0],'), 'equal'));
  assert.ok(!areRows(place('const a = read(1);\n|\nconst b = read(2);'), 'equal'));
  assert.ok(areRows(place('const a = read(1);\n|\nconst b = read(2);'), 'similar'));
  assert.ok(!areRows(place('const total = sum(items);\n|\nreturn submit(user);'), 'similar'));
});

test('layout makes no difference', () => {
  assert.equal(squeeze('  a  =\tb '), 'a = b');
  assert.equal(bare(' a = b( c )'), 'a=b(c)');
});
