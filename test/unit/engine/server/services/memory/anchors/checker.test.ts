import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import type { MemoryAnchor } from '../../../../../../../src/engine/protocol/index.ts';
import { CodeAnchorChecker } from '../../../../../../../src/engine/server/services/memory/anchors/checker.ts';
import { CodeFiles } from '../../../../../../../src/engine/server/services/memory/anchors/codeFiles.ts';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { HashIndex } from '../../../../../../../src/engine/server/services/memory/anchors/whereabouts.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';

const maker = new AnchorMaker(new Grammars(import.meta.url));

const CACHE = `import { log } from './log';

/** Keeps what was used last. */
export class Cache<T> {
  readonly #items = new Map<string, T>();

  get(key: string): T | undefined {
    const found = this.#items.get(key);
    if (found !== undefined) { this.#items.delete(key); this.#items.set(key, found); }
    return found;
  }

  set(key: string, value: T): void {
    this.#items.set(key, value);
    if (this.#items.size > 100) this.#items.delete(this.#items.keys().next().value!);
    log('set', key);
  }
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
`;

let folder: string;
let index: HashIndex;
let checker: CodeAnchorChecker;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'quire-anchors-'));
  index = new HashIndex();
  checker = new CodeAnchorChecker(new CodeFiles(folder, maker), index);
  write('src/cache.ts', CACHE);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string) {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}
/** What an indexer does that reads a file. */
async function indexed(file: string) {
  index.set(await maker.anchorsOf({ path: file, text: readFileSync(path.join(folder, file), 'utf8') }));
}
async function anchorsNow(file = 'src/cache.ts', text = CACHE): Promise<MemoryAnchor[]> {
  const anchors = await maker.anchorsOf({ path: file, text });
  return [null, ...anchors.symbols.map(({ symbol }) => symbol)].map((symbol) => anchors.anchor(symbol)!);
}
/** `symbol state`, of those that are not as `usual`. */
async function unusual(anchors: MemoryAnchor[], usual: string): Promise<string[]> {
  const now = await checker.check(anchors);
  return now.flatMap(({ state }, at) => (state === usual ? [] : [`${anchors[at]!.symbol} ${state}`]));
}
const edit = (from: string, to: string) => {
  assert.ok(CACHE.includes(from));
  return CACHE.replace(from, to);
};

