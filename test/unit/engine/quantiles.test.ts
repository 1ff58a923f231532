import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { quantiles } from '../../../src/engine/quantiles.ts';

describe('quantiles', () => {
  it('are nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(quantiles(hundred), { p50: 50, p95: 95, p99: 99, max: 100 });
    assert.deepEqual(quantiles([1.23456]), { p50: 1.235, p95: 1.235, p99: 1.235, max: 1.235 });
    assert.deepEqual(quantiles([]), { p50: null, p95: null, p99: null, max: null });
  });

  it('are samples, in order, with their share of samples at or below them', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (samples) => {
        const { p50, p95, p99, max } = quantiles(samples);
        assert.equal(max, Math.max(...samples));
        for (const [value, share] of [
          [p50, 0.5],
          [p95, 0.95],
          [p99, 0.99],
        ] as const) {
          assert.ok(value !== null && samples.includes(value));
          assert.ok(samples.filter((sample) => sample <= value).length >= share * samples.length);
          assert.ok(samples.filter((sample) => sample < value).length < share * samples.length);
        }
      }),
    );
  });
});
