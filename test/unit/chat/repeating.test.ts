import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RepetitionWatch, repeatsFrom } from '../../../src/chat/repeating.ts';

const sentence = 'It stands in the page of the cache. ';

describe('a text that repeats itself', () => {
  it('is known by its end, and ends behind the first time', () => {
    assert.equal(repeatsFrom(`Well. ${sentence.repeat(20)}`), `Well. ${sentence}`.length);
    assert.equal(repeatsFrom(`Well. ${sentence.repeat(20)}It stands in`), `Well. ${sentence}`.length);
    assert.equal(repeatsFrom('\n'.repeat(700)), 1);
    const long = Array.from({ length: 39 }, (_, n) => `${n} is it. `).join('');
    assert.equal(repeatsFrom(long.repeat(4)), long.length);
  });

  it('is not what is long, alike, or said a few times', () => {
    assert.equal(repeatsFrom(''), undefined);
    assert.equal(repeatsFrom(sentence.repeat(15)), undefined);
    assert.equal(repeatsFrom(`${sentence.repeat(30)}That was all.`), undefined);
    const numbered = Array.from({ length: 200 }, (_, n) => `${n}. It stands in the page.\n`).join('');
    assert.equal(repeatsFrom(numbered), undefined);
    const cells = Array.from({ length: 40 }, (_, n) => `| ${n} | 0 | 0 | 0 |\n`).join('');
    assert.equal(repeatsFrom(cells), undefined);
  });

  it('is found while it grows, wherever it began', () => {
    const watch = new RepetitionWatch();
    const before = Array.from({ length: 500 }, (_, n) => `${n} `).join('');
    let found: number | undefined;
    for (const delta of `${before}${sentence.repeat(40)}`.match(/[\s\S]{1,3}/g)!) found ??= watch.push(delta);
    assert.equal(found, before.length + sentence.length);
  });
});
