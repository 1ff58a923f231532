/** Sources that read files of the project: imported declarations, definitions, code that is alike. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { definitionPieces } from '../../../../src/completion/context/definitions.ts';
import { importOutlines, pathsOf } from '../../../../src/completion/context/importOutlines.ts';
import type { ContextFile } from '../../../../src/completion/context/piece.ts';
import { questionAt, similarPieces } from '../../../../src/completion/context/similarPieces.ts';
import { Grammars } from '../../../../src/syntax/grammars.ts';

const grammars = new Grammars(import.meta.url);
const POOL: ContextFile = {
  path: 'src/pool.ts',
  text: `import { Page } from './page.ts';

/** Lends out pages. */
export class PagePool {
  readonly #pages: Page[] = [];
  private count = 0;

  /** Takes a page that nobody has, or makes one. */
  lend(owner: string): Page {
    const page = this.#pages.pop() ?? new Page();
    page.owner = owner;
    return page;
  }

  giveBack(page: Page): void {
    this.#pages.push(page);
    this.count++;
    if (this.count > 100) {
      this.#pages.length = 0;
      this.count = 0;
    }
  }
}

export interface Limits {
  pages: number;
}

export function unused(): void {}
`,
};
const files = new Map([[POOL.path, POOL]]);
const open = async (paths: readonly string[]) =>
  paths.map((path) => files.get(path)).find((file) => file !== undefined);

describe('importOutlines', () => {
  it('shows what is imported, without bodies and without what is private', async () => {
    const text = "import { PagePool, type Limits } from './pool.js';\nimport fs from 'node:fs';\n";
    assert.deepEqual(await importOutlines({ path: 'src/use.ts', text }, grammars, open), [
      {
        source: 'outlines',
        path: 'src/pool.ts',
        text: 'export class PagePool {\n  lend(owner: string): Page;\n  giveBack(page: Page): void;\n}\nexport interface Limits {\n  pages: number;\n}\n',
      },
    ]);
  });

  it('shows nothing of files that are not there, and in languages that it cannot read', async () => {
    assert.deepEqual(
      await importOutlines({ path: 'src/use.ts', text: "import { a } from './b.ts';\n" }, grammars, open),
      [],
    );
    assert.deepEqual(await importOutlines({ path: 'a.cob', text: 'import pool' }, grammars, open), []);
  });

  it('knows what an import may leave out of a path', () => {
    assert.deepEqual(pathsOf('src/pool.js', 'typescript').slice(0, 2), ['src/pool.js', 'src/pool.ts']);
    assert.equal(pathsOf('src/pool', 'typescript')[0], 'src/pool.ts');
    assert.deepEqual(pathsOf('app/models', 'python'), ['app/models.py', 'app/models/__init__.py']);
  });
});

describe('definitionPieces', () => {
  const never = new AbortController().signal;
  const named = (name: string) => ({ name, at: 0 });

  it('shows each definition once, the nearest name last, and goes on where a provider fails', async () => {
    const find = async ({ name }: { name: string }) => {
      if (name === 'broken') throw new Error('no language server');
      const start = POOL.text.indexOf(name);
      return [{ file: POOL, start, end: start + name.length }];
    };
    const names = ['giveBack', 'broken', 'Limits', 'giveBack'].map(named);
    const pieces = await definitionPieces(names, grammars, find, never);
    assert.deepEqual(
      pieces.map(({ text }) => text.split('\n')[0]),
      ['export interface Limits {', 'giveBack(page: Page): void {'],
    );
    assert.ok(pieces.every(({ source, path }) => source === 'definitions' && path === 'src/pool.ts'));
  });

  it('shows some lines in a language without outlines', async () => {
    const file = { path: 'main.lua', text: `local a = 1\n  function b(c)\n    return c\n  end\n${'x()\n'.repeat(30)}` };
    const start = file.text.indexOf('b(c)');
    const [piece] = await definitionPieces(
      [named('b')],
      grammars,
      async () => [{ file, start, end: start + 1 }],
      never,
    );
    assert.ok(piece?.text.startsWith('  function b(c)\n') || piece?.text.startsWith('function b(c)\n'));
    assert.equal(piece?.text.trimEnd().split('\n').length, 8);
  });
});

describe('similarPieces', () => {
  const near = {
    prefix: 'function closeWindow(window) {\n  const handle = handles.get(window);\n  handle.',
    suffix: '\n}\n',
  };
  const alike = `${'other();\n'.repeat(40)}function closePanel(panel) {\n  const handle = handles.get(panel);\n  handle.dispose();\n}\n`;

  it('shows the lines that are most alike, the best last, and nothing that is not alike', () => {
    const found = [
      { path: 'far.ts', text: 'export const answer = question();\n' },
      { path: 'a.ts', text: alike },
      { path: 'b.ts', text: 'const handle = handles.get(window);\nfunction closeWindow() {}\n' },
    ];
    const pieces = similarPieces(near, found, 3);
    assert.deepEqual(
      pieces.map(({ path }) => path),
      ['a.ts', 'b.ts'],
    );
    assert.match(pieces[0]!.text, /handle\.dispose\(\);/);
    assert.ok(pieces[0]!.text.split('\n').length <= 17);
    assert.equal(similarPieces(near, found, 1)[0]?.path, 'b.ts');
  });

  it('asks for the names near the cursor, and not where there are hardly any', () => {
    assert.equal(questionAt(near.prefix, near.suffix), 'closeWindow window handle handles');
    assert.equal(questionAt('if (a) {\n', '}'), undefined);
  });
});
