import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { IgnoreRules } from '../../../src/files/ignored.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-ignored-'));
after(() => rmSync(folder, { recursive: true }));

const IGNORE_FILES: Record<string, string> = {
  '.gitignore': 'dist/\n*.log\n!keep.log\n/top.ts\ncache\n',
  'packages/a/.gitignore': '!debug.log\nlocal.ts\n',
  'dist/.gitignore': '!important.js\n',
};
const PATHS = [
  'src/a.ts',
  'dist/a.js',
  'dist/important.js',
  'packages/a/dist/a.js',
  'debug.log',
  'keep.log',
  'packages/a/debug.log',
  'packages/a/other.log',
  'packages/a/local.ts',
  'packages/b/local.ts',
  'top.ts',
  'src/top.ts',
  'src/cache/a.ts',
  'excluded.ts',
  'dist/',
  'packages/a/dist/',
  'packages/a/',
  'src/cache/',
  'top.ts/',
];

test('the same files are ignored as git ignores', async () => {
  execFileSync('git', ['init', '-q', folder]);
  for (const [file, text] of Object.entries({ ...IGNORE_FILES, '.git/info/exclude': 'excluded.ts\n' })) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const rules = new IgnoreRules(async (file) => {
    try {
      return readFileSync(path.join(folder, file), 'utf8');
    } catch {
      return undefined;
    }
  });
  for (const file of PATHS) {
    let expected = true;
    try {
      execFileSync('git', ['-c', 'core.excludesFile=', 'check-ignore', '-q', file], { cwd: folder });
    } catch {
      expected = false;
    }
    assert.equal(await rules.ignores(file), expected, file);
  }
});

test('a rule for folders is one for folders only', async () => {
  const rules = new IgnoreRules(async (file) => (file === 'a/.gitignore' ? 'out/\n' : undefined));
  assert.equal(await rules.ignores('a/out/'), true);
  assert.equal(await rules.ignores('a/out'), false);
  assert.equal(await rules.ignores('a/out/b.ts'), true);
  assert.equal(await rules.ignores('out/'), false);
});

test('each .gitignore is read once', async () => {
  const read: string[] = [];
  const rules = new IgnoreRules(async (file) => {
    read.push(file);
    return undefined;
  });
  await rules.ignores('src/a.ts');
  await rules.ignores('src/b.ts');
  await rules.ignores('src/'); // asks nothing of the folder itself
  await rules.ignores('lib/');
  assert.deepEqual(read.sort(), ['.git/info/exclude', '.gitignore', 'src/.gitignore']);
});
