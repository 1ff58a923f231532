import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LONGEST_DOCUMENT } from '../../../../../src/engine/protocol/index.ts';
import { VOLATILE } from '../../../../../src/engine/server/storage/pages/pageRecord.ts';
import { Workspaces } from '../../../../../src/engine/server/workspaces/workspaces.ts';

/** Writes down what it hears of, and what becomes of cached pages. */
async function setUp({ lingerMs = 1e6 } = {}) {
  const heard: string[] = [];
  const caches = {
    pin: (_: string, documents: readonly string[]) => void heard.push(`pin ${documents.join()}`),
    closeWorkspace: () => void heard.push('pages leave memory'),
    forgetWorkspace: async (id: string) => void heard.push(id.startsWith(VOLATILE) ? '' : 'pages are removed'),
  };
  const prepared: string[] = [];
  const workspaces = new Workspaces({ ...caches, prepare: (id) => void prepared.push(id) }, { lingerMs });
  workspaces.listen({
    documentOpened: (_, { key, text }) => void heard.push(`open ${key} ${text}`),
    documentChanged: (_, { key, text }) => void heard.push(`change ${key} ${text}`),
    documentClosed: (_, { key }) => void heard.push(`close ${key}`),
    filesRead: (_, changed) => void heard.push(`read ${changed?.join() ?? 'all'}`),
    filesForgotten: () => void heard.push('forget files'),
    pagesForgotten: () => void heard.push('forget what was said'),
    workspaceClosed: () => void heard.push('closed'),
  });
  const window = {};
  const open = (name: string, holder: object = window, folder: string | null = null) =>
    workspaces.open({ folder, name, trusted: true }, holder);
  const w = await open('w');
  const tell = (key: string, text: string, { holder = window, version = 1, workspace = w } = {}) =>
    workspaces.openDocument(holder, { workspace, key, path: key, version, text });
  const edit = (key: string, from: number, ...edits: [number, number, string][]) =>
    workspaces.changeDocument(window, {
      workspace: w,
      key,
      from,
      version: from + 1,
      edits: edits.map(([start, end, text]) => ({ start, end, text })),
    });
  const known = (id = w, holder = window) =>
    [...workspaces.of(holder, id).documents.values()].map(({ key, text, version }) => [key, text, version]);
  return {
    workspaces,
    window,
    prepared,
    w,
    open,
    tell,
    edit,
    known,
    heard: () => heard.splice(0).filter((line) => line !== ''),
  };
}

