import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { batchWork } from '../../../../../../src/engine/server/core/placement/batchWork.ts';
import { type RatedDevice, rated } from '../../../../../../src/engine/server/core/placement/rates.ts';
import { device, GIB, MB, parts } from './models.ts';

const on = (gpuGib: number, cpuGib: number, link = 10e9) => {
  const devices = [
    device('gpu', gpuGib, { bandwidth: 500e9, flops: 20e12 }),
    device('cpu', cpuGib, { bandwidth: 50e9, flops: 1e12 }),
  ];
  const [gpu, cpu] = rated({ devices }).devices as [RatedDevice, RatedDevice];
  return { gpu, cpu, link };
};
const job = { count: 5000, promptTokens: 800, answerTokens: 60 };

describe('batchWork', () => {
  it('streams weights once for a block: an example by hand', () => {
    // 10 layers of 1 GB; the GPU's 5 GB hold 2 GB of them (half of its 80 %), 8 GB come over 10 GB/s: 0.8 s a step.
    const model = parts({ layers: 10, attention: 1000 * MB, cacheElements: 1000 });
    const work = batchWork(model, on(5 / 1.073_741_824, 64), job)!;
    const perSequence = 10 * 1000 * 2 * 860;
    const batch = Math.floor(2e9 / perSequence);
    assert.equal(work['row by row'].sequences, batch);
    // Prompts: copied in 0.8 s, computed in 2 x 10e9 x 800 x batch / 20e12.
    const prompt = Math.max(0.8, (2 * 10e9 * 800 * batch) / 20e12);
    const seconds = (5000 / batch) * (prompt + 60 * 0.8);
    assert.ok(Math.abs(work['row by row'].tokensPerSecond / ((5000 * 60) / seconds) - 1) < 1e-6);
    assert.ok(work.block.sequences > batch);
    assert.ok(work.block.tokensPerSecond > 1.2 * work['row by row'].tokensPerSecond);
  });

  it('gains nothing by blocks where all weights stay on the GPU', () => {
    const work = batchWork(parts({ layers: 10, attention: 100 * MB, cacheElements: 1000 }), on(24, 32), job)!;
    assert.ok(work.block.tokensPerSecond < 1.5 * work['row by row'].tokensPerSecond);
  });

  it('has no answer where the model does not fit', () => {
    assert.equal(batchWork(parts({ layers: 10, attention: 5 * GIB }), on(8, 32), job), undefined);
  });

  it('never makes a block slower than its rows, nor sharing slower than one by one', () => {
    const sizes = fc.record({
      layers: fc.integer({ min: 1, max: 60 }),
      attention: fc.integer({ min: 10, max: 300 }).map((mb) => mb * MB),
      experts: fc.integer({ min: 0, max: 400 }).map((mb) => mb * MB),
      output: fc.integer({ min: 10, max: 500 }).map((mb) => mb * MB),
    });
    const machines = fc
      .tuple(fc.integer({ min: 4, max: 48 }), fc.integer({ min: 16, max: 128 }), fc.integer({ min: 4, max: 60 }))
      .map(([gpu, cpu, link]) => on(gpu, cpu, link * 1e9));
    fc.assert(
      fc.property(sizes, machines, (size, where) => {
        const work = batchWork(parts(size), where, job);
        if (!work) return;
        assert.ok(work.block.tokensPerSecond >= work['row by row'].tokensPerSecond);
        const shared = work['together, weights where they are'].tokensPerSecond;
        assert.ok(shared >= 0.99 * work['one by one, weights where they are'].tokensPerSecond);
      }),
      { numRuns: 300, seed: 20 },
    );
  });
});
