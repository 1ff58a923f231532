import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Documents } from '../../../src/cli/documents.ts';
import type { TraceEvent } from '../../../src/cli/trace.ts';

const open = (path: string, text = ''): TraceEvent => ({ t: 0, type: 'open', path, text });
const insert = (path: string, offset: number, text: string): TraceEvent => ({
  t: 0,
  type: 'insert',
  path,
  offset,
  text,
});
const erase = (path: string, offset: number, length: number): TraceEvent => ({
  t: 0,
  type: 'delete',
  path,
  offset,
  length,
});
const complete = (path: string, offset: number): TraceEvent => ({ t: 0, type: 'complete', path, offset });

function having(...events: TraceEvent[]): Documents {
  const documents = new Documents();
  for (const event of events) documents.take({ event, where: 'f:1' });
  return documents;
}

describe('Documents', () => {
  it('follows what is typed', () => {
    const documents = having(open('a', 'let x;'), insert('a', 4, 'y'), erase('a', 5, 1), insert('a', 6, '\n'));
    assert.equal(documents.textOf('a'), 'let y;\n');
  });

  it('reads a document that is open already anew', () => {
    assert.equal(having(open('a', 'old'), open('a', 'new')).textOf('a'), 'new');
  });

  it('counts UTF-16 code units, inside a character too', () => {
    const documents = having(open('a', '😀b'), insert('a', 2, '-'), complete('a', 1));
    assert.equal(documents.textOf('a'), '😀-b');
    assert.equal(documents.requestAt('a', 1).prefix, '\ud83d');
  });

  it('brings the other documents as the editor does, the one that changed last first', () => {
    const documents = having(open('a', 'A'), open('b', 'B'), open('c', 'C'), complete('a', 0), insert('b', 1, '!'));
    const [a, b, c] = [
      { path: 'a', content: 'A', document: { key: 'a', version: 1 } },
      { path: 'b', content: 'B!', document: { key: 'b', version: 2 } },
      { path: 'c', content: 'C', document: { key: 'c', version: 1 } },
    ];
    const own = { path: 'a', prefix: 'A', suffix: '', document: { key: 'a', version: 1 } };
    assert.deepEqual(documents.requestAt('a', 1), { ...own, others: [b, c] });
    assert.deepEqual(documents.requestAt('b', 0).others, [c, a]);
    documents.take({ event: { t: 0, type: 'close', path: 'a' }, where: 'f:2' });
    assert.deepEqual(documents.requestAt('b', 0).others, [c]);
    assert.deepEqual(documents.paths, ['b', 'c']);
  });

  it('reads the first 400 lines of another document', () => {
    const { others } = having(open('long', 'line\n'.repeat(500)), open('a')).requestAt('a', 0);
    assert.equal(others?.[0]?.content, 'line\n'.repeat(400));
  });

  for (const [why, events, complaint] of [
    ['a document that is not open', [insert('a', 0, 'x')], 'f:1: a is not open'],
    ['a cancel where nothing is open', [{ t: 0, type: 'cancel', path: 'a' }], 'f:1: a is not open'],
    ['a closed document', [open('a'), { t: 0, type: 'close', path: 'a' }, complete('a', 0)], 'f:1: a is not open'],
    [
      'an insert behind the end',
      [open('a', '😀'), insert('a', 3, 'x')],
      'f:1: a has 2 UTF-16 code units, and no place at 3',
    ],
    ['a delete over the end', [open('a', 'ab'), erase('a', 1, 2)], 'f:1: a has 2 UTF-16 code units, and no place at 3'],
    ['a completion behind the end', [open('a'), complete('a', 1)], 'f:1: a has 0 UTF-16 code units, and no place at 1'],
  ] as [string, TraceEvent[], string][]) {
    it(`refuses ${why}`, () => assert.throws(() => having(...events), { message: complaint }));
  }
});
