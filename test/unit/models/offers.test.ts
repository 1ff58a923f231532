import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { offersFor } from '../../../src/models/offers.ts';

const best = (gigabytes: number, gpu: boolean): string | undefined =>
  offersFor('chat', { memoryBytes: gigabytes * 1e9, gpu }).find((offer) => offer.best)?.id;

describe('offersFor', () => {
  it('marks the largest that the machine runs at a pace to read along', () => {
    assert.equal(best(3, false), undefined);
    assert.equal(best(8, false), 'qwen2.5-coder-1.5b-instruct');
    assert.equal(best(64, false), 'qwen3-4b-instruct-2507');
    assert.equal(best(16, true), 'qwen2.5-coder-7b-instruct');
    assert.equal(best(128, true), 'qwen3-coder-30b-a3b');
  });

  it('says size, memory and licence of each, and offers nothing to embed with', () => {
    const offers = offersFor('chat', { memoryBytes: 16e9, gpu: false });
    assert.equal(offers[0]?.facts, '1.1 GB, needs 2.0 GB of memory, Apache-2.0');
    assert.equal(offers.filter((offer) => offer.best).length, 1);
    assert.deepEqual(offersFor('embedding', { memoryBytes: 16e9, gpu: false }), []);
  });
});
