/** Searching a workspace's files through a real engine: what is found, what never is, and that it is as files are now. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  changeDocumentNotification,
  closeDocumentNotification,
  openDocumentNotification,
  readWorkspaceNotification,
  type SearchParams,
} from '../../src/engine/protocol/index.ts';
import { repository } from '../helpers/engine.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-search-'));
const outside = mkdtempSync(path.join(tmpdir(), 'quire-outside-'));
after(() => {
  for (const one of [folder, outside]) rmSync(one, { recursive: true, force: true });
});
const client = ownEngine();
let workspace = '';

const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
};
const read = (more: { on?: boolean; changed?: string[] } = {}) =>
  client.tell(readWorkspaceNotification, { workspace, on: true, ...more });
const search = (query: string, more: Partial<SearchParams> = {}) =>
  client.search({ workspace, query, top: 10, waitMs: 60_000, ...more });
const paths = async (query: string, more: Partial<SearchParams> = {}) =>
  (await search(query, more)).places.map((place) => place.path);

before(async () => {
  write('.gitignore', 'dist/\n');
  write('src/pool.ts', '\n/** Lends out pages of zebra memory. */\nexport class PagePool {\n  lend(): void {}\n}\n');
  write('src/other.ts', 'export const other = 1;\n');
  write('docs/pool.md', '# The pool\n\nPages of zebra memory are lent out.\n');
  write('dist/pool.js', 'zebra zebra zebra PagePool');
  write('.env', 'zebra=1');
  write('keys/id_rsa', 'zebra');
  write('node_modules/zebra/index.js', 'zebra');
  write('src/made.ts', '// @generated\nzebra();\n');
  writeFileSync(path.join(outside, 'far.ts'), 'zebra');
  symlinkSync(path.join(outside, 'far.ts'), path.join(folder, 'src/link.ts'));
  symlinkSync(outside, path.join(folder, 'linked'));
  workspace = await client.openWorkspace({ folder, name: folder, trusted: true });
});

