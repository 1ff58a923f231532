import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KINDS } from '../../../../../../src/engine/server/core/speculation/draft.ts';
import { MOST_NODES } from '../../../../../../src/engine/server/core/speculation/drafter.ts';
import { TextSource } from '../../../../../../src/engine/server/core/speculation/textSource.ts';
import { indexOf } from './world.ts';

const bytes = (text: string): number[] => [...Buffer.from(text)];
const said = (guess: { tokens: ArrayLike<number> } | undefined): string =>
  Buffer.from(Array.from(guess?.tokens ?? [])).toString();

describe('TextSource', () => {
  it('goes on as the prompt did, and is the surer the longer the match', () => {
    const prompt = bytes('const total = price * count;\nAgain: ');
    const source = new TextSource('text', prompt);
    assert.equal(source.guess(prompt, prompt.length), undefined);
    const short = source.guess([...prompt, ...bytes('tot')], prompt.length)!;
    assert(said(short).startsWith('al = price * count;'));
    const long = source.guess([...prompt, ...bytes('total = price')], prompt.length)!;
    assert(said(long).startsWith(' * count;'));
    assert.equal(short.kinds[0], 4);
    assert(long.kinds[0]! > short.kinds[0]! && long.kinds[0]! < KINDS);
  });

  it('repeats its own answer', () => {
    const prompt = bytes('list');
    const source = new TextSource('text', prompt);
    const known = [...prompt];
    for (const byte of bytes('alpha beta; alpha')) {
      known.push(byte);
      source.guess(known, prompt.length);
    }
    assert(said(source.guess(known, prompt.length)).startsWith(' beta; alpha'));
  });

  it('goes on behind a word that was replaced, put in or left out, before three tokens match again', () => {
    const old = indexOf([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    const prompt = [10, 11, 12];
    const behind = (...made: number[]) => {
      const source = new TextSource('text', prompt, old);
      assert.deepEqual(Array.from(source.guess(prompt, 3)!.tokens).slice(0, 3), [13, 14, 15]);
      return Array.from(source.guess([...prompt, ...made], 3)?.tokens ?? []).slice(0, 3);
    };
    assert.deepEqual(behind(13, 99), [15, 16, 17], 'replaced');
    assert.deepEqual(behind(13, 14, 17), [18, 19], 'left out');
    assert.deepEqual(behind(13, 98, 99), [15, 16, 17], 'a word of two tokens');
    assert.deepEqual(behind(13, 14, 98, 99, 14), [15, 16, 17], 'put in, and back');
    assert.deepEqual(behind(99), [], 'nothing of the guess was right');
  });

  it('finds back to where it was, not to another place that is as much like it', () => {
    const old = indexOf([1, 2, 3, 4, 5, 6, 20, 21, 7, 8, 9, 30, 31, 32, 7, 8, 9, 40, 41, 42]);
    const prompt = [1, 2, 3];
    const source = new TextSource('text', prompt, old);
    source.guess(prompt, 3);
    const known = [...prompt, 4, 5, 6, 20, 99];
    assert.deepEqual(Array.from(source.guess(known, 3)!.tokens).slice(0, 2), [7, 8]);
    known.push(7, 8, 9);
    assert.deepEqual(Array.from(source.guess(known, 3)!.tokens).slice(0, 3), [30, 31, 32]);
  });

  it('guesses far more than a draft has, and nothing from where it was long ago', () => {
    const old = indexOf(Array.from({ length: 400 }, (_, i) => i));
    const prompt = [10, 11, 12];
    const source = new TextSource('text', prompt, old);
    assert(source.guess(prompt, 3)!.tokens.length > 3 * MOST_NODES);
    const known = [...prompt, 13, 14, 15, 16];
    const others = Array.from({ length: 80 }, () => 999);
    assert(source.guess([...known, 999], 3));
    assert.equal(source.guess([...known, ...others, 18], 3), undefined);
  });

  it('is asked at some steps only', () => {
    const prompt = bytes('abcdef xyz ');
    const source = new TextSource('text', prompt);
    const known = [...prompt, ...bytes('abc')];
    assert(said(source.guess(known, prompt.length)).startsWith('def xyz'));
    known.push(...bytes('def xyz ab'));
    known.push(...bytes('c'));
    assert(said(source.guess(known, prompt.length)).startsWith('def xyz abc'));
  });
});
