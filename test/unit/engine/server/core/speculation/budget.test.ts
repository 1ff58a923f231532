import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { LEAST_GAIN, worthwhile } from '../../../../../../src/engine/server/core/speculation/budget.ts';

const reachOf = (acceptance: number, nodes = 32) => Array.from({ length: nodes }, (_, i) => acceptance ** (i + 1));

describe('worthwhile', () => {
  it('takes as many nodes as the row costs of a 0.5B model on a CPU are worth', () => {
    const ms = (nodes: number) => 29 * (1 + 0.23 * nodes);
    assert.equal(worthwhile(reachOf(0.9), ms), 6);
    assert.equal(worthwhile(reachOf(0.7), ms), 2);
    assert.equal(worthwhile(reachOf(0.5), ms), 1);
    assert.equal(worthwhile(reachOf(0.2), ms), 0);
  });

  it('drafts nothing where each row costs as much as the first', () => {
    assert.equal(
      worthwhile(reachOf(0.95), (nodes) => 1 + nodes),
      0,
    );
  });

  it('looks behind a step of the costs', () => {
    // Eight rows cost as much as one, and up to 32 half as much again.
    const ms = (nodes: number) => (nodes < 8 ? 10 : 15);
    assert.equal(worthwhile(reachOf(0.6), ms), 7);
    assert.equal(worthwhile(reachOf(0.98), ms), 32);
  });

  it('leaves room for others: what a node delays is all that the step makes', () => {
    const ms = (nodes: number) => 20 + 4 * nodes;
    assert(worthwhile(reachOf(0.6), ms) > 0);
    assert.equal(worthwhile(reachOf(0.6), ms, 7), 0);
  });

  it('is never slower than no draft, and no number of nodes is faster by more than the least gain', () => {
    const costs = fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 9, maxLength: 9 });
    const steps = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(costs, steps, (more, conditional) => {
        let [sum, p] = [1, 1];
        const total = more.map((ms) => (sum += ms));
        const reach = conditional.map((c) => (p *= c));
        const rate = (n: number) => (1 + reach.slice(0, n).reduce((a, b) => a + b, 0)) / total[n]!;
        const chosen = rate(worthwhile(reach, (nodes) => total[nodes]!));
        for (let n = 0; n <= 8; n++) assert(rate(n) <= LEAST_GAIN * chosen + 1e-9);
        assert(chosen >= rate(0));
      }),
      // Near ties are rare.
      { numRuns: 10_000 },
    );
  });
});
