import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { countsOf, leastDistance, similarity } from '../../../../src/chat/apply/similarity.ts';
import { applied, refusal } from './planned.ts';

/** The edit distance as it is written down everywhere. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= b.length; column++) {
      const step = a[row - 1] === b[column - 1] ? 0 : 1;
      const [above, here] = [rows[row - 1]!, rows[row]!];
      here.push(Math.min(above[column - 1]! + step, above[column]! + 1, here[column - 1]! + 1));
    }
  }
  return rows[a.length]![b.length]!;
}

test('lines are as alike as their edit distance says, which their counts never exceed', () => {
  const line = fc.string({ unit: fc.constantFrom('a', 'b', '(', ' ', '1', 'é'), maxLength: 24 });
  fc.assert(
    fc.property(line, line, fc.constantFrom(0, 0.5, 0.8), (a, b, least) => {
      const longer = Math.max(a.length, b.length);
      const exact = longer === 0 ? 1 : 1 - distance(a, b) / longer;
      assert.equal(similarity(a, b, least), exact >= least - 1e-9 ? exact : 0);
      assert.ok(leastDistance(countsOf(a), countsOf(b)) <= distance(a, b));
    }),
  );
});

const rows = (count: number, seed: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    Array.from(
      { length: 6 },
      (_, column) => `${'abcdef'[(index * 7 + column * seed) % 6]}${(index * seed) % 991}`,
    ).join(),
  );

test('a line as long as a file, and hundreds of lines that are nearly there, keep nobody waiting', async () => {
  const start = performance.now();
  const file = `const a = [${rows(3000, 7).join()}];\nexport const last = a;\n`;
  const search = `<<<<<<< SEARCH\nconst a = [${rows(3000, 11).join()}];\n=======\nconst a = [];\n>>>>>>> REPLACE`;
  await refusal(search, file, 'a.js');
  const whole = file.replace('a0,', 'a1,');
  assert.equal((await applied(whole, file, 'a.js')).text, whole);
  await refusal(
    `<<<<<<< SEARCH\n${rows(300, 13).join('\n')}\n=======\n>>>>>>> REPLACE`,
    rows(3000, 17).join('\n'),
    'a.csv',
  );
  // Minutes where each line is held to each letter by letter.
  assert.ok(performance.now() - start < 10_000);
});
