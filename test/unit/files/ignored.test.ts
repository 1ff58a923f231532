import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import type { UserFolders } from '../../../src/files/gitConfig.ts';
import { IgnoreRules } from '../../../src/files/ignored.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'quire-ignored-'));
after(() => rmSync(scratch, { recursive: true }));
let number = 0;

const git = hasGit();
if (!git) console.log('git is not on this machine: only what was written down of it is compared.');

/** A folder with these files, and none of anybody's configuration in it. */
function folderWith(files: Record<string, string>): string {
  const folder = path.join(scratch, String(number++));
  write(folder, files);
  return folder.replaceAll('\\', '/');
}

function write(folder: string, files: Record<string, string>): void {
  for (const [file, text] of Object.entries(files)) {
    const whole = path.join(folder, file);
    mkdirSync(file.endsWith('/') ? whole : path.dirname(whole), { recursive: true });
    if (!file.endsWith('/')) writeFileSync(whole, text);
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A home folder with these files. */
function userWith(files: Record<string, string>): UserFolders {
  const home = folderWith({ '.config/': '', ...files });
  return { home, config: `${home}/.config` };
}

function run(folder: string, user: UserFolders, args: readonly string[], input = ''): string {
  const env = { PATH: process.env.PATH, HOME: user.home, XDG_CONFIG_HOME: user.config, GIT_CONFIG_NOSYSTEM: '1' };
  // 1: nothing is ignored.
  try {
    return execFileSync('git', args, { cwd: folder, env, input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
  } catch (error) {
    if ((error as { status?: number }).status === 1) return '';
    throw error;
  }
}

function hasGit(): boolean {
  try {
    return execFileSync('git', ['--version']).length > 0;
  } catch {
    return false;
  }
}

/** Those of some paths that git ignores. It sees for itself what a folder is, and takes a slash at its end for a part of its name. */
function ignoredByGit(folder: string, user: UserFolders, paths: readonly string[]): string[] {
  const asked = paths.map((one) => one.replace(/\/$/, '')).join('\0');
  const said = new Set(run(folder, user, ['check-ignore', '--no-index', '--stdin', '-z'], asked).split('\0'));
  return paths.filter((one) => said.has(one.replace(/\/$/, '')));
}

async function ignoredByRules(folder: string, user: UserFolders, paths: readonly string[]): Promise<string[]> {
  const rules = new IgnoreRules(folder, read, user);
  const ignored: string[] = [];
  for (const one of paths) if (await rules.ignores(one)) ignored.push(one);
  return ignored;
}

/** The paths of files, and of the folders that they lie in. */
function withFolders(files: readonly string[]): string[] {
  const all = new Set(files);
  for (const file of files)
    for (let end = file.indexOf('/'); end >= 0; end = file.indexOf('/', end + 1)) all.add(file.slice(0, end + 1));
  return [...all];
}

const EMPTY_GIT = { '.git/HEAD': 'ref: refs/heads/main\n', '.git/objects/': '', '.git/refs/': '' };

const USER = { '.config/git/ignore': 'b\nc\n' };

/** From gitignore(5), and around it: rules by file, and which of the paths git 2.39 ignores. */
const CASES: {
  name: string;
  home?: Record<string, string>;
  rules: Record<string, string>;
  ignored: string[];
  open: string[];
}[] = [
  {
    name: 'comments, blank lines, escapes, spaces at the end',
    rules: { '.gitignore': '# a\n\n\\#b\n\\!c\nd  \ne\\ \n f\n!\n/\n\r\ng\r\n' },
    ignored: ['#b', '!c', 'd', 'e ', ' f', 'g'],
    open: ['# a', 'b', 'c', 'd  ', 'e', 'f'],
  },
  {
    name: 'a slash at the end is for folders, one before it for a place',
    rules: { '.gitignore': 'out/\n/top\ndoc/frotz/\nfoo/*\nfrotz2/' },
    ignored: ['out/', 'out/a', 'a/out/b', 'top', 'doc/frotz/', 'foo/test.json', 'foo/bar/', 'a/frotz2/x'],
    open: ['a/top', 'a/doc/frotz/', 'bar/foo/a', 'b/out'],
  },
  {
    name: 'stars match no slash, two of them match folders',
    rules: { '.gitignore': '**/foo\n**/x/bar\nabc/**\na/**/b\np/*/q\n*.log\nz**z\n' },
    ignored: [
      'foo',
      'd/foo',
      'x/bar',
      'd/x/bar',
      'abc/d',
      'abc/d/e',
      'a/b',
      'a/x/b',
      'a/x/y/b',
      'p/1/q',
      'd/e.log',
      'zaz',
    ],
    open: ['abc/', 'abcd/a', 'p/1/2/q', 'p/q', 'e.log.txt', 'za/az'],
  },
  {
    name: 'classes',
    rules: { '.gitignore': '[a-c]1\n[!x-z]2\n[^q]3\n[]]4\n[[:digit:]]5\n\\[6\n[\\]]7\n[a\n[[:nonsense:]]8\nq?r\n' },
    ignored: ['a1', 'b1', 'a2', 'a3', ']4', '15', '[6', ']7', 'qxr'],
    open: ['d1', 'x2', 'q3', 'a4', 'a5', 'a6', '[a', 'a', 'a8', 'qr', 'A1'],
  },
  {
    name: 'deeper files take back what is not inside an ignored folder',
    rules: {
      '.gitignore': '*.log\nname\ndist/\n!keep.log\nhidden/*\n!hidden/seen\n',
      'pkg/.gitignore': '!debug.log\n!name/\n!dist/\n',
      'dist/.gitignore': '!a.js\n',
    },
    ignored: ['x.log', 'name', 'dist/a.js', 'hidden/a', 'pkg/x.log', 'pkg/name', 'hidden/deep/seen'],
    open: ['keep.log', 'pkg/debug.log', 'pkg/name/a', 'pkg/dist/a.js', 'hidden/seen', 'hidden/'],
  },
  {
    name: 'bytes of UTF-8 one by one',
    rules: { '.gitignore': 'a??\n[!b]\nc[é][é]\n?é\n' },
    ignored: ['aé', 'x', 'cé', '1é'],
    open: ['aéé', 'é', 'c1', 'b'],
  },
  {
    name: 'both cases of ASCII alone, where case does not count',
    rules: { '.gitignore': 'é\nx[[:upper:]]\n', '.git/config': '[core]\nignorecase = true\n' },
    ignored: ['é', 'xa', 'XA'],
    open: ['É', 'x1'],
  },
  {
    name: "the folder of the repository comes before everybody's",
    home: USER,
    rules: { '.git/info/exclude': 'a\n!b\n', '.gitignore': '!a\n', '.git/config': '[core]\n\tignorecase = true\n' },
    ignored: ['C', 'c'],
    open: ['a', 'A', 'b'],
  },
];

describe('IgnoreRules', () => {
  for (const { name, home, rules, ignored, open } of CASES) {
    it(`ignores as git does: ${name}`, async () => {
      const files = [...ignored, ...open];
      const folder = folderWith({ ...EMPTY_GIT, ...rules });
      const user = userWith(home ?? {});
      assert.deepEqual(await ignoredByRules(folder, user, files), ignored);
      if (!git) return;
      // One by one: a file of one path is a folder of another.
      for (const file of files) {
        const alone = folderWith({ ...EMPTY_GIT, ...rules, [file]: '' });
        assert.deepEqual(ignoredByGit(alone, user, [file]), ignored.includes(file) ? [file] : [], file);
      }
    });
  }

  it('ignores what git ignores, whatever the rules are', async () => {
    if (!git) return;
    const user = userWith(USER);
    const name = fc.constantFrom('a', 'b', 'ab', 'a.b', 'ba', 'A');
    const file = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
    const piece = fc.constantFrom(
      'a',
      'b',
      'ab',
      '*',
      '**',
      '?',
      '/',
      '/',
      '.',
      '[ab]',
      '[!a]',
      '\\a',
      'a/',
      '/**/',
      '*b',
    );
    const line = fc
      .tuple(
        fc.constantFrom('', '', '!', '/'),
        fc.array(piece, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('', '/', ' '),
      )
      .map(([begin, pieces, end]) => begin + pieces.join('') + end);
    const text = fc.array(line, { maxLength: 5 }).map((lines) => `${lines.join('\n')}\n`);
    const rules = fc.dictionary(fc.constantFrom('.gitignore', 'a/.gitignore', 'a/b/.gitignore'), text);
    const tree = fc.record({ files: fc.uniqueArray(file, { minLength: 5, maxLength: 20 }), rules });
    // Many trees for one git: it is the process that takes the time.
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 25, maxLength: 25 }), text, async (trees, exclude) => {
        const all: Record<string, string> = { ...EMPTY_GIT, '.git/info/exclude': exclude };
        const paths: string[] = [];
        for (const [index, { files, rules }] of trees.entries()) {
          const folders = new Set(withFolders(files));
          const kept = files.filter((one) => !folders.has(`${one}/`));
          const inside = Object.entries(rules).filter(([one]) => !kept.some((other) => one.startsWith(`${other}/`)));
          for (const [one, said] of [...kept.map((one) => [one, ''] as const), ...inside])
            all[`${index}/${one}`] = said;
          paths.push(...withFolders(kept.map((one) => `${index}/${one}`)));
        }
        const folder = folderWith(all);
        const found = await ignoredByRules(folder, user, paths);
        const expected = ignoredByGit(folder, user, paths);
        rmSync(folder, { recursive: true });
        assert.deepEqual(found, expected);
      }),
      { numRuns: 12 },
    );
  });

  it('holds a part of a repository to the rules of its root', async () => {
    const files = ['a.ts', 'local.ts', 'generated/a.ts', 'deep/a.gen.ts', 'deep/keep.gen.ts'];
    const root = folderWith({
      ...EMPTY_GIT,
      '.gitignore': '/packages/a/generated/\n*.gen.ts\n',
      'packages/.gitignore': '/a/local.ts\n',
      'packages/a/deep/.gitignore': '!keep.gen.ts\n',
      ...Object.fromEntries(files.map((file) => [`packages/a/${file}`, ''])),
    });
    const user = userWith({});
    const folder = `${root}/packages/a`;
    const ignored = ['local.ts', 'generated/a.ts', 'deep/a.gen.ts'];
    assert.deepEqual(await ignoredByRules(folder, user, files), ignored);
    assert.deepEqual(
      await ignoredByRules(
        root,
        user,
        files.map((file) => `packages/a/${file}`),
      ),
      ignored.map((file) => `packages/a/${file}`),
    );
    if (git) assert.deepEqual(ignoredByGit(folder, user, files), ignored);
    // A folder that is ignored itself holds nothing else.
    assert.deepEqual(await ignoredByRules(`${folder}/generated`, user, ['a.ts', 'b/']), ['a.ts', 'b/']);
  });

  it('reads what a worktree shares with its repository', { skip: !git && 'git makes it' }, async () => {
    const user = userWith({});
    const root = folderWith({ 'a.ts': '' });
    run(root, user, ['init', '-q']);
    run(root, user, ['-c', 'user.name=a', '-c', 'user.email=a@a', 'commit', '-q', '--allow-empty', '-m', 'a']);
    run(root, user, ['worktree', 'add', '-q', '../worktree']);
    write(root, { '.git/info/exclude': 'excluded.ts\n', '.gitignore': 'other.ts\n', list: 'listed.ts\n' });
    run(root, user, ['config', 'core.excludesFile', `${root}/list`]);
    const folder = path.join(scratch, 'worktree').replaceAll('\\', '/');
    const paths = ['a.ts', 'excluded.ts', 'listed.ts', 'other.ts'];
    assert.deepEqual(ignoredByGit(folder, user, paths), ['excluded.ts', 'listed.ts']);
    assert.deepEqual(await ignoredByRules(folder, user, paths), ['excluded.ts', 'listed.ts']);
  });

  const configurations: { name: string; home: Record<string, string>; repository?: string; ignored: string }[] = [
    { name: 'the usual place', home: { '.config/git/ignore': 'x' }, ignored: 'x' },
    { name: '~/.gitconfig', home: { '.gitconfig': '[core]\n  excludesFile = ~/list\n', list: 'x' }, ignored: 'x' },
    {
      name: 'the later file',
      home: {
        '.config/git/config': '[core]\nexcludesfile=~/one',
        '.gitconfig': '[Core] ExcludesFile = "~/two" ; here',
        one: 'x',
        two: 'y',
      },
      ignored: 'y',
    },
    {
      name: 'the repository before the user',
      home: { '.gitconfig': '[core]\nexcludesFile = ~/one', one: 'x', two: 'y' },
      repository: '[core]\n\texcludesFile = ~/two # there',
      ignored: 'y',
    },
    {
      name: 'an empty name for none',
      home: { '.config/git/ignore': 'x', '.gitconfig': '[core]\nexcludesFile =\n' },
      ignored: '',
    },
    {
      name: 'a file that is included',
      home: {
        '.gitconfig': '[include]\n path = more/config\n',
        'more/config': '[core]\nexcludesFile = ~/li\\\nst',
        list: 'x',
      },
      ignored: 'x',
    },
    {
      name: 'files that include each other',
      home: { '.gitconfig': '[user]\nname = "a\\"b"\n[core "x"]\nexcludesFile = ~/one\n', one: 'x' },
      ignored: '',
    },
  ];
  for (const { name, home, repository, ignored } of configurations) {
    it(`takes core.excludesFile from ${name}`, async () => {
      const user = userWith(home);
      const folder = folderWith({ ...EMPTY_GIT, ...(repository ? { '.git/config': repository } : {}), x: '', y: '' });
      assert.deepEqual((await ignoredByRules(folder, user, ['x', 'y'])).join(), ignored);
      if (git) assert.deepEqual(ignoredByGit(folder, user, ['x', 'y']).join(), ignored);
    });
  }

  it('ends where configurations include each other', async () => {
    const user = userWith({ '.gitconfig': '[include]\npath = .gitconfig\n[core]\nexcludesFile = ~/list\n', list: 'x' });
    assert.deepEqual(await ignoredByRules(folderWith(EMPTY_GIT), user, ['x', 'y']), ['x']);
  });

  it('goes by the rules in a folder where there is no repository', async () => {
    const folder = '/w/folder';
    const files = new Map([
      ['/w/folder/.gitignore', 'out/\nLocal.ts\n'],
      ['/w/.gitignore', 'a.ts\n'],
    ]);
    const rules = new IgnoreRules(folder, async (file) => files.get(file));
    assert.deepEqual(await Promise.all(['out/', 'out', 'out/a', 'local.ts', 'a.ts'].map((one) => rules.ignores(one))), [
      true,
      false,
      true,
      true,
      false,
    ]);
  });

  it('reads each file of rules once', async () => {
    const asked: string[] = [];
    const rules = new IgnoreRules('/w', async (file) => {
      asked.push(file);
      return undefined;
    });
    await rules.ignores('src/a.ts');
    await rules.ignores('src/b.ts');
    await rules.ignores('src/'); // asks nothing of the folder itself
    await rules.ignores('lib/');
    assert.equal(new Set(asked).size, asked.length);
    assert.deepEqual(asked.filter((file) => file.endsWith('ignore')).sort(), ['/w/.gitignore', '/w/src/.gitignore']);
  });

  it('takes no long time over many stars', async () => {
    const line = `${'*a'.repeat(40)}b\n${'**/a/'.repeat(20)}b\n`;
    const rules = new IgnoreRules('/w', async (file) => (file === '/w/.gitignore' ? line : undefined));
    assert.equal(await rules.ignores('a'.repeat(200)), false);
    assert.equal(await rules.ignores(`${'a/'.repeat(20)}c`), false);
  });
});