describe('Workspaces', () => {
  it('knows the texts and versions of documents, the one told of last at the end', async () => {
    const { tell, edit, known } = await setUp();
    for (const key of ['a', 'b']) tell(key, key);
    tell('a', 'three', { version: 7 });
    assert.deepEqual(known(), [
      ['b', 'b', 1],
      ['a', 'three', 7],
    ]);
    assert.equal(edit('b', 1, [0, 1, '2']), true);
    assert.deepEqual(known().at(-1), ['b', '2', 2]);
  });

  it('makes edits one after the other', async () => {
    const { tell, edit, known } = await setUp();
    tell('a', 'let x = 1;\r\n');
    assert.equal(edit('a', 1, [4, 5, 'size'], [11, 12, '22'], [15, 15, '// 𝄞']), true);
    assert.deepEqual(known(), [['a', 'let size = 22;\r// 𝄞\n', 2]]);
  });

  for (const [what, from, edits] of [
    ['ends behind the text', 1, [[0, 5, '']]],
    ['begins before it', 1, [[-1, 0, '']]],
    ['ends before it begins', 1, [[2, 1, '']]],
    [
      'does not fit what the one before it left',
      1,
      [
        [0, 4, ''],
        [1, 1, 'x'],
      ],
    ],
    ['is at no number', 1, [[Number.NaN, 1, '']]],
    ['was made to another version', 2, [[0, 0, 'x']]],
  ] as [string, number, [number, number, string][]][]) {
    it(`needs the text of a document anew after an edit that ${what}`, async () => {
      const { tell, edit, known } = await setUp();
      tell('a', 'text');
      assert.equal(edit('a', from, ...edits), false);
      assert.deepEqual(known(), []);
      assert.equal(edit('a', from + 1, [0, 0, 'x']), false);
      tell('a', 'anew', { version: 9 });
      assert.equal(edit('a', 9, [0, 0, 'x']), true);
    });
  }

  it('keeps no text that is longer than a person writes', async () => {
    const { tell, edit, known } = await setUp();
    const longest = 'x'.repeat(LONGEST_DOCUMENT);
    tell('a', longest);
    assert.equal(edit('a', 1, [0, 1, 'y']), true);
    assert.equal(edit('a', 2, [0, 0, 'y']), false);
    tell('a', `${longest}x`);
    assert.deepEqual(known(), []);
  });

  it('tells nobody of a document that another client has, nor mixes their texts', async () => {
    const { workspaces, window, w, open, tell } = await setUp();
    const other = {};
    await open('w', other);
    tell('a', 'mine');
    tell('a', 'theirs', { holder: other });
    assert.equal(workspaces.document(window, w, 'a')?.text, 'mine');
    assert.equal(workspaces.document(other, w, 'a')?.text, 'theirs');
    assert.throws(() => workspaces.of({}, w), { kind: 'workspaceUnknown' });
    workspaces.release(other);
    assert.equal(workspaces.document(window, w, 'a')?.text, 'mine');
    assert.throws(() => workspaces.document(other, w, 'a'), { kind: 'workspaceUnknown' });
  });

  it('calls a folder the same whichever way leads to it, and others otherwise', async () => {
    const { open, workspaces } = await setUp();
    const folder = mkdtempSync(path.join(tmpdir(), 'quire-folder-'));
    const link = `${folder}-link`;
    symlinkSync(folder, link);
    try {
      const id = await open('file:///x', {}, folder);
      assert.equal(await open('file:///y', {}, link), id);
      assert.notEqual(await open('file:///x', {}, tmpdir()), id);
      const untrusted = await workspaces.open({ folder, name: 'z', trusted: false }, {});
      assert.equal(untrusted, VOLATILE + id);
    } finally {
      rmSync(link);
      rmSync(folder, { recursive: true });
    }
  });

  it('removes what was kept of a folder that is not trusted any more', async () => {
    const { workspaces, heard } = await setUp();
    await workspaces.open({ folder: '/w', name: 'w', trusted: false }, {});
    assert.deepEqual(heard(), ['pages are removed']);
  });

  it('has what is saved read when it is opened first, and not again', async () => {
    const { open, w, prepared } = await setUp();
    await open('w', {});
    assert.deepEqual(prepared, [w]);
  });

  it('says when something could not be removed, once all else is done', async () => {
    const closed: string[] = [];
    const workspaces = new Workspaces({
      prepare: () => undefined,
      pin: () => undefined,
      closeWorkspace: (id) => void closed.push(id),
      forgetWorkspace: () => Promise.reject(new Error('the file is in use')),
    });
    const holder = {};
    const workspace = await workspaces.open({ folder: '/w', name: '/w', trusted: false }, holder);
    workspaces.release(holder);
    await assert.rejects(workspaces.forget({ folder: '/w' }), /in use/);
    assert.deepEqual(closed, [workspace]);
  });

  it('lets documents go at once when their client leaves, and the workspace a while after its last', async () => {
    const { workspaces, window, w, open, tell, heard } = await setUp({ lingerMs: 30 });
    const other = {};
    await open('w', other);
    tell('a', 'x');
    workspaces.pin(window, w, ['a']);
    heard();
    workspaces.release(window);
    assert.deepEqual(heard(), ['close a', 'pin ']);
    workspaces.release(other);
    assert.deepEqual(heard(), ['pin ']);
    await sleep(60);
    assert.deepEqual(heard(), ['closed', 'pages leave memory']);
    assert.deepEqual([...workspaces.all], []);
  });

  it('finds a workspace again that was let go a moment ago', async () => {
    const { workspaces, window, w, open, heard } = await setUp({ lingerMs: 30 });
    workspaces.release(window, w);
    assert.equal(await open('w'), w);
    await sleep(60);
    assert.ok(!heard().includes('closed'));
  });

  it('has the files of a folder read, and single ones only after the whole', async () => {
    const { workspaces, window, open, heard } = await setUp();
    const workspace = await open('f', window, tmpdir());
    workspaces.read(window, { workspace, on: true, changed: ['a'] });
    workspaces.read(window, { workspace, on: true });
    workspaces.read(window, { workspace, on: true, changed: ['a', 'b'] });
    workspaces.read(window, { workspace, on: false });
    assert.deepEqual(heard(), ['read all', 'read a,b', 'forget files']);
  });

  it('forgets a workspace and begins anew with it', async () => {
    const { workspaces, window, open, heard } = await setUp();
    const folder = tmpdir();
    const workspace = await open('f', window, folder);
    workspaces.read(window, { workspace, on: true });
    heard();
    await workspaces.forget({ folder });
    assert.deepEqual(heard(), ['forget files', 'forget what was said', 'pages are removed', 'pin ', 'read all']);
    await workspaces.forget({ workspace, only: 'pages' });
    assert.deepEqual(heard(), ['forget what was said', 'pages are removed', 'pin ']);
    await workspaces.forget({ folder: '/nowhere' });
    assert.deepEqual(heard(), ['pages are removed']);
  });
});
