import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import {
  isIndexable,
  filesOf as listOf,
  MAX_FILE_BYTES,
  MAX_FILES,
  privateFilesHere,
  readSource,
  withSlashes,
} from '../../../../../../src/engine/server/services/workspaceFiles/folder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-folder-'));
after(() => rmSync(root, { recursive: true, force: true }));
let number = 0;

/** A new folder with these files; those of a list are empty. */
function folderWith(files: readonly string[] | Record<string, string>): string {
  const folder = path.join(root, String(number++));
  mkdirSync(folder);
  const texts = Array.isArray(files) ? files.map((file) => [file, '']) : Object.entries(files);
  for (const [file, text] of texts) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

/** The files of a folder by its own rules. */
function filesOf(folder: string, near: readonly string[], signal?: AbortSignal): Promise<string[]> {
  return listOf(folder, near, privateFilesHere().rulesOf(folder, withSlashes(folder)), signal);
}

/** A file with these contents. */
function fileWith(contents: string | Uint8Array): string {
  const file = path.join(root, `${number++}.ts`);
  writeFileSync(file, contents);
  return file;
}

/** Steps from the folder of one file to that of the other, as Node's own arithmetic of paths counts them. */
function steps(a: string, b: string): number {
  const way = path.posix.relative(path.posix.dirname(`/${a}`), path.posix.dirname(`/${b}`));
  return way === '' ? 0 : way.split('/').length;
}

const TREE = [
  'a.ts',
  'src/b.ts',
  'src/a/c.ts',
  'src/a/d/e.ts',
  'src/a/z.ts',
  'src/f/g.ts',
  'src/f/h/i.ts',
  'src-gen/a.ts',
  'test/src/a/c.ts',
  'test/j.ts',
];

describe('filesOf', () => {
  for (const near of [
    [],
    ['src/a/c.ts'],
    ['src/a/new.ts', 'test/j.ts'],
    ['src/a/c.ts', 'src/a/d/e.ts'],
    ['src/f/h/i.ts', 'a.ts'],
    ['not/there/yet.ts'],
    ['../elsewhere/k.ts'],
  ]) {
    it(`begins near ${near.join(' and ') || 'the top'}, and goes by the path where that is equal`, async () => {
      const away = (file: string) =>
        Math.min(...(near.length === 0 ? ['a.ts'] : near).map((other) => steps(file, other)));
      const expected = [...TREE].sort((a, b) => away(a) - away(b) || (a < b ? -1 : 1));
      assert.deepEqual(await filesOf(folderWith(TREE), near), expected);
    });
  }

  it('finds what git finds, with rules at every level', async () => {
    const folder = folderWith({
      '.gitignore': 'dist/\n*.gen.ts\n!keep.gen.ts\n/top.ts\ncache\nonly/*\n!only/this.ts\n',
      'packages/a/.gitignore': '!debug.gen.ts\nlocal.ts\nout/\n',
      'packages/a/debug.gen.ts': '',
      'packages/a/other.gen.ts': '',
      'packages/a/local.ts': '',
      'packages/a/out/a.ts': '',
      'packages/b/out/a.ts': '',
      'packages/b/local.ts': '',
      'packages/b/dist/a.ts': '',
      'dist/.gitignore': '!important.ts\n',
      'dist/important.ts': '',
      'keep.gen.ts': '',
      'top.ts': '',
      'src/top.ts': '',
      'src/cache/a.ts': '',
      'only/this.ts': '',
      'only/that.ts': '',
      'excluded.ts': '',
    });
    const git = (...args: string[]) => execFileSync('git', ['-c', 'core.excludesFile=', ...args], { cwd: folder });
    git('init', '-q');
    writeFileSync(path.join(folder, '.git/info/exclude'), 'excluded.ts\n');
    const tracked = git('ls-files', '--others', '--exclude-standard').toString().trim().split('\n');
    assert.ok(tracked.includes('packages/a/debug.gen.ts') && !tracked.includes('excluded.ts'));
    assert.deepEqual((await filesOf(folder, [])).sort(), tracked.sort());
  });

  it('does not look into folders that are ignored, foreign or secret', async () => {
    const closed = ['ignored', 'node_modules', 'src/node_modules', '.git', '.hg', '.svn', '.ssh'];
    const folder = folderWith(['src/a.ts', ...closed.map((name) => `${name}/deep/a.ts`)]);
    writeFileSync(path.join(folder, '.gitignore'), 'ignored/\n');
    // Reading a folder sets the time of access, where the file system keeps it.
    for (const name of ['src', ...closed]) utimesSync(path.join(folder, name), 1, new Date());
    assert.deepEqual(await filesOf(folder, ['ignored/deep/a.ts']), ['.gitignore', 'src/a.ts']);
    for (const name of closed) assert.equal(statSync(path.join(folder, name)).atimeMs, 1000, name);
  });

  it('leaves out secrets and files without code', async () => {
    const folder = folderWith(['a.ts', '.env', 'cert.pem', 'package-lock.json', 'a.min.js', 'logo.svg', 'Cargo.lock']);
    assert.deepEqual(await filesOf(folder, []), ['a.ts']);
  });

  it('finds nothing in a folder for secrets', async () => {
    const folder = path.join(folderWith(['.aws/a.ts', '.aws/b/c.ts']), '.aws');
    assert.deepEqual(await filesOf(folder, []), []);
    assert.deepEqual(await filesOf(path.join(folder, 'b'), []), []);
  });

  it('follows no links', async () => {
    const folder = folderWith(['src/a.ts']);
    symlinkSync(folderWith(['b.ts']), path.join(folder, 'elsewhere'), 'junction');
    symlinkSync(folder, path.join(folder, 'src/round'), 'junction');
    if (process.platform !== 'win32') symlinkSync('a.ts', path.join(folder, 'src/c.ts'));
    assert.deepEqual(await filesOf(folder, []), ['src/a.ts']);
  });

  it('passes over what cannot be read', async () => {
    const folder = folderWith(['a/b.ts', 'locked/c.ts', 'z/d.ts']);
    assert.deepEqual(await filesOf(path.join(folder, 'gone'), []), []);
    assert.deepEqual(await filesOf(path.join(folder, 'a/b.ts'), []), []);
    chmodSync(path.join(folder, 'locked'), 0);
    // A pipe that nobody writes to would never end.
    if (process.platform !== 'win32') execFileSync('mkfifo', [path.join(folder, 'a/.gitignore')]);
    const found = await filesOf(folder, []);
    chmodSync(path.join(folder, 'locked'), 0o700);
    // The superuser reads it all the same.
    assert.deepEqual(
      found.filter((file) => file !== 'locked/c.ts'),
      ['a/b.ts', 'z/d.ts'],
    );
  });

  it('ends with the signal', async () => {
    const folder = folderWith(TREE);
    const why = new Error('closed');
    await assert.rejects(filesOf(folder, [], AbortSignal.abort(why)), why);
    const controller = new AbortController();
    const walk = filesOf(folder, [], controller.signal);
    controller.abort(why);
    await assert.rejects(walk, why);
  });

  it('finds the nearest where there are too many, and lets other work go on', async () => {
    const folder = folderWith(['near/here/a.ts', 'near/b.ts', 'c.ts']);
    const far = Array.from({ length: 101 }, (_, i) => path.join(folder, `far/${i}`));
    for (const one of far) {
      mkdirSync(one, { recursive: true });
      for (let i = 0; i < MAX_FILES / 100; i++) linkSync(path.join(folder, 'c.ts'), path.join(one, `${i}.ts`));
      utimesSync(one, 1, new Date());
    }
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    turn();
    const found = await filesOf(folder, ['near/here/new.ts']);
    running = false;
    assert.equal(found.length, MAX_FILES);
    assert.deepEqual(found.slice(0, 3), ['near/here/a.ts', 'near/b.ts', 'c.ts']);
    assert.equal(new Set(found).size, MAX_FILES);
    assert.ok(far.some((one) => statSync(one).atimeMs === 1000)); // read no further than needed
    assert.ok(turns > MAX_FILES / 100, `${turns} turns of the event loop`);
  });
});

describe('readSource', () => {
  it('reads text, with LF and without a byte order mark', async () => {
    assert.equal(await readSource(fileWith('\uFEFFa\r\nb\rc\n\r\n')), 'a\nb\nc\n\n');
    assert.equal(await readSource(fileWith('größer = "€𝄞"')), 'größer = "€𝄞"');
    assert.equal(await readSource(fileWith('')), '');
  });

  it('reads no more than the size', async () => {
    const line = `${'a'.repeat(63)}\n`;
    assert.equal((await readSource(fileWith(line.repeat(MAX_FILE_BYTES / 64))))?.length, MAX_FILE_BYTES);
    assert.equal(await readSource(fileWith(`${line.repeat(MAX_FILE_BYTES / 64)}\n`)), undefined);
  });

  it('reads no bytes that are no text', async () => {
    assert.equal(await readSource(fileWith('a\0b')), undefined);
    assert.equal(await readSource(fileWith(Buffer.from('größer', 'latin1'))), undefined);
    assert.equal(await readSource(fileWith(Buffer.from('\uFEFFa = 1\n', 'utf16le'))), undefined);
    assert.equal(await readSource(fileWith(Buffer.from('€').subarray(0, 2))), undefined);
  });

  it('reads nothing with lines that only programs write', async () => {
    const short = 'let a = 1;\n'.repeat(1000);
    assert.equal((await readSource(fileWith(short + 'a'.repeat(5000))))?.length, short.length + 5000);
    assert.equal(await readSource(fileWith(short + 'a'.repeat(5001))), undefined);
    const long = `${'a'.repeat(200)}\n`;
    assert.equal(await readSource(fileWith(long.repeat(9))), long.repeat(9));
    assert.equal(await readSource(fileWith(`${long.repeat(9)}b${long}`)), undefined);
    assert.equal(await readSource(fileWith(long.repeat(9).replaceAll('\n', '\r\n'))), long.repeat(9));
  });

  it('reads regular files only', async () => {
    const folder = folderWith({ 'a.ts': 'a' });
    assert.equal(await readSource(path.join(folder, 'a.ts')), 'a');
    assert.equal(await readSource(folder), undefined);
    assert.equal(await readSource(path.join(folder, 'gone.ts')), undefined);
    assert.equal(await readSource('a\0.ts'), undefined);
    if (process.platform === 'win32') return;
    symlinkSync('a.ts', path.join(folder, 'link.ts'));
    assert.equal(await readSource(path.join(folder, 'link.ts')), undefined);
    execFileSync('mkfifo', [path.join(folder, 'pipe.ts')]);
    assert.equal(await readSource(path.join(folder, 'pipe.ts')), undefined);
  });
});

const CODE = [
  'a.ts',
  'src/a.d.ts',
  'lib.mts',
  'Makefile',
  'main.c',
  'lock.ts',
  'minjs.js',
  'a.min.ts',
  'package.json',
  'README.md',
  'git/a.ts',
  'src/.github/workflows/ci.yml',
  'node_modules.ts',
  'pdf/a.rs',
  'a.so.ts',
  'bin/run',
];
const NO_CODE = [
  'package-lock.json',
  'web/npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'Cargo.lock',
  'poetry.lock',
  'composer.lock',
  'Gemfile.lock',
  'go.sum',
  'flake.lock',
  'a.js.map',
  'a.min.js',
  'a.min.mjs',
  'A.MIN.CSS',
  'a.png',
  'a.JPG',
  'a.svg',
  'a.woff2',
  'a.tar.gz',
  'a.mp4',
  'a.pdf',
  'a.wasm',
  'a.node',
  'liba.so.1.2',
  'a.gguf',
  'pytorch_model.bin',
  'a.safetensors',
  'a.onnx',
  'a.pt',
  'a.sqlite',
  'a.sqlite-wal',
  'a.test.ts.snap',
  'a.csv',
  'a.tsv',
  'a.jsonl',
  'a.log',
  '.env',
  'id_rsa',
  '.ssh/config',
  '.git',
  '.git/config',
  'node_modules/a/index.js',
  'packages/a/node_modules/b.ts',
  '.hg/a',
  'a/.svn/b',
];

describe('isIndexable', () => {
  for (const file of CODE) it(`${file} may hold code`, () => assert.ok(isIndexable(file)));
  for (const file of NO_CODE) it(`${file} does not`, () => assert.ok(!isIndexable(file)));
});
