import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bufferNeeds } from '../../../../../../src/engine/server/core/placement/buffers.ts';
import { evaluate } from '../../../../../../src/engine/server/core/placement/evaluate.ts';
import { type Layout, onCpu, placedModel } from '../../../../../../src/engine/server/core/placement/layout.ts';
import { poolsOf } from '../../../../../../src/engine/server/core/placement/pools.ts';
import { device, GIB, MB, machine, parts } from './models.ts';

const fast = machine(
  device('gpu', 8, { bandwidth: 100e9, flops: 10e12 }),
  device('cpu', 32, { bandwidth: 10e9, flops: 1e12 }),
);
const mixture = placedModel(
  parts({ layers: 4, attention: 100 * MB, experts: 400 * MB, output: 200 * MB }),
  ['chat'],
  16_384,
);

/** Everything on the GPU but the experts of its first three layers. */
const spilled: Layout = {
  model: mixture,
  context: 16_384,
  kvType: 'f16',
  layers: [5],
  spilled: { feedForward: [0], experts: [3] },
};

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-6 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);

describe('evaluate', () => {
  it('reads hot bytes once a token: an example by hand', () => {
    const [cost] = evaluate([spilled], poolsOf(fast), fast).models;
    // GPU: 4 x 100 MB of attention, 200 MB of output, one layer's experts of which an eighth is read: 650 MB at 100 GB/s.
    const gpu = 6.5;
    // CPU: three layers' experts, an eighth of them: 150 MB at 10 GB/s.
    const cpu = 15;
    // Cache: 2,000 tokens x 4 layers x 1,024 numbers of 2 bytes, on the GPU.
    const cache = (2000 * 4 * 1024 * 2) / 100e9 / 1e-3;
    // Four layers on the GPU, at 0.05 ms. CPU at first, into the GPU, and there and back three times, at 0.03 ms.
    assert.equal(cost!.splits, 8);
    near(cost!.msPerToken, gpu + cpu + cache + 8 * 0.03 + 4 * 0.05);
    near(cost!.hotShare.GPU0!, 650 / 800);
  });

  it('multiplies a prompt where its weights are, and copies what lies with the CPU to the GPU that helps', () => {
    const [cost] = evaluate([spilled], poolsOf(fast), fast).models;
    // Attention, and an eighth of all experts: 600 million weights, two operations each, all computed at 10 TFLOP/s.
    const multiplied = ((2 * 600e6) / 10e12) * 1000;
    // 1,200 MB are copied for each 512 tokens at 10 GB/s; every expert is used by some token of so many.
    const copied = (1200e6 / 10e9 / 512) * 1000;
    near(cost!.promptMsPerToken, multiplied + copied);
  });

  it('computes a prompt on the CPU where no layer is on a GPU', () => {
    const [cost] = evaluate([onCpu(mixture, 1, 16_384, 'f16')], poolsOf(fast), fast).models;
    near(cost!.promptMsPerToken, ((2 * 600e6) / 1e12) * 1000);
  });

  it('counts weights, cache and buffers on each device', () => {
    const { models, left, fits } = evaluate([spilled], poolsOf(fast), fast);
    const needs = bufferNeeds(mixture.parts);
    assert.deepEqual(models[0]!.bytes.GPU0, {
      weights: 1000 * MB,
      cache: 16_384 * 4 * 1024 * 2,
      compute: Math.round(needs.layers + needs.perCell * 16_384 + needs.copied),
    });
    assert.equal(models[0]!.bytes.CPU!.weights, 1400 * MB);
    assert.equal(models[0]!.bytes.CPU!.cache, 0);
    // 512 MiB of a GPU, and a tenth of the system's memory, are left to others.
    const taken = (bytes: { weights: number; cache: number; compute: number }) =>
      bytes.weights + bytes.cache + bytes.compute;
    assert.deepEqual(left, [
      { name: 'CPU', bytes: 32 * GIB - 3.2 * GIB - taken(models[0]!.bytes.CPU!) },
      { name: 'GPU0', bytes: 7.5 * GIB - taken(models[0]!.bytes.GPU0!) },
    ]);
    assert.ok(fits);
  });

  it('takes what lies on an integrated GPU from the memory of the system, once', () => {
    const shared = machine(device('igpu', 4), device('cpu', 8));
    const { left } = evaluate([spilled], poolsOf(shared), shared);
    const { CPU, GPU0 } = evaluate([spilled], poolsOf(shared), shared).models[0]!.bytes;
    const all = [CPU!, GPU0!].reduce((total, { weights, cache, compute }) => total + weights + cache + compute, 0);
    assert.deepEqual(
      left.map(({ name }) => name),
      ['CPU', 'GPU0'],
    );
    assert.equal(left[0]!.bytes, 7 * GIB - all);
  });

  it('has the tied output with the CPU at no cost, and with a GPU once more', () => {
    const tied = placedModel({ ...parts({ layers: 2, attention: MB, output: 100 * MB }), tied: true }, ['chat'], 4096);
    const weights = (layout: Layout) => evaluate([layout], poolsOf(fast), fast).models[0]!.bytes;
    assert.equal(weights(onCpu(tied, 1, 4096, 'f16')).CPU!.weights, 102 * MB);
    const placed = weights({ ...onCpu(tied, 1, 4096, 'f16'), layers: [3] });
    assert.equal(placed.CPU!.weights, 100 * MB);
    assert.equal(placed.GPU0!.weights, 102 * MB);
  });
});
