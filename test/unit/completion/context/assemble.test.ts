import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assemble, SHARES, sizeOf } from '../../../../src/completion/context/assemble.ts';
import { type Piece, SOURCES } from '../../../../src/completion/context/piece.ts';

const piece = (source: Piece['source'], text: string): Piece => ({ source, path: 'a', text: `${text}\n` });

test('pieces stand in the order of the sources, the best of each last', () => {
  const found = [piece('edits', '+e1'), piece('outlines', 'o1'), piece('similar', 's1'), piece('similar', 's2')];
  assert.deepEqual(
    assemble(found, [], 1_000).map(({ text }) => text),
    ['o1\n', 's1\n', 's2\n', '+e1\n'],
  );
});

test('what the prompt shows anyway is not shown again, nor what another piece shows', () => {
  const found = [
    piece('outlines', 'interface A {\n  b: string;\n}'),
    piece('definitions', 'interface A {\n  b: string;\n}'),
    piece('similar', 'call(1);\ncall(2);'),
    piece('edits', '+call(1);\n+call(2);'),
    piece('edits', '-old name\n+call(1);'),
    piece('edits', '+new'),
  ];
  assert.deepEqual(
    assemble(found, ['  call(1);\n  call(2);\n'], 2_000).map(({ source, text }) => [source, text]),
    [
      ['outlines', 'interface A {\n  b: string;\n}\n'],
      ['edits', '-old name\n+call(1);\n'],
      ['edits', '+new\n'],
    ],
  );
});

test('the worst of a source gives way first', () => {
  const found = [piece('edits', `+${'a'.repeat(40)}`), piece('edits', `+${'b'.repeat(40)}`)];
  assert.deepEqual(assemble(found, [], 60, { edits: 1 }), [found[1]]);
});

test('all fits the room, and what a source leaves over moves nothing that stands before it', () => {
  const any = fc.record({
    source: fc.constantFrom(...SOURCES),
    path: fc.constantFrom('a', 'some/path.ts'),
    text: fc.string({ minLength: 1, maxLength: 200, unit: fc.constantFrom('a', 'b', 'c', ' ', '\n') }),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 20 }), fc.nat(2_000), (found, units) => {
      const all = assemble(found, [], units);
      assert.ok(all.reduce((sum, one) => sum + sizeOf(one), 0) <= units);
      const without = assemble(
        found.filter(({ source }) => source !== 'edits'),
        [],
        units,
      );
      assert.deepEqual(all.slice(0, without.length), without);
    }),
  );
  assert.ok(Math.abs(Object.values(SHARES).reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
});
