import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import fc from 'fast-check';
import { leafBefore, Source, tokensIn } from '../../../../src/completion/syntax/source.ts';

const require = createRequire(import.meta.url);
const { Language, Parser } = require('@vscode/tree-sitter-wasm') as typeof TreeSitter;
await Parser.init();
const folder = path.dirname(require.resolve('@vscode/tree-sitter-wasm'));
const language = await Language.load(readFileSync(path.join(folder, 'tree-sitter-typescript.wasm')));
const source = () => new Source(new Parser().setLanguage(language));

/** A text and its tree, in words that two trees have in common only where they are the same. */
const told = (tree: TreeSitter.Tree | null, text: string) =>
  tree === null
    ? null
    : tokensIn(tree, 0, text.length).map(({ type, start, end, parent }) => [type, start, end, parent]);

test('a whole text that is typed piece by piece is read as if it came at once', () => {
  const piece = fc.constantFrom(
    '\n',
    '  ',
    'a();',
    'é = "😀";',
    'if (a) {\n  b();\n}\n',
    'const f = (x) => x;\n',
    '`t\n`;\n',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      (pieces, cuts) => {
        const text = pieces.join('');
        const typed = source();
        for (const cut of cuts) {
          const at = cut % (text.length + 1);
          typed.parse(text.slice(0, at));
          typed.parse(text.slice(0, at) + text.slice(Math.min(text.length, at + 3)));
        }
        assert.deepEqual(told(typed.parse(text), text), told(source().parse(text), text));
      },
    ),
    { numRuns: 300 },
  );
});

test('the tokens of a part of the text are those that begin in it', () => {
  const text = `a(b, \`c\${d}\`);`;
  const tree = source().parse(text)!;
  assert.deepEqual(
    tokensIn(tree, 2, 5).map(({ type, start }) => [type, start]),
    [
      ['identifier', 2],
      [',', 3],
    ],
  );
  const hole = tokensIn(tree, 0, text.length).find(({ type }) => type === '${');
  assert.deepEqual(hole, { type: '${', start: 7, end: 9, named: false, parent: 'template_substitution' });
});

test('what stands before a place is found over space and comments', () => {
  const text = 'f() { // one\n  /* two */\n  ';
  const tree = source().parse(text)!;
  assert.equal(leafBefore(tree, text, text.length)?.type, '{');
  assert.equal(leafBefore(tree, text, 0), null);
});

test('a text that would hold up a key is given up, and the next one is read', () => {
  const typed = source();
  assert.equal(typed.parse('{([<a '.repeat(3400)), null);
  assert.equal(typed.parse('a();')?.rootNode.hasError, false);
});
