import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { Slices } from '../../../../../../../src/engine/server/core/slices.ts';
import {
  type Departed,
  Indexer,
  type IndexerOptions,
} from '../../../../../../../src/engine/server/services/completion/project/indexer.ts';
import { Projects } from '../../../../../../../src/engine/server/services/completion/project/projects.ts';
import { shardBytes } from '../../../../../../../src/engine/server/services/completion/project/workspaceFiles.ts';
import { BYTE_VOCABULARY, followers } from './scopes.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-indexer-'));
after(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

/** Files that were written long ago, each at another time: no time of change is doubtful. */
function write(folder: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    const whole = path.join(folder, file);
    mkdirSync(path.dirname(whole), { recursive: true });
    writeFileSync(whole, text);
    utimesSync(whole, 1e9, 1e9 + written++);
  }
}
let written = 0;

function folderWith(files: Record<string, string>): string {
  const folder = path.join(root, String(number++));
  mkdirSync(folder);
  write(folder, files);
  return folder;
}

function setUp(t: TestContext, busy = () => false, options: IndexerOptions & { shards?: number } = {}) {
  /** What was tokenized since the last time it was asked for. */
  let tokenized: string[] = [];
  const tokenizer = {
    ...simulatedTokenizer,
    encode(text: string) {
      tokenized.push(text);
      return simulatedTokenizer.encode(text);
    },
  };
  const projects = new Projects(
    tokenizer,
    BYTE_VOCABULARY,
    undefined,
    options.shards && options.shards * shardBytes(BYTE_VOCABULARY),
  );
  const departed: Departed[] = [];
  const indexer = new Indexer(projects, new Slices(busy), { onDeparted: (files) => departed.push(files), ...options });
  t.after(() => indexer.dispose());
  return {
    projects,
    indexer,
    departed,
    tokenized: () => {
      const texts = tokenized;
      tokenized = [];
      return texts;
    },
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

  it('lets go, in a second whole reading, of what is gone or ignored by now, and reads only what changed', async (t) => {
    const { indexer, projects, read, next, tokenized, departed } = setUp(t);
    const files = {
      'a.ts': 'const a = 1;',
      'b.ts': 'const b = 1;',
      'c/d.ts': 'const d = 1;',
      'e/f.ts': 'const f = 1;',
    };
    const folder = folderWith({ ...files, 'binary.ts': 'const g = 1;\0' });
    indexer.add('w', folder);
    await read();
    assert.equal(projects.of('w').index.files.files, 4);
    tokenized();
    indexer.add('w', folder);
    await read();
    assert.deepEqual(tokenized(), []);
    rmSync(path.join(folder, 'e'), { recursive: true });
    write(folder, { '.gitignore': 'c/\n', 'a.ts': 'const a = 2;' });
    projects.open('w', { id: 'c/d.ts', path: 'c/d.ts', text: 'const d = 3;' });
    indexer.add('w', folder);
    await read();
    assert.deepEqual(tokenized().sort(), ['c/\n', 'const a = 2;', 'const d = 3;']);
    assert.deepEqual([...projects.of('w').index.files.paths].sort(), ['.gitignore', 'a.ts', 'b.ts']);
    assert.deepEqual(
      ['a', 'b', 'f'].map((name) => next('w', `const ${name} = `)),
      ['2', '1', ''],
    );
    // Also of a document that is open: it is the editor's, but nothing of it may stay elsewhere.
    assert.deepEqual(departed, [{ workspace: 'w', private: ['c/d.ts'], gone: ['e/f.ts'] }]);
  });

  it('goes by a new .gitignore that it is told of as a change', async (t) => {
    const { indexer, projects, read, departed } = setUp(t);
    const folder = folderWith({ 'a.ts': 'const a = 1;', 'src/b.ts': 'const b = 1;' });
    indexer.add('w', folder);
    await read();
    write(folder, { 'src/.gitignore': 'b.ts\n' });
    indexer.add('w', folder, ['src/.gitignore']);
    await read();
    assert.deepEqual([...projects.of('w').index.files.paths].sort(), ['a.ts', 'src/.gitignore']);
    assert.deepEqual(departed, [{ workspace: 'w', private: ['src/b.ts'], gone: [] }]);
  });

  it('holds a part of a repository to the rules of its root', async (t) => {
    const { indexer, projects, read } = setUp(t);
    const repository = folderWith({
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.git/info/exclude': 'excluded.ts\n',
      '.gitignore': 'packages/a/local/\n',
      'packages/a/a.ts': 'const a = 1;',
      'packages/a/local/b.ts': 'const b = 1;',
      'packages/a/excluded.ts': 'const c = 1;',
    });
    const folder = path.join(repository, 'packages/a');
    indexer.add('w', folder);
    await read();
    assert.deepEqual([...projects.of('w').index.files.paths], ['a.ts']);
    indexer.add('w', folder, ['local/b.ts', 'excluded.ts', 'a.ts']);
    await read();
    assert.deepEqual([...projects.of('w').index.files.paths], ['a.ts']);
  });

  it('takes the nearest where there is not room for all, says what it left out, and keeps up with changes', async (t) => {
    const { indexer, projects, read, has, next, tokenized } = setUp(t, () => false, { shards: 1, rechooseMs: 0 });
    const text = (name: string) => `const ${name} = 1;\n${'fill();\n'.repeat(1_000)}`; // 8,000 tokens
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const folder = folderWith({
      ...Object.fromEntries(names.map((name) => [`near/${name}.ts`, text(`near_${name}`)])),
      ...Object.fromEntries(names.map((name) => [`far/away/${name}.ts`, text(`far_${name}`)])),
    });
    projects.open('/w', { id: 'near/open.ts', path: 'near/open.ts', text: 'open' });
    indexer.add('/w', folder);
    await read();
    const { index } = projects.of('/w');
    assert.deepEqual(
      names.map((name) => has('/w', `near/${name}.ts`)),
      names.map(() => true),
    );
    const status = indexer.status();
    assert.deepEqual([status.full, index.files.files, status.leftOut], [true, 8, 4]);
    assert.deepEqual(status.nearestLeftOut, ['far/away/c.ts', 'far/away/d.ts', 'far/away/e.ts']);

    // A change of a file that is there, a deletion, and a near file that is new.
    write(folder, { 'near/a.ts': text('near_changed'), 'near/g.ts': text('near_g') });
    rmSync(path.join(folder, 'near/b.ts'));
    rmSync(path.join(folder, 'near/c.ts'));
    tokenized();
    indexer.add('/w', folder);
    await read();
    assert.ok(!tokenized().some((text) => /near_[def]|far_[ab]/.test(text)));
    assert.deepEqual([next('/w', 'near_changed = '), next('/w', 'near_a = '), next('/w', 'near_b = ')], ['1', '', '']);
    assert.deepEqual([has('/w', 'near/g.ts'), index.files.files, indexer.status().leftOut], [true, 8, 3]);

    // Work goes on elsewhere.
    projects.close('/w', 'near/open.ts');
    projects.open('/w', { id: 'far/away/open.ts', path: 'far/away/open.ts', text: 'open' });
    write(folder, { 'far/away/f.ts': text('far_changed') });
    indexer.add('/w', folder, ['far/away/f.ts']);
    await read();
    assert.deepEqual(
      names.map((name) => has('/w', `far/away/${name}.ts`)),
      names.map(() => true),
    );
    assert.equal(next('/w', 'far_changed = '), '1');
    assert.deepEqual([index.files.files, indexer.status().leftOut], [8, 3]);
    assert.ok(indexer.status().nearestLeftOut.every((file) => file.startsWith('near/')));
  });

  it('lets go of the files of a folder that vanishes, of one that becomes a folder, and finds a folder that comes', async (t) => {
    const { indexer, projects, read, departed } = setUp(t);
    const folder = folderWith({ 'a.ts': 'const a = 1;', 'src/b.ts': 'const b = 1;', 'src/deep/c.ts': 'const c = 1;' });
    indexer.add('w', folder);
    await read();
    rmSync(path.join(folder, 'src'), { recursive: true });
    rmSync(path.join(folder, 'a.ts'));
    write(folder, {
      'a.ts/inside.ts': 'const d = 1;',
      'new/deep/e.ts': 'const e = 1;',
      '.gitignore': 'out\n',
      'out/f.ts': '',
    });
    indexer.add('w', folder, ['src', 'a.ts', 'new', 'out']);
    await read();
    assert.deepEqual([...projects.of('w').index.files.paths].sort(), ['.gitignore', 'a.ts/inside.ts', 'new/deep/e.ts']);
    assert.deepEqual(
      departed.flatMap(({ gone }) => gone),
      ['src/b.ts', 'src/deep/c.ts', 'a.ts'],
    );
    rmSync(folder, { recursive: true });
    indexer.add('w', folder);
    await read();
    assert.equal(projects.of('w').index.files.files, 0);
  });

  it('reads nothing through links that lead out of the folder, or to what is private in it', async (t) => {
    const { indexer, projects, read } = setUp(t);
    const outside = folderWith({ 'b.ts': 'const b = 1;' });
    const folder = folderWith({ 'a.ts': 'const a = 1;', '.gitignore': 'local/\n', 'local/c.ts': 'const c = 1;' });
    symlinkSync(outside, path.join(folder, 'elsewhere'), 'junction');
    symlinkSync(path.join(folder, 'local'), path.join(folder, 'shown'), 'junction');
    indexer.add('w', folder);
    await read();
    indexer.add('w', folder, ['elsewhere/b.ts', 'shown/c.ts', 'elsewhere', 'shown']);
    await read();
    assert.deepEqual([...projects.of('w').index.files.paths].sort(), ['.gitignore', 'a.ts']);
  });

  it('takes in a change that comes while the whole folder is read', async (t) => {
    const { indexer, projects, read, has, next } = setUp(t);
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`${i}.ts`, `const a${i} = 1;\n`.repeat(200)]),
    );
    const folder = folderWith(many);
    indexer.add('w', folder);
    while (!has('w', '0.ts')) await sleep(1);
    write(folder, { '0.ts': 'const first = 2;', '59.ts': 'const last = 2;' });
    rmSync(path.join(folder, '1.ts'));
    indexer.add('w', folder, ['0.ts', '1.ts', '59.ts']);
    await read();
    assert.deepEqual([next('w', 'const first = '), next('w', 'const last = '), has('w', '1.ts')], ['2', '2', false]);
    assert.equal(projects.of('w').index.files.files, 59);
  });

  it('reads everything again when it was told to forget, also in the middle', async (t) => {
    const { indexer, projects, read, has, next } = setUp(t);
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`${i}.ts`, `const a${i} = 1;\n`.repeat(200)]),
    );
    const folder = folderWith(many);
    indexer.add('w', folder);
    while (!has('w', '0.ts')) await sleep(1);
    indexer.remove('w');
    projects.forgetFiles('w');
    const other = folderWith({ '0.ts': 'const other = 3;' });
    indexer.add('w', other);
    await read();
    assert.deepEqual([[...projects.of('w').index.files.paths], next('w', 'const other = ')], [['0.ts'], '3']);
    // Without a word of the change: what the other folder said must go.
    indexer.add('w', folder);
    await read();
    assert.deepEqual([projects.of('w').index.files.files, next('w', 'const other = ')], [60, '']);
  });

  it('reads a file again that was written in the moment of its reading', async (t) => {
    const { indexer, read, next } = setUp(t);
    const folder = folderWith({});
    const file = path.join(folder, 'a.ts');
    const now = new Date();
    writeFileSync(file, 'const a = 1;');
    utimesSync(file, now, now);
    indexer.add('w', folder);
    await read();
    writeFileSync(file, 'const a = 2;');
    utimesSync(file, now, now);
    indexer.add('w', folder);
    await read();
    assert.equal(next('w', 'const a = '), '2');
  });
});
