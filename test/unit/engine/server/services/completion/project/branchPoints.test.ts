import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  BranchPoints,
  greatestOf,
} from '../../../../../../../src/engine/server/services/completion/project/branchPoints.ts';
import type { MixedSampler } from '../../../../../../../src/engine/server/services/completion/project/mixedSampler.ts';
import { codeOf, END, Greedy, row, SCOPES, sampler } from './samplers.ts';
import { bytesOf, scopeOf } from './scopes.ts';

const nobody = () => sampler([]);
const bytes = (text: string) => Uint8Array.from(bytesOf(text));
const letters = (tokens: readonly { token: number }[] | undefined) =>
  tokens?.map(({ token }) => String.fromCharCode(token)).join('');

describe('BranchPoints', () => {
  it('gives the likeliest, and of two at a place that may come to the same the likelier', () => {
    const points = new BranchPoints();
    points.offer(0, 1, bytes('get'), 0.2, nobody);
    points.offer(0, 2, bytes('getName'), 0.3, nobody);
    points.offer(0, 3, bytes('ge'), 0.1, nobody);
    points.offer(2, 4, bytes('get'), 0.25, nobody);
    points.offer(1, 5, bytes('set'), 0.05, nobody);
    assert.deepEqual(
      points.best(9).map(({ token }) => token),
      [2, 4, 5],
    );
    assert.equal(points.best(2).length, 2);
  });

  it('makes a sampler only for what it keeps', () => {
    const points = new BranchPoints();
    let made = 0;
    for (let at = 0; at < 20; at++) {
      points.offer(at, at, bytes('a'), 1 - at / 20, () => {
        made++;
        return nobody();
      });
    }
    assert.equal(made, points.best(20).length);
  });
});

describe('greatestOf', () => {
  it('finds what sorting finds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 40 }), fc.nat(6), (values, most) => {
        const logits = Float32Array.from(values);
        const found = greatestOf(logits, undefined, most, (token) => token % 3 !== 0);
        const sorted = [...values].filter((_, token) => token % 3 !== 0).sort((a, b) => b - a);
        assert.deepEqual(
          found.map((token) => values[token]),
          sorted.slice(0, most),
        );
      }),
    );
  });
});

describe('MixedSampler: other ways to go', () => {
  const rows = [row({ a: 9, b: 8 }), row({ c: 9, d: 7.5, e: 1 }), row({ '\n': 9, f: 8.9 }), row({ g: 9, h: 8.9 })];
  const draw = (one: MixedSampler, count: number) => Array.from({ length: count }, (_, row) => one.sample(row));

  it('are known when the first line is over, or the answer is, and lie in it', () => {
    const one = sampler(rows, { branching: true });
    draw(one, 2);
    assert.equal(one.branches(2, false), undefined);
    assert.equal(letters(one.branches(9, true)), 'bd');
    one.sample(2);
    one.sample(3);
    const found = one.branches(9, false)!;
    assert.deepEqual([...found].map(({ at, token }) => [at, String.fromCharCode(token)]).sort(), [
      [0, 'b'],
      [1, 'd'],
      [2, 'f'],
    ]);
  });

  it('go on by themselves: the first answer is what it would have been', () => {
    const one = sampler(rows, { branching: true, scopes: SCOPES, context: bytesOf('const ') });
    const plain = sampler(rows, { scopes: SCOPES, context: bytesOf('const ') });
    assert.deepEqual(draw(one, 2), draw(plain, 2));
    const [branch] = one.branches(1, true)!;
    const other = branch!.sampler as MixedSampler;
    assert.equal(other.certainty.steps.length, branch!.at + 1);
    other.sample(3);
    assert.equal(one.certainty.steps.length, 2);
    assert.equal(one.sample(3), plain.sample(3));
    assert.deepEqual(one.certainty.steps, plain.certainty.steps);
    assert.equal(other.certainty.steps.length, branch!.at + 2);
  });

  it('are also what the code would say', () => {
    const scopes = [scopeOf([bytesOf('x = alpha; x = alpha; x = beta;')])];
    const flat = [row({ END: -1 })];
    const one = sampler(flat, { branching: true, scopes, context: bytesOf('; x = ') });
    assert.equal(one.sample(0), codeOf('a'));
    assert.equal(letters(one.branches(1, true)), 'b');
  });

  it('begin as the word at the cursor does', () => {
    const beginning = bytes('a');
    const one = sampler([row({ a: 9, b: 8 }), row({ c: 9, d: 8 })], { branching: true, beginning });
    draw(one, 2);
    assert.equal(letters(one.branches(9, true)), 'd');
  });

  it('are none where nobody asked, or chance decides', () => {
    assert.deepEqual(sampler(rows).branches(2, true), []);
    assert.deepEqual(sampler(rows, { branching: true, drawer: new Greedy() }).branches(2, true), []);
    const end = sampler([row({ END: 30 })], { branching: true });
    assert.equal(end.sample(0), END);
    assert.deepEqual(end.branches(2, true), []);
  });
});
