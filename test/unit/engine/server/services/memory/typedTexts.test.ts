import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TypedTexts } from '../../../../../../src/engine/server/services/memory/typedTexts.ts';
import type { OpenDocument, Workspace } from '../../../../../../src/engine/server/workspaces/workspaces.ts';

function workspaceOf(...documents: OpenDocument[]): Workspace {
  const all = new Map(documents.map((document) => [document.id, document]));
  return { id: 'w', folder: '/w', reading: true, documents: all };
}
const document = (id: string, path: string | null, version: number, text: string): OpenDocument => ({
  id,
  key: id,
  path,
  version,
  text,
});

describe('TypedTexts', () => {
  it('tells what changed since it was told last, and what is closed', () => {
    const typed = new TypedTexts();
    const [a, b, loose] = [
      document('1:a', 'a.ts', 1, 'a'),
      document('1:b', 'b.ts', 1, 'b'),
      document('1:c', null, 1, 'c'),
    ];
    assert.deepEqual(typed.next(workspaceOf(a, b, loose)), [
      { path: 'a.ts', text: 'a' },
      { path: 'b.ts', text: 'b' },
    ]);
    assert.deepEqual(typed.next(workspaceOf(a, b)), []);
    assert.deepEqual(typed.next(workspaceOf(a, { ...b, version: 2, text: 'B' })), [{ path: 'b.ts', text: 'B' }]);
    assert.deepEqual(typed.next(workspaceOf(a)), [{ path: 'b.ts', text: null }]);
    typed.forget('w');
    assert.deepEqual(typed.next(workspaceOf(a)), [{ path: 'a.ts', text: 'a' }]);
    typed.forget();
    assert.deepEqual(typed.next(workspaceOf(a)), [{ path: 'a.ts', text: 'a' }]);
  });

  it('takes the text that was told last where two windows have a file open', () => {
    const typed = new TypedTexts();
    const [mine, theirs] = [document('1:a', 'a.ts', 3, 'mine'), document('2:a', 'a.ts', 3, 'theirs')];
    assert.deepEqual(typed.next(workspaceOf(theirs, mine)), [{ path: 'a.ts', text: 'mine' }]);
    assert.deepEqual(typed.next(workspaceOf(mine, theirs)), [{ path: 'a.ts', text: 'theirs' }]);
  });
});
