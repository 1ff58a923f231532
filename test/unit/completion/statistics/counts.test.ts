import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countsOf, joined, NO_COUNTS, sum, sumBy, tallyOf } from '../../../../src/completion/statistics/counts.ts';

const tally = (language: string, model: string, shown: number) => ({ ...NO_COUNTS, language, model, shown });

test('the key that takes a text saves nothing, and what is undone saved nothing', () => {
  assert.deepEqual(countsOf({ what: 'taken', characters: 7 }), { ...NO_COUNTS, taken: 1, characters: 6 });
  assert.deepEqual(countsOf({ what: 'takenPart', characters: 4 }), { ...NO_COUNTS, parts: 1, characters: 3 });
  const both = [countsOf({ what: 'taken', characters: 7 }), countsOf({ what: 'takenBack', characters: 7 })];
  assert.equal(sum(both).characters, 0);
  for (const what of ['shown', 'typed', 'wrong'] as const) {
    assert.deepEqual(countsOf({ what, characters: 0 }), { ...NO_COUNTS, [what]: 1 });
  }
});

test('sums by language and by model, the most shown first', () => {
  const all = [tally('go', 'a', 1), tally('rust', 'a', 5), tally('go', 'b', 2), tally('go', 'a', 10)];
  const shown = (by: 'language' | 'model') => sumBy(all, by).map(([name, counts]) => [name, counts.shown]);
  assert.deepEqual(shown('language'), [
    ['go', 13],
    ['rust', 5],
  ]);
  assert.deepEqual(shown('model'), [
    ['a', 16],
    ['b', 2],
  ]);
  assert.equal(joined(all).length, 3);
  assert.equal(all[0]!.shown, 1, 'what is joined stays as it is');
});

test('what is no tally is none', () => {
  assert.deepEqual(tallyOf(tally('go', 'a', 1)), tally('go', 'a', 1));
  assert.deepEqual(tallyOf({ language: 'go', model: 'a', shown: 2, later: 'x' }), tally('go', 'a', 2));
  for (const broken of [null, 3, 'x', {}, { language: 'go' }, { ...tally('go', 'a', 1), shown: 'many' }]) {
    assert.equal(tallyOf(broken), undefined);
  }
});
