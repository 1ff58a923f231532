import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  KEYS,
  type Key,
  keyOf,
  LineTable,
} from '../../../../../../../src/engine/server/services/completion/lines/lineTable.ts';
import { byteSpelling, bytesOf } from '../project/scopes.ts';

function tableOf(...texts: string[]): LineTable {
  const table = new LineTable(byteSpelling);
  for (const [number, text] of texts.entries()) table.add(number, bytesOf(text));
  return table;
}
const textOf = (table: LineTable, line: number) => byteSpelling.spelled(table.tokens(line));

function found(
  table: LineTable,
  key: Key,
  { above, self, below }: { above?: string; self?: string; below?: string },
): string[] {
  const bytes = (text?: string) => (text === undefined ? undefined : bytesOf(text));
  const lines: string[] = [];
  const wanted = { above: bytes(above), self: bytes(self), below: bytes(below) };
  table.find(key, wanted, 1_000, (line) => lines.push(textOf(table, line)));
  return lines;
}

const CODE = 'open();\n  first();\nclose();\n\nopen();\n  second();\n\n  close();\nend\n';

describe('LineTable', () => {
  it('finds lines by their neighbours, past blank lines, and by their own beginning, the newest first', () => {
    const table = tableOf(CODE);
    assert.deepEqual(found(table, 'above', { above: 'open();' }), [
      'end',
      'close();',
      'second();',
      'open();',
      'close();',
      'first();',
    ]);
    assert.deepEqual(found(table, 'below', { below: 'close();' }), ['second();', 'first();']);
    assert.deepEqual(found(table, 'between', { above: 'open();', below: 'close();' }), ['second();', 'first();']);
    assert.deepEqual(found(table, 'self', { self: 'sec' }), ['second();']);
  });

  it('knows where lines stand', () => {
    const table = tableOf(CODE);
    const lines = Array.from({ length: table.count }, (_, at) => at + 1);
    assert.deepEqual(
      lines.map((line) => table.row(line)),
      [0, 1, 2, 4, 5, 7, 8],
    );
    assert.deepEqual(
      lines.map((line) => table.indent(line)),
      [0, 2, 0, 0, 2, 2, 0],
    );
    assert.equal(textOf(table, table.header(6)), 'open();');
    assert.equal(table.header(1), 0);
    assert.deepEqual([table.beside(1, -1), table.beside(7, 1), table.beside(0, 1)], [0, 0, 0]);
    assert.equal(table.breakOf(1), 0x0a);
    assert.equal(tableOf('no break').breakOf(1), undefined);
  });

  it('keeps texts apart, and finds nothing of a text that was removed', () => {
    const table = tableOf('a = 1;\nb = 2;', 'c = 3;\nd = 4;');
    assert.deepEqual(found(table, 'above', { above: 'b = 2;' }), []);
    assert.deepEqual(found(table, 'above', { above: 'c = 3;' }), ['d = 4;']);
    assert.deepEqual(found(table, 'below', { below: 'b = 2;' }), ['a = 1;']);
    table.remove(0);
    assert.deepEqual(found(table, 'below', { below: 'b = 2;' }), []);
    assert.deepEqual(found(table, 'above', { above: 'c = 3;' }), ['d = 4;']);
  });

  it('looks at no more lines than it may', () => {
    const table = tableOf('same();\n'.repeat(50));
    let looked = 0;
    table.find('self', { self: bytesOf('same') }, 7, () => looked++);
    assert.equal(looked, 7);
  });

  it('has no key where a neighbour or enough of the line is missing', () => {
    const [a, b] = [bytesOf('a'), bytesOf('bb')];
    assert.deepEqual(
      KEYS.map((key) => keyOf(key, { self: a })),
      [undefined, undefined, undefined, undefined],
    );
    assert.equal(keyOf('between', { above: a, self: b }), undefined);
    assert.notEqual(keyOf('between', { above: b, below: a }), keyOf('between', { above: a, below: b }));
  });

  it('finds every line by each of its keys, in any texts', () => {
    const line = fc.stringMatching(/^ {0,3}[ab{}]{0,4}$/);
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 30 }), { minLength: 1, maxLength: 5 }), (texts) => {
        const table = tableOf(...texts.map((lines) => lines.join('\n')));
        const all = texts.flatMap((lines) => lines.map((text) => text.trim()).filter((text) => text !== ''));
        assert.equal(table.count, all.length);
        for (let id = 1; id <= table.count; id++) {
          assert.equal(textOf(table, id), all[id - 1]);
          const beside = (by: number) => (table.beside(id, by) === 0 ? undefined : table.tokens(table.beside(id, by)));
          for (const key of KEYS) {
            const stands = { above: beside(-1), self: table.tokens(id), below: beside(1) };
            if (keyOf(key, stands) === undefined) continue;
            const ids: number[] = [];
            table.find(key, stands, 1_000, (other) => ids.push(other));
            assert.ok(ids.includes(id));
            assert.deepEqual(
              ids,
              [...ids].sort((a, b) => b - a),
            );
          }
        }
      }),
    );
  });
});
