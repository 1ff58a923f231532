import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Trails } from '../../../../../../src/engine/server/services/chat/trails.ts';

/** Each token is its text; one without is a marker. */
const TOKENS = [
  '',
  'Ask: ',
  'a',
  'b',
  'ab',
  'c;\n',
  ' ',
  '\n',
  Buffer.from('ü').subarray(0, 1),
  Buffer.from('ü').subarray(1),
];
const tokenizer = { bytes: (token: number) => Buffer.from(TOKENS[token]!) };
const of = (...pieces: string[]): number[] => pieces.map((piece) => TOKENS.indexOf(piece));
const prompt = { text: 'Ask: ', tokens: of('Ask: ') };

function told(answer: { text: string; tokens: number[] }, again: string): string {
  const trails = new Trails();
  trails.add(tokenizer, prompt, answer);
  const trail = trails.longest(again);
  return trail ? trail.tokens.map((token) => TOKENS[token]!.toString()).join('|') : '';
}

describe('the tokens of what was said', () => {
  it('begin a prompt that begins with it, as they were said', () => {
    const answer = { text: 'abab', tokens: of('a', 'b', 'ab') };
    assert.equal(told(answer, 'Ask: abab<end>'), 'Ask: |a|b|ab');
    assert.equal(told(answer, 'Ask: something else'), 'Ask: ');
    assert.equal(told(answer, 'Another'), '');
  });

  it('are there with and without the space at the end', () => {
    const answer = { text: 'ab \n', tokens: of('ab', ' ', '\n') };
    assert.equal(told(answer, 'Ask: ab \n<end>'), 'Ask: |ab| |\n');
    assert.equal(told(answer, 'Ask: ab<end>'), 'Ask: |ab');
  });

  it('end before the token that holds the last letter and the space that is left out', () => {
    assert.equal(told({ text: 'abc;\n', tokens: of('a', 'b', 'c;\n') }, 'Ask: abc;<end>'), 'Ask: |a|b');
  });

  it('are there as far as an answer is told again', () => {
    const answer = { text: 'ababc;\n', tokens: of('a', 'b', 'ab', 'c;\n') };
    assert.equal(told(answer, 'Ask: ababc'), 'Ask: |a|b|ab');
    assert.equal(told(answer, 'Ask: aba<end>'), 'Ask: |a|b');
    assert.equal(told(answer, 'Ask: abbb'), 'Ask: |a|b');
    assert.equal(told(answer, 'Ask: b'), 'Ask: ');
  });

  it('are those of the longest of several', () => {
    const trails = new Trails();
    trails.add(tokenizer, prompt, { text: 'ab', tokens: of('ab') });
    trails.add(tokenizer, prompt, { text: 'aba', tokens: of('a', 'b', 'a') });
    trails.add(tokenizer, { text: 'Ask: ab', tokens: of('Ask: ', 'ab') }, { text: 'bb', tokens: of('b', 'b') });
    assert.deepEqual(trails.longest('Ask: abbc')?.tokens, of('Ask: ', 'ab', 'b'));
    assert.deepEqual(trails.longest('Ask: abac')?.tokens, of('Ask: ', 'a', 'b', 'a'));
  });

  it('end before a marker, which is no text', () => {
    const answer = { text: 'abab', tokens: [...of('a', 'b'), 0, ...of('ab')] };
    assert.equal(told(answer, 'Ask: abab<end>'), 'Ask: |a|b');
  });

  it('end before a letter that is torn, and hold one of several tokens', () => {
    assert.equal(told({ text: 'a\ufffd', tokens: [...of('a'), 8] }, 'Ask: a\ufffd<end>'), 'Ask: |a');
    const [whole, torn] = [
      { text: 'aüb', tokens: [...of('a'), 8, 9, ...of('b')] },
      { text: 'aüb', tokens: [...of('a'), 8] },
    ];
    assert.deepEqual(tokensOf(whole), [1, 2, 8, 9, 3]);
    assert.deepEqual(tokensOf(torn), [1, 2]);
  });
});

function tokensOf(answer: { text: string; tokens: number[] }): readonly number[] | undefined {
  const trails = new Trails();
  trails.add(tokenizer, prompt, answer);
  return trails.longest(`Ask: ${answer.text}<end>`)?.tokens;
}
