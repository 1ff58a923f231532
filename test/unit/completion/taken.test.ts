import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Place } from '../../../src/completion/answers.ts';
import { TakenTexts } from '../../../src/completion/taken.ts';

const at = (offset: number): Place => ({ path: 'a.ts', prefix: 'x'.repeat(offset), suffix: ')\n', offset });
const offer = { text: 'foo(bar)', over: 0, tail: '', others: [{ text: 'other thing', over: 0, tail: '' }] };

/** The whole edit at once; what of the offer at offset 5 it takes. */
const CASES: [what: string, change: { offset: number; length: number; text: string }, taken: string | undefined][] = [
  ['a word', { offset: 5, length: 0, text: 'foo' }, 'foo'],
  ['a word of another suggestion', { offset: 5, length: 0, text: 'other ' }, 'other '],
  ['a key', { offset: 5, length: 0, text: 'f' }, undefined],
  ['all of it: the editor tells of that itself', { offset: 5, length: 0, text: 'foo(bar)' }, undefined],
  ['something else', { offset: 5, length: 0, text: 'fox' }, undefined],
  ['elsewhere', { offset: 4, length: 0, text: 'foo' }, undefined],
  ['instead of something', { offset: 5, length: 2, text: 'foo' }, undefined],
];
for (const [what, change, taken] of CASES) {
  test(`taken: ${what}`, () => {
    const texts = new TakenTexts();
    texts.show(at(5), offer);
    assert.equal(texts.changed('a.ts', change)?.text, taken);
    assert.equal(new TakenTexts().changed('a.ts', change), undefined);
  });
}

test('a bracket that closes itself is a key', () => {
  const texts = new TakenTexts();
  texts.show(at(5), { text: '()()', over: 0, tail: '' });
  assert.equal(texts.changed('a.ts', { offset: 5, length: 0, text: '()' }), undefined);
});

test('what was taken, and what of it was undone', () => {
  const texts = new TakenTexts();
  texts.show(at(5), offer);
  assert.deepEqual(texts.accepted(), { place: at(5), text: 'foo(bar)', part: false });
  assert.equal(texts.accepted(), undefined, 'once');
  assert.deepEqual(texts.undone('a.ts', { offset: 20, length: 8, text: '' }), []);
  assert.deepEqual(texts.undone('b.ts', { offset: 5, length: 8, text: '' }), []);
  assert.deepEqual(
    texts.undone('a.ts', { offset: 5, length: 8, text: '' }).map(({ text }) => text),
    ['foo(bar)'],
  );
  assert.deepEqual(texts.undone('a.ts', { offset: 5, length: 8, text: '' }), []);
});

test('what was taken twice at a place, and deleted by hand between, is taken back once', () => {
  const texts = new TakenTexts();
  for (let times = 0; times < 2; times++) {
    texts.show(at(5), offer);
    texts.accepted();
  }
  assert.equal(texts.undone('a.ts', { offset: 5, length: 8, text: '' }).length, 1);
});

test('words that were taken one after the other are taken back together', () => {
  const texts = new TakenTexts();
  texts.show(at(5), { text: 'foo bar baz', over: 0, tail: '' });
  texts.changed('a.ts', { offset: 5, length: 0, text: 'foo ' });
  texts.show(at(9), { text: 'bar baz', over: 0, tail: '' });
  texts.changed('a.ts', { offset: 9, length: 0, text: 'bar ' });
  assert.equal(texts.undone('a.ts', { offset: 5, length: 8, text: '' }).length, 2);
});

test('with closers that stay', () => {
  const texts = new TakenTexts();
  texts.show(at(5), { text: 'a, b', over: 1, tail: ';' });
  assert.equal(texts.accepted()?.text, 'a, b);');
});
