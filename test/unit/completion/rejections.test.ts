import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from '../../../src/completion/answers.ts';
import { Rejections } from '../../../src/completion/rejections.ts';
import { place } from './place.ts';

const at = (file: string, path = 'a.ts'): Place => ({ path, ...place(file) });

/** Rejected at the first place; whether it is not shown at the second. */
const CASES: [
  what: string,
  from: string,
  full: string,
  now: string,
  offered: string,
  rejected: boolean,
  path?: string,
][] = [
  ['the same again', 'a = |\nb', 'foo(c);', 'a = |\nb', 'foo(c);', true],
  ['its beginning', 'a = |\nb', 'foo(c);', 'a = |\nb', 'foo', true],
  ['more of it', 'a = |\nb', 'foo(c);', 'a = |\nb', 'foo(c);\nbar();', true],
  ['another text', 'a = |\nb', 'foo(c);', 'a = |\nb', 'bar', false],
  ['another line before', 'a = |\nb', 'foo(c);', 'x\na = |\nb', 'foo(c);', false],
  ['another line behind', 'a = |\nb', 'foo(c);', 'a = |\nc', 'foo(c);', false],
  ['another file', 'a = |\nb', 'foo(c);', 'a = |\nb', 'foo(c);', false, 'b.ts'],
  ['a key of it typed', 'a = |\nb', 'foo(c);', 'a = f|\nb', 'oo(c);', true],
  ['a word of it typed', 'a = |\nb', 'foo(c);', 'a = foo|\nb', '(c);', false],
  ['something else typed', 'a = |\nb', 'foo(c);', 'a = g|\nb', 'oo(c);', false],
];
for (const [what, from, full, now, offered, rejected, path] of CASES) {
  test(`rejected: ${what}`, () => {
    const rejections = new Rejections();
    rejections.reject(at(from), [full]);
    assert.equal(rejections.has(at(now, path), offered), rejected);
  });
}

test('who types something else rejects; a slip that is taken back does not', () => {
  const rejections = new Rejections();
  const parted = (...files: string[]) => {
    rejections.clear();
    rejections.part(at('a = |\n'), ['foo']);
    for (const file of files) rejections.moved(at(file));
    return rejections.has(at('a = |\n'), 'foo');
  };
  assert.equal(parted('a = b|\n', 'a = ba|\n', 'a = bar|\n'), true);
  assert.equal(parted('a = fx|\n', 'a = f|\n', 'a = fo|\n'), false);
  assert.equal(parted('a = b|\n', 'a = |\n', 'a = bar|\n'), false);
  assert.equal(parted('a = fb|\n', 'elsewhere|\n'), true);
  assert.equal(parted('a = b|\n'), false);
});

test('as many are remembered as one may come back to', () => {
  const rejections = new Rejections();
  for (let i = 0; i < 30; i++) rejections.reject(at(`a${i} = |\n`), ['foo']);
  assert.equal(rejections.has(at('a0 = |\n'), 'foo'), false);
  assert.equal(rejections.has(at('a29 = |\n'), 'foo'), true);
  rejections.clear();
  assert.equal(rejections.has(at('a29 = |\n'), 'foo'), false);
});
