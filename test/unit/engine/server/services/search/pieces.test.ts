import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { piecesOf } from '../../../../../../src/engine/server/services/search/pieces.ts';

describe('piecesOf', () => {
  it('has every line that is not blank once, in its place, in pieces of at most 60 lines', () => {
    const line = fc.constantFrom('', '  ', 'function f() {', '  return 1;', '}', 'x');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 300 }), (lines) => {
        const seen = new Map<number, string>();
        for (const { start, lines: piece } of piecesOf(lines.join('\n'))) {
          assert(piece.length <= 60);
          piece.forEach((text, i) => {
            assert(!seen.has(start + i));
            seen.set(start + i, text);
          });
        }
        lines.forEach((text, i) => {
          if (text.trim() !== '') assert.equal(seen.get(i + 1), text);
        });
      }),
    );
  });
  it('cuts between functions, not in them', () => {
    const body = (name: string) => [`function ${name}() {`, ...Array.from({ length: 28 }, () => '  step();'), '}', ''];
    const text = ['a', 'b', 'c', 'd'].flatMap(body).join('\n');
    const starts = [...piecesOf(text)].map(({ start }) => start);
    assert.deepEqual(starts, [1, 32, 63, 94]);
  });
  it('has nothing of a blank text', () => assert.deepEqual([...piecesOf('\n \n\n')], []));
});
