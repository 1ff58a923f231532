import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { simulatedTokenizer } from '../../../../../../../src/engine/server/core/simulated/tokenizer.ts';
import { RecalledLines } from '../../../../../../../src/engine/server/services/completion/lines/recalledLines.ts';
import type { MixedSampler } from '../../../../../../../src/engine/server/services/completion/project/mixedSampler.ts';
import { codeOf, Greedy, row, SCOPES, sampler } from './samplers.ts';
import { byteSpelling, bytesOf } from './scopes.ts';

describe('MixedSampler with recalled lines', () => {
  const SHARE = 0.6;
  const lines = (text: string, typed = '', beginning = '') =>
    new RecalledLines(simulatedTokenizer, byteSpelling, [{ text, breakToken: 0x0a, share: SHARE }], {
      typed,
      beginning,
    });
  const RECALLED = 'omega = 1;';
  const flat = Array.from({ length: RECALLED.length + 1 }, () => row({ a: 3 }));
  const write = (one: MixedSampler, tokens: number) =>
    Buffer.from(Array.from({ length: tokens }, (_, index) => one.sample(index))).toString();

  it('writes a line that is recalled to its end, however sure the model is of the rest', () => {
    const one = sampler(flat, { scopes: SCOPES, recalled: lines(RECALLED), oneLine: true });
    assert.equal(write(one, flat.length).slice(0, -1), RECALLED);
    const without = sampler(flat, { scopes: SCOPES, oneLine: true });
    assert.notEqual(write(without, flat.length).slice(0, -1), RECALLED);
    assert.ok(one.certainty.line! > without.certainty.line!);
  });

  it('gives the line its share, and the others what they had of the rest', () => {
    const drawer = new Greedy();
    const rows = [row({ a: 2, b: 1 })];
    const before = new Greedy();
    sampler(rows, { scopes: SCOPES, drawer: before }).sample(0);
    sampler(rows, { scopes: SCOPES, drawer, recalled: lines(RECALLED) }).sample(0);
    const o = codeOf('o');
    assert.ok(Math.abs(drawer.shown[o]! - SHARE - (1 - SHARE) * before.shown[o]!) < 1e-6);
    assert.ok(Math.abs(drawer.shown[codeOf('a')]! - (1 - SHARE) * before.shown[codeOf('a')]!) < 1e-6);
  });

  it('forgets a line that the answer departs from', () => {
    const sure = [row({ a: 40 }), ...flat];
    const departs = sampler(sure, {
      scopes: SCOPES,
      oneLine: true,
      recalled: new RecalledLines(simulatedTokenizer, byteSpelling, [{ text: RECALLED, breakToken: 10, share: 0.2 }], {
        typed: '',
        beginning: '',
      }),
    });
    const alone = sampler(sure, { scopes: SCOPES, oneLine: true });
    assert.equal(write(departs, 6), write(alone, 6));
  });

  it('holds to the beginning of the word at the cursor', () => {
    const one = sampler(flat, {
      scopes: SCOPES,
      oneLine: true,
      beginning: bytesOf('om') as unknown as Uint8Array,
      recalled: lines(RECALLED, 'om', 'om'),
    });
    assert.equal(write(one, RECALLED.length), RECALLED);
  });

  it('does not hear them where nothing is mixed', () => {
    const one = sampler(flat, { scopes: SCOPES, recalled: lines(RECALLED), oneLine: true, onFirst: () => false });
    assert.equal(write(one, 3), 'aaa');
  });
});
