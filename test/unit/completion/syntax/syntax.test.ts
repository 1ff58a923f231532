import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Completer, type CompletionEngine } from '../../../../src/completion/completer.ts';
import { Syntax } from '../../../../src/completion/syntax/syntax.ts';
import type { CompletionParams } from '../../../../src/engine/protocol/index.ts';
import { GRAMMARS, grammarFor } from '../../../../src/syntax/languages.ts';
import { modelInfo } from '../model.ts';
import { outcome } from '../outcome.ts';
import { place } from '../place.ts';

const near = (file: string, start = 0) => {
  const { prefix, suffix } = place(file);
  const cursor = start + prefix.length;
  return { prefix, suffix, place: { start, cursor, end: cursor + suffix.length } };
};

test('a language is told by its id, or else by the ending of the file', () => {
  assert.equal(grammarFor('typescriptreact', 'a.ts')?.name, 'tsx');
  assert.equal(grammarFor('markdown', 'a.ts'), undefined);
  assert.equal(grammarFor(undefined, 'src/A.TSX')?.name, 'tsx');
  assert.equal(grammarFor(undefined, 'Makefile'), undefined);
  assert.equal(grammarFor(undefined, 'a.b/c'), undefined);
});

test('no language and no ending has two grammars', () => {
  for (const key of ['languageIds', 'extensions'] as const) {
    const all = GRAMMARS.flatMap((grammar) => grammar[key]);
    assert.equal(new Set(all).size, all.length);
  }
});

test('nothing waits for a grammar: it is there for a later call', async () => {
  const syntax = new Syntax(import.meta.url);
  assert.equal(syntax.at(near('f(|)'), { path: 'a.go' }), undefined);
  await syntax.load({ path: 'a.go' });
  assert.ok(syntax.at(near('f(|)'), { path: 'a.go' }));
  assert.equal(syntax.at(near('f(|)'), { path: 'a.rs' }), undefined);
  await syntax.load({ path: 'a.unknown' });
  assert.equal(syntax.at(near('f(|)'), { path: 'a.unknown' }), undefined);
});

test('where the grammars are not installed, there are none', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-syntax-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const syntax = new Syntax(path.join(folder, 'extension.cjs'));
  await syntax.load({ path: 'a.ts' });
  assert.equal(syntax.at(near('|'), { path: 'a.ts' }), undefined);
});

test('a window that begins inside a file is read like the file', async () => {
  const syntax = new Syntax(import.meta.url);
  await Promise.all([syntax.load({ path: 'a.php' }), syntax.load({ path: 'a.ts' })]);
  const body = '    a();\n'.repeat(2000);
  for (const file of ['a.ts', 'a.php']) {
    const begun = syntax.at(near(`${body}  }\n}\nfunction f() {\n  |\n}\n${body}`, 5000), { path: file })?.begun(2);
    assert.deepEqual(begun, { floor: 0, empty: true, closed: true }, file);
  }
});

test('a completer asks for a block where only the grammar sees one, as soon as it is loaded', async () => {
  const asked: CompletionParams[] = [];
  const engine: CompletionEngine = {
    complete: async (params) => {
      asked.push(params);
      return { ...outcome('').result, text: 'a\nend\n\ndef g' };
    },
  };
  const syntax = new Syntax(import.meta.url);
  const completer = new Completer(engine, syntax);
  const complete = () => completer.complete(modelInfo(), { path: 'a.rb', ...place('def f\n  |') }, { workspace: 'w' });
  assert.equal((await complete()).shown, 'a');
  await syntax.load({ path: 'a.rb' });
  assert.equal((await complete()).shown, 'a\nend');
  assert.deepEqual(
    asked.map(({ oneLine }) => oneLine),
    [true, false],
  );
});
