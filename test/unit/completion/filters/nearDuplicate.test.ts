import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distanceWithin } from '../../../../src/completion/filters/distance.ts';
import { nearDuplicate } from '../../../../src/completion/filters/nearDuplicate.ts';
import { testGolden } from './golden.ts';

const below = '  const total = items.reduce((a, b) => a + b, 0);\n  return total;\n}';
testGolden(nearDuplicate, [
  {
    what: 'one character apart',
    file: `  |\n${below}`,
    text: 'const total = items.reduce((a, b) => a + b, 1);',
    shown: null,
  },
  {
    what: 'two lines, one character apart',
    file: `  |\n${below}`,
    text: 'const total = items.reduce((a, c) => a + b, 0);\n  return total;',
    shown: null,
  },
  {
    what: 'the rest of a line',
    file: `  const total = |\n${below}`,
    text: 'items.reduce((a, b) => a + b, 0)',
    shown: null,
  },
  {
    what: 'another line like it',
    file: `  |\n${below}`,
    text: 'const mean = items.reduce((a, b) => a + b, 0) / n;',
    shown: 'const mean = items.reduce((a, b) => a + b, 0) / n;',
  },
  { what: 'short lines', file: '|\nlet b = 1;', text: 'let c = 1;', shown: 'let c = 1;' },
]);

/** The textbook's table, whole. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}

test('the band gives the same answer as the whole table', () => {
  const word = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(word, word, fc.integer({ min: 0, max: 6 }), (a, b, limit) => {
      assert.equal(distanceWithin(a, b, limit), distance(a, b) <= limit);
    }),
    { numRuns: 1000 },
  );
});