describe('check of anchors', () => {
  test('code that is as it was holds, with its lines as they are now', async () => {
    const anchors = await anchorsNow();
    assert.deepEqual(await unusual(anchors, 'holds'), []);
    write('src/cache.ts', `// A line.\n// Another.\n${CACHE}`);
    const now = await checker.check(anchors);
    const lines = Object.fromEntries(now.map(({ symbol, lines }) => [symbol, lines]));
    assert.deepEqual(
      [lines.null, lines.Cache, lines['Cache.get'], lines.clamp],
      [
        [1, 24],
        [6, 20],
        [9, 13],
        [22, 24],
      ],
    );
  });

  test('what a formatter does and other comments make nothing stale', async () => {
    const anchors = await anchorsNow();
    const formatted = CACHE.replaceAll('  ', '\t')
      .replaceAll("'", '"')
      .replaceAll(';\n', '\n')
      .replace(
        '(value: number, least: number, most: number)',
        '(\n\tvalue: number,\n\tleast: number,\n\tmost: number,\n)',
      )
      .replace('/** Keeps what was used last. */', '// Keeps a lot.')
      .replace(
        '{ this.#items.delete(key); this.#items.set(key, found) }',
        '{\n\t\t// Last.\n\t\tthis.#items.delete(key)\n\t\tthis.#items.set(key, found)\n\t}',
      )
      .replaceAll('\n', '\r\n');
    assert.notEqual(formatted, CACHE);
    write('src/cache.ts', formatted);
    assert.deepEqual(await unusual(anchors, 'holds'), []);
  });

  test('an edit changes what it is in, and nothing else', async () => {
    const anchors = await anchorsNow();
    write('src/cache.ts', edit('> 100', '> 200'));
    assert.deepEqual(await unusual(anchors, 'holds'), ['null changed', 'Cache changed', 'Cache.set changed']);
    write('src/cache.ts', CACHE);
    assert.deepEqual(await unusual(anchors, 'holds'), [], 'taken back, all of it is true again');
  });

  test('what was renamed is followed, what is not there any more is gone', async () => {
    const anchors = await anchorsNow();
    write('src/cache.ts', edit('function clamp', 'function limit'));
    const renamed = (await checker.check(anchors)).at(-1);
    assert.deepEqual(
      { ...renamed, hash: '' },
      { path: 'src/cache.ts', symbol: 'limit', hash: '', state: 'moved', lines: [20, 22] },
    );
    write('src/cache.ts', CACHE.slice(0, CACHE.indexOf('export function')));
    assert.deepEqual(await unusual(anchors, 'holds'), ['null changed', 'clamp gone']);
    write('src/cache.ts', edit('class Cache<T>', 'class Recent<T>'));
    const members = await checker.check(anchors.filter(({ symbol }) => symbol?.startsWith('Cache')));
    assert.deepEqual(
      members.map(({ symbol, state }) => [symbol, state]),
      [
        ['Recent', 'moved'],
        ['Recent.#items', 'moved'],
        ['Recent.get', 'moved'],
        ['Recent.set', 'moved'],
      ],
    );
  });

  test('a name that something else has now is not followed', async () => {
    const anchors = await anchorsNow();
    write('src/cache.ts', `${edit('function clamp', 'function limit')}\nexport function clamp() {}\n`);
    assert.equal((await checker.check(anchors)).at(-1)?.state, 'changed');
  });

  test('of two that are alike neither is followed', async () => {
    const anchors = await anchorsNow();
    const limit = CACHE.slice(CACHE.indexOf('export function')).replace('clamp', 'limit');
    write('src/cache.ts', `${edit('function clamp', 'function bound')}\n${limit}`);
    assert.equal((await checker.check(anchors)).at(-1)?.state, 'gone');
  });

  test('a move into another file is followed once that was read, whatever was said of it then', async () => {
    const anchors = await anchorsNow();
    const clamp = CACHE.slice(CACHE.indexOf('export function'));
    write('src/cache.ts', CACHE.replace(clamp, ''));
    write('src/math/clamp.ts', `import x from 'x';\n\n${clamp}`);
    assert.equal((await checker.check(anchors)).at(-1)?.state, 'gone');
    await indexed('src/cache.ts');
    await indexed('src/math/clamp.ts');
    const moved = (await checker.check(anchors)).at(-1);
    assert.deepEqual([moved?.path, moved?.symbol, moved?.state], ['src/math/clamp.ts', 'clamp', 'moved']);
    write('src/math/clamp.ts', clamp.replace('Math.min', 'Math.max'));
    assert.equal((await checker.check(anchors)).at(-1)?.state, 'gone', 'the index is a hint only');
  });

  test('a file that was renamed is followed with all that is in it', async () => {
    const anchors = await anchorsNow();
    renameSync(path.join(folder, 'src/cache.ts'), path.join(folder, 'src/recent.ts'));
    assert.deepEqual(await unusual(anchors, 'gone'), []);
    await indexed('src/recent.ts');
    assert.deepEqual(await unusual(anchors, 'moved'), []);
    index.remove('src/recent.ts');
    assert.deepEqual(await unusual(anchors, 'gone'), []);
  });

  test('what may not be read now is not read', async () => {
    const anchors = await anchorsNow();
    write('.git/HEAD', 'ref: refs/heads/main\n');
    write('.gitignore', 'src/\n');
    assert.deepEqual(await unusual(anchors, 'unread'), []);
    write('.gitignore', '');
    assert.deepEqual(await unusual(anchors, 'holds'), [], 'the rules are those of this moment');
    write('.env', 'A=1\n');
    const outside = `../${path.basename(folder)}-outside.ts`;
    write(outside, CACHE);
    const hash = anchors[0]!.hash;
    const others = ['.env', outside, path.join(folder, 'src/cache.ts'), 'node_modules/a/a.ts', 'src'];
    const states = await checker.check(others.map((file) => ({ path: file, symbol: null, hash })));
    rmSync(path.join(folder, outside));
    assert.deepEqual(
      states.map(({ state }) => state),
      others.map(() => 'unread'),
    );
  });

  test('another text of the same size and time is seen', async () => {
    const anchors = await anchorsNow();
    assert.deepEqual(await unusual(anchors, 'holds'), []);
    const file = path.join(folder, 'src/cache.ts');
    const { atime, mtime, size } = statSync(file);
    writeFileSync(file, edit('> 100', '> 200'));
    utimesSync(file, atime, mtime);
    assert.equal(statSync(file).size, size);
    assert.deepEqual(await unusual(anchors, 'holds'), ['null changed', 'Cache changed', 'Cache.set changed']);
  });
});

describe('switch of a branch', () => {
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      [
        '-c',
        'user.name=a',
        '-c',
        'user.email=a@b.c',
        '-c',
        'core.excludesFile=',
        '-c',
        'commit.gpgsign=false',
        '-c',
        'core.autocrlf=false',
        ...args,
      ],
      {
        cwd: folder,
        stdio: 'pipe',
      },
    );
  const commit = () => git('commit', '-aqm', 'Change');

  test('what is said of one branch is true there and only there, at once', async () => {
    git('init', '-q', '-b', 'main');
    git('add', '.');
    commit();
    const main = await anchorsNow();
    git('switch', '-qc', 'other');
    const text = edit('> 100', '> 200').replace('function clamp', 'function limit');
    write('src/cache.ts', text);
    write('src/new.ts', 'export const added = [1, 2, 3];\n');
    git('add', '.');
    commit();
    const other = [
      ...(await anchorsNow('src/cache.ts', text)),
      ...(await anchorsNow('src/new.ts', 'export const added = [1, 2, 3];\n')),
    ];

    for (let round = 0; round < 3; round++) {
      git('switch', '-q', 'main');
      assert.deepEqual(await unusual(main, 'holds'), []);
      assert.deepEqual(await unusual(other, 'holds'), [
        'null changed',
        'Cache changed',
        'Cache.set changed',
        'limit moved',
        'null gone',
        'added gone',
      ]);
      git('switch', '-q', 'other');
      assert.deepEqual(await unusual(other, 'holds'), []);
      assert.deepEqual(await unusual(main, 'holds'), [
        'null changed',
        'Cache changed',
        'Cache.set changed',
        'clamp moved',
      ]);
    }
    git('switch', '-q', 'main');
    git('merge', '-q', 'other');
    assert.deepEqual(await unusual(other, 'holds'), []);
    git('revert', '--no-edit', 'HEAD');
    assert.deepEqual(await unusual(main, 'holds'), [], 'after a revert it is true again');
  });
});
