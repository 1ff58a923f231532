/** Whose rules hold where repositories lie in folders and in each other. All of it is what git itself says of such trees. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { privateFilesHere } from '../../../src/engine/server/services/workspaceFiles/folder.ts';
import { IgnoreRules } from '../../../src/files/ignored.ts';

const user = { home: '/home', config: '/home/.config' };
const REPOSITORY = 'ref: refs/heads/main\n';

async function ignored(folder: string, files: Record<string, string>, paths: readonly string[]): Promise<string[]> {
  const rules = new IgnoreRules(folder, async (file) => files[file], user);
  const found: string[] = [];
  for (const one of paths) if (await rules.ignores(one)) found.push(one);
  return found;
}

describe('the rules of a repository inside the opened folder', () => {
  it('hold in it, with the user’s own counted from its root', async () => {
    const files = {
      '/home/.config/git/ignore': '/anchored\n',
      '/w/a/.git/HEAD': REPOSITORY,
      '/w/a/.git/info/exclude': 'secret.txt\n/sub/x\n',
    };
    const hidden = ['anchored', 'a/anchored', 'a/secret.txt', 'a/deep/secret.txt', 'a/sub/x'];
    const seen = ['secret.txt', 'a/deep/anchored', 'a/x', 'b/secret.txt'];
    assert.deepEqual(await ignored('/w', files, [...hidden, ...seen]), hidden);
  });

  it('come on top of those around it, and have their own word on case', async () => {
    const files = {
      '/w/.git/HEAD': REPOSITORY,
      '/w/.gitignore': '!listed.txt\n*.gen\n',
      '/w/n/.git/HEAD': REPOSITORY,
      '/w/n/.git/config': '[core]\nexcludesFile=/list\nignoreCase\n',
      '/list': 'listed.txt\nkept.txt\n',
      '/w/n/.gitignore': '!kept.txt\n',
    };
    const hidden = ['n/listed.txt', 'n/LISTED.txt', 'n/a.gen'];
    assert.deepEqual(await ignored('/w', files, [...hidden, 'listed.txt', 'n/kept.txt', 'A.GEN']), hidden);
  });

  it('are found for a submodule, whose .git is a file', async () => {
    const files = {
      '/w/.git/HEAD': REPOSITORY,
      '/w/.git/modules/sub/info/exclude': 'secret.txt\n',
      '/w/sub/.git': 'gitdir: ../.git/modules/sub\n',
    };
    assert.deepEqual(await ignored('/w', files, ['sub/d/secret.txt', 'secret.txt']), ['sub/d/secret.txt']);
  });
});

describe('a configuration', () => {
  const at = (text: string, more: Record<string, string> = {}) => ({
    '/home/work/r/.git/HEAD': REPOSITORY,
    '/home/.gitconfig': text,
    '/home/list': 'x\n',
    '/home/work.cfg': '[core]\nexcludesFile = ~/list\n',
    ...more,
  });
  const includes = (condition: string) => at(`[includeIf "${condition}"]\n\tpath = work.cfg\n`);
  for (const condition of [
    'gitdir:~/work/',
    'gitdir:work/',
    'gitdir:./work/r/.git',
    'gitdir/i:~/WORK/',
    'gitdir:/home/*/r/',
  ])
    it(`is included for ${condition}`, async () =>
      assert.deepEqual(await ignored('/home/work/r', includes(condition), ['x', 'y']), ['x']));
  for (const condition of ['gitdir:~/other/', 'gitdir:~/WORK/', 'gitdir:~/work', 'onbranch:main'])
    it(`is not for ${condition}`, async () =>
      assert.deepEqual(await ignored('/home/work/r', includes(condition), ['x', 'y']), []));

  it('goes on behind a comment that ends in a backslash, and takes every number but 0 for yes', async () => {
    const text = '# C:\\\n[core] ; here \\\nexcludesFile = ~/list\n; too \\\nignoreCase = -1\n';
    assert.deepEqual(await ignored('/home/work/r', at(text), ['x', 'X', 'y']), ['x', 'X']);
  });
});

it('a folder that is opened by a link has the rules of the repository behind it', async (t) => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'quire-linked-'));
  after(() => rmSync(scratch, { recursive: true }));
  mkdirSync(path.join(scratch, 'r/.git'), { recursive: true });
  mkdirSync(path.join(scratch, 'r/pkg'));
  writeFileSync(path.join(scratch, 'r/.git/HEAD'), REPOSITORY);
  writeFileSync(path.join(scratch, 'r/.gitignore'), 'secret.txt\n/pkg/gen/\n');
  const link = path.join(scratch, 'link');
  try {
    symlinkSync(path.join(scratch, 'r/pkg'), link, 'junction');
  } catch {
    return t.skip('no links here');
  }
  const folder = link.replaceAll('\\', '/');
  const rules = privateFilesHere().rulesOf(folder, folder);
  const paths = ['secret.txt', 'gen/a', 'a/gen/a', 'a.ts'];
  assert.deepEqual(await Promise.all(paths.map((one) => rules.ignores(one))), [true, true, false, false]);
});
