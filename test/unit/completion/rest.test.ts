import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { COMMON } from '../../../src/completion/marks.ts';
import { aroundWhole, joinRest } from '../../../src/completion/rest.ts';

describe('aroundWhole', () => {
  it('puts what is behind the rest of the line behind it', () => {
    assert.deepEqual(aroundWhole('b.a().c()', '.a()'), { text: 'b', over: 4, tail: '.c()' });
    assert.deepEqual(aroundWhole('b.a();', '.a()'), { text: 'b', over: 4, tail: ';' });
  });

  it('finds it at the ends of words, behind something, and in one line', () => {
    assert.equal(aroundWhole('ab = 1', 'b'), undefined);
    assert.equal(aroundWhole('b + 1', 'b'), undefined);
    assert.equal(aroundWhole('a\nb', 'b'), undefined);
    assert.equal(aroundWhole('a', ' '), undefined);
  });
});

describe('joinRest', () => {
  it('puts what the text has more between the parts of the rest', () => {
    assert.deepEqual(joinRest("a/g, '')", "/, '')", COMMON), { text: 'a', over: 1, tail: 'g' });
    assert.deepEqual(joinRest('x| x + 1)', '|)', COMMON), { text: 'x', over: 1, tail: ' x + 1' });
  });

  it('cuts before what the rest says in other words, where the text could not be followed by it', () => {
    assert.deepEqual(joinRest('add(b) {', '(a) {', COMMON), { text: 'add', over: 0, tail: '' });
    assert.deepEqual(joinRest('a, c);', ', b);', COMMON), { text: 'a', over: 0, tail: '' });
    // Not within a group of the text.
    assert.deepEqual(joinRest('f(x, y), z);', ', b);', COMMON), { text: 'f(x, y)', over: 0, tail: '' });
  });

  it('leaves a text alone that other text may follow', () => {
    for (const text of ['a.b(c)', 'a + b', '']) {
      assert.deepEqual(joinRest(text, '.d(e)', COMMON), { text, over: 0, tail: '' });
    }
  });
});
