import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from '../../../../../../src/engine/server/core/placement/evaluate.ts';
import { type Layout, placedModel } from '../../../../../../src/engine/server/core/placement/layout.ts';
import { layoutOf, modelPlan } from '../../../../../../src/engine/server/core/placement/modelPlan.ts';
import { poolsOf } from '../../../../../../src/engine/server/core/placement/pools.ts';
import { device, MB, machine, parts } from './models.ts';

const two = machine(device('gpu', 8, { name: 'CUDA0' }), device('gpu', 8, { name: 'CUDA1' }), device('cpu', 32));
const pools = poolsOf(two);
const model = placedModel(
  parts({ layers: 12, attention: 10 * MB, feedForward: 5 * MB, experts: 80 * MB, output: MB }),
  ['completion', 'chat'],
  8192,
);
/** Layers 0 to 2 with the CPU, 3 to 7 on the first GPU, 8 to 11 and the output on the second. */
const layout: Layout = {
  model,
  context: 8192,
  kvType: 'q8_0',
  layers: [5, 5],
  spilled: { feedForward: [0, 0], experts: [2, 1] },
};

function planOf(one: Layout) {
  const { models, left } = evaluate([one], pools, two);
  return modelPlan(one, models[0]!, pools, left);
}

describe('modelPlan', () => {
  const plan = planOf(layout);

  it('says in the parameters of libllama which layers are where', () => {
    assert.equal(plan.nGpuLayers, 10);
    assert.deepEqual(plan.devices, ['CUDA0', 'CUDA1']);
    assert.deepEqual(plan.tensorSplit, [5, 5]);
    assert.equal(plan.splitMode, 'layer');
    assert.equal(plan.cells, 16_384);
    assert.deepEqual(plan.roles, ['completion', 'chat']);
    // libllama asks of layer il, of n from the first on a GPU, whether il / n is below the sums of the split (load_tensors).
    const sums = [0.5, 1];
    const deviceOf = (layer: number) => sums.findIndex((sum) => sum > (layer - 3) / 10);
    assert.deepEqual([3, 7, 8, 12].map(deviceOf), [0, 0, 1, 1]);
  });

  it('matches the tensors that stay with the CPU, and no others', () => {
    assert.equal(plan.tensorOverrides.length, 1);
    const [{ pattern, device: where }] = plan.tensorOverrides as [{ pattern: string; device: string }];
    assert.equal(where, 'CPU');
    const names = (layer: number) => ['up', 'gate', 'down'].map((part) => `blk.${layer}.ffn_${part}_exps.weight`);
    const matched = Array.from({ length: 12 }, (_, layer) => layer).filter((layer) =>
      names(layer).every((name) => new RegExp(pattern).test(name)),
    );
    assert.deepEqual(matched, [3, 4, 8]);
    for (const name of [
      'blk.3.ffn_gate_inp.weight',
      'blk.3.attn_q.weight',
      'blk.13.ffn_up_exps.weight',
      'blk.3.ffn_up.weight',
    ])
      assert.ok(!new RegExp(pattern).test(name), name);
  });

  it('says in words what lies where', () => {
    assert.deepEqual(plan.where, [
      'CUDA0: layers 3-7 without the experts of layers 3-4 (0.3 GB weights, 85 MB cache, 0.1 GB buffers; 35 % of what a token reads)',
      'CUDA1: layers 8-11 and the output without the experts of layer 8 (0.3 GB weights, 68 MB cache, 0.1 GB buffers; 30 % of what a token reads)',
      'CPU: layers 0-2, the experts of layers 3-4, 8 and the input (0.5 GB weights, 51 MB cache, 26 MB buffers; 35 % of what a token reads)',
    ]);
  });

  it('is read back as the same layout', () => {
    assert.deepEqual(layoutOf(plan, model, pools), layout);
  });

  it('is not read back where its device is gone, or its length is no longer offered', () => {
    const one = machine(device('gpu', 8, { name: 'CUDA0' }), device('cpu', 32));
    assert.equal(layoutOf(plan, model, poolsOf(one)), undefined);
    assert.equal(layoutOf({ ...plan, contextTokens: 4096 }, model, pools), undefined);
  });

  it('names no device where everything is with the CPU', () => {
    const all = { ...layout, layers: [0, 0], spilled: { feedForward: [0, 0], experts: [0, 0] } };
    const cpu = planOf(all);
    assert.deepEqual([cpu.devices, cpu.nGpuLayers, cpu.splitMode, cpu.tensorOverrides], [[], 0, 'none', []]);
  });
});
