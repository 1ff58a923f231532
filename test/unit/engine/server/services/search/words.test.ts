import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashesOf, hashOf, partsOf, stem, wordsOf } from '../../../../../../src/engine/server/services/search/words.ts';

describe('partsOf', () => {
  for (const [word, parts] of [
    ['maxTokens', 'max tokens'],
    ['MAX_TOKENS', 'max tokens'],
    ['HTTPServer2', 'http server 2'],
    ['__init__', 'init'],
    ['$scope', 'scope'],
    ['größeMessen', 'größe messen'],
    ['検索する', '検索する'],
    ['a'.repeat(65), ''],
  ] as const) {
    it(`takes ${word.slice(0, 20)} apart`, () => assert.equal(partsOf(word).join(' '), parts));
  }
});

describe('stem', () => {
  for (const forms of [
    'cache caches cached caching',
    'file files filed filing',
    'stop stops stopped stopping',
    'index indexes indexed indexing',
    'query queries',
    'match matches matched matching',
    'ignore ignores ignored ignoring',
    'tree trees',
    'fill fills filled filling',
  ]) {
    it(`makes one of ${forms}`, () => assert.equal(new Set(forms.split(' ').map(stem)).size, 1, forms));
  }
  it('keeps apart what is not the same', () => {
    const words = 'bus class status string thing bed red need page pager secret secretary'.split(' ');
    assert.equal(new Set(words.map(stem)).size, words.length);
    assert.deepEqual(['bus', 'class', 'status', 'string', 'thing', 'bed'].map(stem), [
      'bus',
      'class',
      'status',
      'string',
      'thing',
      'bed',
    ]);
  });
});

describe('hashesOf', () => {
  it('is the same for a name however it is written, in one or many', () => {
    for (const name of ['max_tokens', 'MAX_TOKEN', 'MaxTokens'])
      assert.deepEqual(hashesOf(name), hashesOf('maxTokens'));
    assert.deepEqual(hashesOf('maxTokens'), { parts: [hashOf('max'), hashOf('token')], whole: hashOf('maxtoken') });
    assert.deepEqual(hashesOf('tokens'), { parts: [hashOf('token')], whole: undefined });
  });
  it('finds words between signs, and none in single letters', () => {
    assert.deepEqual(wordsOf('if (a?.b_c !== "d e") {'), ['if', 'a', 'b_c', 'd', 'e']);
    assert.deepEqual(hashesOf('a').parts, []);
  });
});
