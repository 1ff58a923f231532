import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Deletions } from '../../../src/completion/deletions.ts';
import { place } from './place.ts';

/** A document that is edited under the eyes of the guard; `|` is the cursor. */
function desk(file: string, now: () => number = () => 0) {
  const deletions = new Deletions(now);
  let { prefix, suffix } = place(file);
  deletions.seen('a.ts', 0, prefix + suffix);
  const change = (offset: number, length: number, text: string) => {
    const all = prefix + suffix;
    deletions.changed('a.ts', { offset, length, text });
    prefix = all.slice(0, offset) + text;
    suffix = all.slice(offset + length);
  };
  return {
    backspace(times: number) {
      for (let i = 0; i < times; i++) change(prefix.length - 1, 1, '');
    },
    deleteKey(times: number) {
      for (let i = 0; i < times; i++) change(prefix.length, 1, '');
    },
    /** A bracket before the cursor and the one behind it. */
    deletePair: () => change(prefix.length - 1, 2, ''),
    /** The `length` units before the cursor at once. */
    cut: (length: number) => change(prefix.length - length, length, ''),
    replace: (length: number, text: string) => change(prefix.length - length, length, text),
    type(text: string) {
      for (const key of text) change(prefix.length, 0, key);
    },
    paste: (text: string) => change(prefix.length, 0, text),
    goto(offset: number) {
      const all = prefix + suffix;
      prefix = all.slice(0, offset);
      suffix = all.slice(offset);
    },
    get text() {
      return prefix + suffix;
    },
    offers: (text: string) =>
      !deletions.restores({ path: 'a.ts', prefix, suffix, offset: prefix.length }, { text, over: 0, tail: '' }),
  };
}

test('what was deleted key by key is not offered there, nor its beginning, nor more of it', () => {
  const editor = desk('return a + b;|\n}');
  editor.backspace(5);
  assert.equal(editor.text, 'return a\n}');
  for (const text of [' + b;', '+ b;', ' + b;\n  more();', ' +']) assert.equal(editor.offers(text), false, text);
  for (const text of [' * b;', ' - b;', ';']) assert.equal(editor.offers(text), true, text);
});

test('nor what was deleted at once, or forwards', () => {
  const one = desk('a();\n  b(c);|\nd');
  one.cut(8);
  assert.equal(one.offers('\n  b(c);'), false);
  assert.equal(one.offers('b(c);'), false, 'white space apart');
  assert.equal(one.offers('\n  e();'), true);
  const other = desk('a = |b + c;\n');
  other.deleteKey(5);
  assert.equal(other.offers('b + c'), false);
  assert.equal(other.offers('b +'), false);
  assert.equal(other.offers('x'), true);
});

test('nor on the next line, or at the end of the one before', () => {
  const editor = desk('a();\n  b(c);|\nd');
  editor.cut(7);
  assert.equal(editor.offers('b(c);'), false);
  editor.goto(4);
  assert.equal(editor.offers('\n  b(c);'), false);
  editor.goto(editor.text.length);
  assert.equal(editor.offers('b(c);'), true, 'elsewhere it may be meant');
});

test('who types it again wants it; who types the first key of it has not said so', () => {
  const editor = desk('x = value|\n');
  editor.backspace(5);
  editor.type('v');
  assert.equal(editor.offers('alue'), false);
  editor.type('al');
  assert.equal(editor.offers('ue'), true);
});

test('what was written over is not offered in its place', () => {
  const editor = desk('x = oldName|\n');
  editor.replace(7, 'o');
  assert.equal(editor.offers('ldName'), false);
  assert.equal(editor.offers('therName'), true);
});

test('a word that a list of the editor completes was not deleted', () => {
  const editor = desk('x = regis|\n');
  editor.replace(5, 'register');
  assert.equal(editor.offers('(name)'), true);
  const other = desk('x = old|\n');
  other.replace(3, 'brandNew');
  assert.equal(other.offers('(old)'), true);
});

test('a bracket goes with the one that the editor closed', () => {
  const editor = desk('call|\n');
  editor.type('(');
  editor.paste(')');
  editor.goto(5);
  editor.type('quux');
  editor.backspace(4);
  editor.deletePair();
  assert.equal(editor.text, 'call\n');
  for (const text of ['(quuxService);', '(quux)']) assert.equal(editor.offers(text), false, text);
  assert.equal(editor.offers('(other)'), true);
});

test('what is there again was not deleted', () => {
  const editor = desk('x = value|\n');
  editor.cut(5);
  editor.paste('value');
  editor.goto(4);
  assert.equal(editor.offers('value'), true);
});

test('white space is no text', () => {
  const editor = desk('x = |\n');
  editor.backspace(1);
  assert.equal(editor.offers(' y'), true);
});

test('it is followed through edits before it, and forgotten after a minute', () => {
  let now = 0;
  const editor = desk('one\nx = value|\n', () => now);
  editor.cut(5);
  editor.goto(0);
  editor.type('// what this is\n');
  editor.goto(editor.text.length - 1);
  assert.equal(editor.offers('value'), false);
  now = 61_000;
  assert.equal(editor.offers('value'), true);
});

test('a part of the document that was not read says nothing', () => {
  const deletions = new Deletions(() => 0);
  assert.equal(deletions.changed('a.ts', { offset: 3, length: 2, text: '' }), undefined);
  deletions.seen('a.ts', 100, 'abcdef');
  assert.equal(deletions.changed('a.ts', { offset: 102, length: 2, text: '' }), 'cd');
  assert.equal(deletions.changed('a.ts', { offset: 10, length: 5, text: '' }), undefined);
  assert.equal(deletions.changed('a.ts', { offset: 97, length: 1, text: '' }), 'e');
  assert.equal(deletions.changed('b.ts', { offset: 97, length: 1, text: '' }), undefined);
});

test('the text that is kept stays the document, whatever is edited', () => {
  const edit = fc.record({ at: fc.nat(), length: fc.nat(6), text: fc.string({ maxLength: 4 }) });
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 40 }), fc.array(edit, { maxLength: 20 }), (start, edits) => {
      const deletions = new Deletions(() => 0);
      deletions.seen('a.ts', 0, start);
      let text = start;
      for (const one of edits) {
        const offset = one.at % (text.length + 1);
        const length = Math.min(one.length, text.length - offset);
        assert.equal(
          deletions.changed('a.ts', { offset, length, text: one.text }),
          text.slice(offset, offset + length),
        );
        text = text.slice(0, offset) + one.text + text.slice(offset + length);
      }
    }),
  );
});
