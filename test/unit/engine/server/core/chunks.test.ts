import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chunksOf } from '../../../../../src/engine/server/core/chunks.ts';

const code = 'export function f() {\n  return 42;\n}\n\n\tif (x) {\r\n\t\ty();\r\n\t}\n'.repeat(2_000);

test('a short text stays whole', () => {
  assert.deepEqual(chunksOf('', false), []);
  assert.deepEqual(chunksOf('a', false), ['a']);
  assert.deepEqual(chunksOf('a'.repeat(4_096), true), ['a'.repeat(4_096)]);
});

test('code is cut before lines that begin with a word', () => {
  const chunks = chunksOf(code, false);
  assert.equal(chunks.join(''), code);
  assert(chunks.length > 10);
  for (const chunk of chunks.slice(1)) assert.match(chunk, /^\S/);
  for (const chunk of chunks) assert(chunk.length <= 4_096);
});

test('indented code is cut before the space in front of a word', () => {
  const indented = `class A {\n${'    const a = b;\n\n\t\t["x", 1];\n'.repeat(1_000)}`;
  const chunks = chunksOf(indented, false);
  assert.equal(chunks.join(''), indented);
  assert(chunks.length > 5);
  for (const chunk of chunks.slice(1)) assert.match(chunk, /^ [ab]/);
  for (const chunk of chunksOf(indented, true).slice(0, -1)) assert.match(chunk, /\n$/);
});

test('a text that grows keeps its beginning', () => {
  const before = chunksOf(code, false);
  const after = chunksOf(`${code}more\n`, false);
  assert.deepEqual(after.slice(0, before.length - 1), before.slice(0, -1));
});

test('one endless line is cut anywhere, but never inside a character', () => {
  const text = `a${'🎉'.repeat(20_000)}`;
  const chunks = chunksOf(text, false);
  assert.equal(chunks.join(''), text);
  for (const chunk of chunks) assert(!/^[\uDC00-\uDFFF]/.test(chunk));
});

test('a template is cut at line breaks only', () => {
  const line = `${'x'.repeat(20_000)}<|end|>\n`;
  assert.deepEqual(chunksOf(line.repeat(3), true), [line, line, line]);
  assert.deepEqual(chunksOf('y'.repeat(20_000), true), ['y'.repeat(20_000)]);
});

test('nothing is lost, whatever the text', () => {
  const pieces = fc.constantFrom('a'.repeat(3_000), '\n', '  ', '\r\n', '🎉', 'word ', '\t', 'b'.repeat(5_000));
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), fc.boolean(), (parts, whole) => {
      assert.equal(chunksOf(parts.join(''), whole).join(''), parts.join(''));
    }),
  );
});
