import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { Indexer } from '../../../../../../../src/engine/server/services/completion/project/indexer.ts';
import { Projects } from '../../../../../../../src/engine/server/services/completion/project/projects.ts';
import { BYTE_VOCABULARY, followers } from './scopes.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-indexer-'));
after(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

function write(folder: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
}

function folderWith(files: Record<string, string>): string {
  const folder = path.join(root, String(number++));
  mkdirSync(folder);
  write(folder, files);
  return folder;
}

function setUp(t: TestContext, busy = () => false) {
  const projects = new Projects(simulatedTokenizer, BYTE_VOCABULARY);
  const indexer = new Indexer(projects, busy);
  t.after(() => indexer.dispose());
  return {
    projects,
    indexer,
    /** Waits until everything is read. */
    read: async () => {
      while (indexer.pending > 0) await sleep(1);
    },
    has: (workspace: string, file: string) => projects.of(workspace).index.files.has(file),
    next: (workspace: string, text: string) => followers(text, projects.of(workspace).index.scopes()),
  };
}

const SECRETS = { '.env': 'secret = 1', 'key.pem': 'secret = 2', '.ssh/config': 'secret = 3' };
const IGNORED = { 'dist/a.ts': 'secret = 4', 'src/local.ts': 'secret = 5', 'node_modules/b/a.ts': 'secret = 6' };

describe('Indexer', () => {
  it('reads the files of a folder, but no ignored and no secret ones, also where it is told of them', async (t) => {
    const { indexer, projects, read, has, next } = setUp(t);
    const rules = { '.gitignore': 'dist/\n', 'src/.gitignore': 'local.ts\n' };
    const folder = folderWith({ 'a.ts': 'const a = 1;', 'src/b.ts': 'const b = 2;', ...rules, ...SECRETS, ...IGNORED });
    indexer.add('w', folder);
    assert.ok(indexer.pending > 0);
    await read();
    const { files } = projects.of('w').index;
    const check = () => {
      for (const file of ['a.ts', 'src/b.ts', '.gitignore', 'src/.gitignore']) assert.ok(has('w', file), file);
      assert.equal(files.files, 4);
      assert.deepEqual([next('w', 'const a = '), next('w', 'const b = '), next('w', 'secret = ')], ['1', '2', '']);
    };
    check();
    indexer.add('w', folder, [...Object.keys(SECRETS), ...Object.keys(IGNORED), 'src/b.ts']);
    await read();
    check();
  });

  it('reads a changed file anew, and forgets one that is gone or ignored by now', async (t) => {
    const { indexer, read, has, next } = setUp(t);
    const folder = folderWith({ 'a.ts': 'const a = 1;', 'b.ts': 'const b = 1;', 'c.ts': 'const c = 1;' });
    indexer.add('w', folder);
    await read();
    write(folder, { 'a.ts': 'const a = 2;', 'new.ts': 'const d = 2;', '.gitignore': 'c.ts\n' });
    rmSync(path.join(folder, 'b.ts'));
    assert.equal(next('w', 'const a = '), '1');
    indexer.add('w', folder, ['a.ts', 'b.ts', 'c.ts', 'new.ts', 'never/there.ts']);
    await read();
    assert.deepEqual([next('w', 'const a = '), next('w', 'const d = ')], ['2', '2']);
    assert.deepEqual(
      ['a.ts', 'b.ts', 'c.ts', 'new.ts'].map((file) => has('w', file)),
      [true, false, false, true],
    );
  });

  it('leaves an open document to the editor', async (t) => {
    const { indexer, projects, read, has, next } = setUp(t);
    const folder = folderWith({ 'a.ts': 'const a = 1;', 'b.ts': 'const b = 1;' });
    projects.open('/w', { id: 'a', path: 'a.ts', text: 'const a = 2;' });
    indexer.add('/w', folder);
    await read();
    indexer.add('/w', folder, ['a.ts']);
    await read();
    assert.equal(next('/w', 'const a = '), '2');
    assert.deepEqual([has('/w', 'a.ts'), has('/w', 'b.ts')], [false, true]);
    projects.close('/w', 'a');
    indexer.add('/w', folder, ['a.ts']);
    await read();
    assert.equal(next('/w', 'const a = '), '1');
  });

  it('keeps workspaces apart', async (t) => {
    const { indexer, read, next } = setUp(t);
    indexer.add('one', folderWith({ 'a.ts': 'const a = 1;' }));
    indexer.add('two', folderWith({ 'a.ts': 'const a = 2;' }));
    await read();
    assert.deepEqual([next('one', 'const a = '), next('two', 'const a = ')], ['1', '2']);
  });

  it('reads nothing more of a workspace that was removed, and goes on with the others', async (t) => {
    const { indexer, projects, read, has } = setUp(t);
    const many = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`${i}.ts`, `const a = ${i};\n`.repeat(500)]),
    );
    indexer.add('one', folderWith(many));
    indexer.add('two', folderWith({ 'a.ts': 'const a = 2;' }));
    const { files } = projects.of('one').index;
    while (files.files === 0) await sleep(1);
    indexer.remove('one');
    const count = files.files;
    await read();
    assert.ok(count < 300);
    assert.equal(files.files, count);
    assert.ok(has('two', 'a.ts'));
  });

  it('goes on with the others where a workspace is removed whose folder turns out to be empty', async (t) => {
    const { indexer, read, has } = setUp(t);
    indexer.add('one', folderWith({}));
    indexer.remove('one');
    indexer.add('two', folderWith({ 'a.ts': 'const a = 2;' }));
    await read();
    assert.ok(has('two', 'a.ts'));
    // The folder of a workspace is another by now.
    indexer.add('one', folderWith({}));
    indexer.add('one', folderWith({ 'b.ts': 'const b = 2;' }));
    await read();
    assert.ok(has('one', 'b.ts'));
  });

  it('begins anew with a folder that it is told of again', async (t) => {
    const { indexer, projects, read } = setUp(t);
    const folder = folderWith({ 'a.ts': 'const a = 1;', 'b.ts': 'const b = 1;' });
    indexer.add('w', folder);
    indexer.add('w', folder, ['a.ts']);
    indexer.add('w', folder);
    assert.equal(indexer.pending, 1);
    await read();
    assert.equal(projects.of('w').index.files.files, 2);
  });

  it('reads a folder that is not there as an empty one', async (t) => {
    const { indexer, projects, read } = setUp(t);
    indexer.add('w', path.join(root, 'not there'));
    await read();
    assert.equal(projects.of('w').index.files.files, 0);
  });

  it('reads on while requests run, if slower', async (t) => {
    let asked = 0;
    const { indexer, read, has } = setUp(t, () => {
      asked++;
      return true;
    });
    indexer.add('w', folderWith({ 'a.ts': 'const a = 1;' }));
    await read();
    assert.ok(has('w', 'a.ts'));
    assert.ok(asked > 2, `asked ${asked} times`);
  });

  it('gives others a turn', async (t) => {
    const { indexer, read, projects } = setUp(t);
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    turn();
    indexer.add('w', folderWith({ 'a.ts': 'const a = 1;\n'.repeat(15_000), 'b.ts': 'const b = 1;\n'.repeat(15_000) }));
    await read();
    running = false;
    assert.equal(projects.of('w').index.files.files, 2);
    assert.ok(turns > 2, `${turns} turns`);
  });

  it('stops when it is disposed of', async (t) => {
    const { indexer, projects } = setUp(t);
    indexer.add('w', folderWith({ 'a.ts': 'const a = 1;' }));
    indexer.dispose();
    assert.equal(indexer.pending, 0);
    await sleep(20);
    assert.equal(projects.of('w').index.files.files, 0);
  });
});
