import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseMessage } from '../../../../src/chat/context/parse.ts';

const said = (text: string) =>
  parseMessage(text).mentions.map(({ kind, value, guessed }) => `${kind}:${value}${guessed ? '?' : ''}`);

describe('mentions in a message', () => {
  for (const [text, mentions] of [
    ['why does @file:src/a.ts fail?', ['file:src/a.ts']],
    ['see @src/a.ts, and @b.test.ts.', ['file:src/a.ts?', 'file:b.test.ts?']],
    ['(@file:src/a.ts)', ['file:src/a.ts']],
    ['@file:"my notes.md" and @folder:src/', ['file:my notes.md', 'folder:src/']],
    ['@problems', ['problems:']],
    ['what of @diff? and @selection, @terminal', ['diff:', 'selection:', 'terminal:']],
    ['@diff:src/a.ts', ['diff:src/a.ts']],
    ['@.env and @.github/x.yml', ['file:.env?', 'file:.github/x.yml?']],
    ['@src\\a.ts', ['file:src\\a.ts?']],
    ['@file:../outside.ts', ['file:../outside.ts']],
    // None of these are.
    ['write to me@file.ts', []],
    ['@angular/core and @types/node and @override', []],
    ['@file and @symbol, which want a name', []],
    ['@nothing:a.ts', []],
    ['`@problems` and `@file:a.ts`', []],
    ['```py\n@app.route\n@file:a.ts\n```', []],
    ['```\n@file:a.ts', []],
    ['@app.get("/x")', []],
  ] as [string, string[]][]) {
    it(JSON.stringify(text), () => assert.deepEqual(said(text), mentions));
  }

  it('are found where they stand', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const text = `${before.replace(/[`~]/g, '')} @file:src/a.ts ${after.replace(/[`~]/g, '')}`;
        for (const { start, end } of parseMessage(text).mentions)
          assert.equal(text[start], '@', text.slice(start, end));
        assert.ok(parseMessage(text).mentions.some(({ start, end }) => text.slice(start, end) === '@file:src/a.ts'));
      }),
    );
  });

  it('take no time in a message without end', () => {
    assert.deepEqual(said(`${'@a/'.repeat(50_000)} ${'`'.repeat(50_000)}`), []);
  });
});

describe('the command of a message', () => {
  for (const [text, command] of [
    ['/explain', { name: 'explain', rest: '' }],
    ['  /fix the loop\nplease ', { name: 'fix', rest: 'the loop\nplease' }],
    ['/my-prompt a=1', { name: 'my-prompt', rest: 'a=1' }],
    ['/usr/bin is a folder', null],
    ['a /fix', null],
    ['/', null],
  ] as const) {
    it(JSON.stringify(text), () => assert.deepEqual(parseMessage(text).command, command));
  }
});
