import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LONGEST_DOCUMENT, Workspaces } from '../../../../../src/engine/server/workspaces/workspaces.ts';

function setUp() {
  const workspaces = new Workspaces();
  return {
    workspaces,
    tell: (key: string, text: string, workspace = 'w') => workspaces.setText({ workspace, key, text }),
    edit: (key: string, ...edits: [number, number, string][]) =>
      workspaces.edit({ workspace: 'w', key, edits: edits.map(([start, end, text]) => ({ start, end, text })) }),
    known: (workspace = 'w') => [...workspaces.of(workspace).documents],
  };
}

describe('Workspaces', () => {
  it('knows the texts of documents, the one told of last at the end', () => {
    const { tell, edit, known } = setUp();
    assert.deepEqual([tell('a', 'one'), tell('b', 'two'), tell('c', '')], [true, true, true]);
    assert.equal(tell('a', 'three'), true);
    assert.deepEqual(known(), [
      ['b', 'two'],
      ['c', ''],
      ['a', 'three'],
    ]);
    assert.equal(edit('b', [0, 3, '2']), true);
    assert.deepEqual(known().at(-1), ['b', '2']);
  });

  it('makes edits one after the other', () => {
    const { tell, edit, known } = setUp();
    tell('a', 'let x = 1;\r\n');
    assert.equal(edit('a', [4, 5, 'size'], [11, 12, '22'], [15, 15, '// 𝄞']), true);
    assert.deepEqual(known(), [['a', 'let size = 22;\r// 𝄞\n']]);
    assert.equal(edit('a'), true);
    assert.equal(edit('a', [0, 20, '']), true);
    assert.equal(known()[0]![1], '\n');
  });

  for (const [what, edits] of [
    ['ends behind the text', [[0, 5, '']]],
    ['begins before it', [[-1, 0, '']]],
    ['ends before it begins', [[2, 1, '']]],
    [
      'does not fit what the one before it left',
      [
        [0, 4, ''],
        [1, 1, 'x'],
      ],
    ],
    ['is at no number', [[Number.NaN, 1, '']]],
  ] as [string, [number, number, string][]][]) {
    it(`forgets a document with an edit that ${what}, until it is told anew`, () => {
      const { tell, edit, known } = setUp();
      tell('a', 'text');
      assert.equal(edit('a', ...edits), false);
      assert.deepEqual(known(), []);
      assert.equal(edit('a', [0, 0, 'x']), false);
      assert.equal(tell('a', 'anew'), true);
      assert.deepEqual(known(), [['a', 'anew']]);
    });
  }

  it('keeps no text that is longer than a person writes', () => {
    const { tell, edit, known } = setUp();
    const longest = 'x'.repeat(LONGEST_DOCUMENT);
    assert.equal(tell('a', longest), true);
    assert.equal(edit('a', [0, 1, 'y']), true);
    assert.equal(edit('a', [0, 0, 'y']), false);
    assert.deepEqual(known(), []);
    tell('a', 'short');
    assert.equal(tell('a', `${longest}x`), false);
    assert.deepEqual(known(), []);
  });

  it('tells which documents are closed', () => {
    const { workspaces, tell, known } = setUp();
    for (const key of ['a', 'b', 'c']) tell(key, key);
    tell('a', 'elsewhere', 'other');
    assert.deepEqual(workspaces.keep('w', ['b', 'not told of']), ['a', 'c']);
    assert.deepEqual(known(), [['b', 'b']]);
    assert.deepEqual(workspaces.keep('w', ['b']), []);
    assert.deepEqual(known('other'), [['a', 'elsewhere']]);
  });

  it('knows the folder of a workspace until it is taken away', () => {
    const { workspaces } = setUp();
    assert.equal(workspaces.of('w').folder, undefined);
    workspaces.setFolder({ workspace: 'w', folder: '/home/me/w' });
    workspaces.setText({ workspace: 'v', key: 'a', text: '' });
    assert.deepEqual(
      [...workspaces.all].map(([name, { folder, documents }]) => [name, folder, documents.size]),
      [
        ['w', '/home/me/w', 0],
        ['v', undefined, 1],
      ],
    );
    workspaces.setFolder({ workspace: 'w', folder: null });
    assert.equal(workspaces.of('w').folder, undefined);
  });
});
