import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Silences } from '../../../src/completion/silences.ts';

const place = (prefix: string, path = 'a.ts') => ({ path, prefix, suffix: '' });
const cursor = (offset: number, version = 1) => ({ uri: 'a.ts', version, offset });
const UNSURE = { why: 'unsure', confidence: 0.2, needed: 0.5 } as const;

test('a place says why it has nothing until something is shown there', () => {
  const silences = new Silences();
  assert.equal(silences.at(place('let a'), cursor(5)), null);
  silences.note(place('let a'), UNSURE);
  assert.deepEqual(silences.of(place('let a')), UNSURE);
  assert.deepEqual(silences.at(place('let a'), cursor(5)), UNSURE);
  assert.equal(silences.at(place('let b'), cursor(5)), null);
  assert.equal(silences.at(place('let a', 'b.ts'), cursor(5)), null);
  silences.note(place('let a'), null);
  assert.equal(silences.at(place('let a'), cursor(5)), null);
  assert.deepEqual(silences.of(place('let a')), { why: 'filtered', filter: 'blank' });
});

test('the latest answer goes before what is kept of its place, in the document as it was then', () => {
  const silences = new Silences();
  silences.note(place('let a'), UNSURE);
  silences.answered(cursor(5), { why: 'otherChosen' });
  assert.deepEqual(silences.at(place('let a'), cursor(5)), { why: 'otherChosen' });
  assert.deepEqual(silences.at(place('let a'), cursor(5, 2)), UNSURE);
  // Something that was asked for earlier is on screen, whatever a request at the place came to.
  silences.answered(cursor(5), null);
  assert.equal(silences.at(place('let a'), cursor(5)), null);
  assert.deepEqual(silences.at(place('let a'), cursor(5, 2)), UNSURE);
  silences.clear();
  assert.equal(silences.at(place('let a'), cursor(5)), null);
});

test('is told by what stands just before the cursor, however much is before that', () => {
  const silences = new Silences();
  const tail = 'x'.repeat(300);
  silences.note(place(`one ${tail}`), UNSURE);
  assert.deepEqual(silences.of(place(`other ${tail}`)), UNSURE);
});