describe('workspace/search', () => {
  it('says in words that a folder is not read, and reads nothing of it', async () => {
    await assert.rejects(search('zebra'), { kind: 'workspaceUnread', message: /trust the folder.*useProjectCode/ });
    const alone = await client.openWorkspace({ folder: null, name: 'alone', trusted: true });
    await assert.rejects(search('zebra', { workspace: alone }), { kind: 'workspaceUnread', message: /open a folder/ });
    await assert.rejects(search('zebra', { workspace: 'none' }), { kind: 'workspaceUnknown' });
  });

  it('finds places with their lines, and never what is ignored, secret, generated or behind a link', async () => {
    read();
    const found = await search('Where are pages of zebra memory lent out?');
    assert.deepEqual(found.places.map((place) => place.path).sort(), ['docs/pool.md', 'src/pool.ts']);
    assert.equal(found.reading, 1);
    assert.equal(found.leftOut, 0);
    const { text, start, end, why, score } = found.places.find((place) => place.path === 'src/pool.ts')!;
    assert.deepEqual([start, end], [2, 5]);
    assert.equal(text, '/** Lends out pages of zebra memory. */\nexport class PagePool {\n  lend(): void {}\n}');
    assert.deepEqual([...why].sort(), ['memory', 'pages', 'zebra']);
    assert(score > 0);
    assert.equal((await paths('PagePool'))[0], 'src/pool.ts');
  });

  it('is asked for less: so many places, and only some folders', async () => {
    assert.equal((await paths('zebra', { top: 1 })).length, 1);
    assert.deepEqual(await paths('zebra', { paths: ['docs/'] }), ['docs/pool.md']);
    assert.deepEqual(await paths('zebra', { paths: ['./src/pool.ts'] }), ['src/pool.ts']);
    assert.deepEqual(await paths('zebra', { paths: ['doc'] }), []);
    assert.deepEqual(await paths('???'), []);
  });

  it('refuses what makes no sense', async () => {
    for (const wrong of [{ top: 0 }, { top: 51 }, { top: 1.5 }, { query: 'x'.repeat(2_001) }, { waitMs: -1 }])
      await assert.rejects(search('zebra', wrong), { kind: 'promptInvalid' });
  });

  it('knows a file as it is now, whether or not somebody told of the change', async () => {
    write('src/pool.ts', 'export const nothing = 1;\n');
    assert.deepEqual(await paths('zebra'), ['docs/pool.md']);
    write('src/new.ts', 'export const zebra = 1;\n');
    read({ changed: ['src/new.ts'] });
    assert.deepEqual((await paths('zebra')).sort(), ['docs/pool.md', 'src/new.ts']);
    rmSync(path.join(folder, 'src/new.ts'));
    assert.deepEqual(await paths('zebra'), ['docs/pool.md']);
  });

  it('stops finding what is ignored from now on', async () => {
    write('.gitignore', 'dist/\ndocs/\n');
    assert.deepEqual(await paths('zebra'), []);
    write('.gitignore', 'dist/\n');
    read();
    assert.deepEqual(await paths('zebra'), ['docs/pool.md']);
  });

  it('finds the text of an open document before that of its file, as it is typed, and the file again after it', async () => {
    const key = 'file:///other.ts';
    const document = { workspace, key, path: 'src/other.ts' };
    client.tell(openDocumentNotification, { ...document, version: 1, text: 'export const okapi = 1;\r\n' });
    const { places } = await search('okapi');
    assert.deepEqual([places.length, places[0]?.path, places[0]?.text], [1, 'src/other.ts', 'export const okapi = 1;']);
    const edits = [{ start: 13, end: 18, text: 'gnu' }];
    client.tell(changeDocumentNotification, { workspace, key, from: 1, version: 2, edits });
    assert.deepEqual([await paths('okapi'), await paths('gnu')], [[], ['src/other.ts']]);
    client.tell(closeDocumentNotification, { workspace, key });
    assert.deepEqual([await paths('gnu'), await paths('other')], [[], ['src/other.ts']]);
  });

  it('never finds a document that its file does not allow', async () => {
    const secret = { workspace, version: 1, text: 'okapi' };
    for (const file of ['.env', 'dist/pool.js', null])
      client.tell(openDocumentNotification, { ...secret, key: `${file}`, path: file });
    assert.deepEqual(await paths('okapi'), []);
  });

  it('shows the same text once', async () => {
    const copy = Array.from({ length: 10 }, (_, i) => `// antelope ${i}`).join('\n');
    write('src/a.ts', copy);
    write('src/b.ts', `${copy}\n// and one more`);
    read();
    assert.equal((await paths('antelope')).length, 1);
  });

  it('is ended by its signal, and by the end of the reading; what was read is gone then', async () => {
    assert.deepEqual(
      (await client.search({ workspace, query: 'zebra', top: 1 }, { signal: AbortSignal.abort() })).places,
      [],
    );
    read({ on: false });
    await assert.rejects(search('zebra'), { kind: 'workspaceUnread' });
    read();
    assert.deepEqual(await paths('zebra'), ['docs/pool.md']);
    await client.forgetWorkspace({ workspace });
    assert.deepEqual(await paths('zebra'), ['docs/pool.md']);
  });
});

describe('quire search', () => {
  const quire = (...argv: string[]) =>
    execFileSync(process.execPath, [path.join(repository, 'src/cli/main.ts'), 'search', ...argv], { encoding: 'utf8' });
  it('prints places for people, and as JSON', () => {
    assert.match(quire(folder, 'zebra memory'), /^docs\/pool\.md:1-3 {2}[\d.]+ {2}zebra, memory\n {4}# The pool\n/);
    const { places, files, reading } = JSON.parse(quire(folder, 'zebra', '--json', '--top', '1'));
    assert.deepEqual([places.length, places[0].path, reading], [1, 'docs/pool.md', 1]);
    assert(files >= 4);
    assert.equal(quire(folder, 'unheardof'), 'Nothing was found.\n');
  });
  it('says what it does not understand', () => {
    for (const argv of [[], [folder], [folder, 'a', 'b'], [folder, 'a', '--top', '0']])
      assert.throws(() => quire(...argv), { status: 2 });
    assert.throws(() => quire(path.join(folder, 'nowhere'), 'a'), { status: 1 });
  });
});
