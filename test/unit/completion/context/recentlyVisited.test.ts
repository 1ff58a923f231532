import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentlyVisited, visitPieces } from '../../../../src/completion/context/recentlyVisited.ts';

test('places in other files are told, the latest last, each once, and as many as are worth it', () => {
  const visited = new RecentlyVisited();
  for (const line of [5, 100, 12]) visited.rest({ path: 'a.ts', line });
  visited.rest({ path: 'b.ts', line: 5 });
  assert.deepEqual(visited.besides('b.ts'), [
    { path: 'a.ts', line: 100 },
    { path: 'a.ts', line: 12 },
  ]);
  assert.deepEqual(visited.besides('a.ts'), [{ path: 'b.ts', line: 5 }]);
  for (let i = 0; i < 20; i++) visited.rest({ path: 'c.ts', line: 50 * i });
  assert.equal(visited.besides('a.ts').length, 8);
  visited.forget('c.ts');
  assert.deepEqual(visited.besides('a.ts'), []);
});

test('what is shown is what stands there now; a file that is not open is left out', () => {
  const text = Array.from({ length: 40 }, (_, row) => `  row ${row}`).join('\n');
  const textOf = (path: string) => (path === 'a.ts' ? text : undefined);
  const pieces = visitPieces(
    [
      { path: 'gone.ts', line: 3 },
      { path: 'a.ts', line: 20 },
      { path: 'a.ts', line: 39 },
    ],
    textOf,
  );
  assert.deepEqual(
    pieces.map(({ path }) => path),
    ['a.ts', 'a.ts'],
  );
  assert.ok(pieces[0]!.text.startsWith('row 12\n') && pieces[0]!.text.endsWith('row 28\n'));
  assert.ok(pieces[1]!.text.endsWith('row 39\n'));
});
