import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from '../../../../../../src/engine/server/core/placement/evaluate.ts';
import { type Layout, onCpu, placedModel } from '../../../../../../src/engine/server/core/placement/layout.ts';
import { MeasuredRates } from '../../../../../../src/engine/server/core/placement/measuredRates.ts';
import { modelPlan } from '../../../../../../src/engine/server/core/placement/modelPlan.ts';
import { poolsOf } from '../../../../../../src/engine/server/core/placement/pools.ts';
import { type RatedMachine, rated } from '../../../../../../src/engine/server/core/placement/rates.ts';
import { device, MB, machine, parts } from './models.ts';

const FILL = 2000;
const guessed = machine(device('gpu', 8, { bandwidth: 300e9 }), device('cpu', 32, { bandwidth: 10e9 }));
const model = placedModel(
  parts({ layers: 10, attention: 40 * MB, feedForward: 160 * MB, output: 100 * MB }),
  ['chat'],
  4096,
);
const onGpu = (layers: number): Layout => ({ ...onCpu(model, 1, 4096, 'f16'), layers: [layers] });

const planOn = (layout: Layout, on: RatedMachine) => {
  const pools = poolsOf(on);
  const { models, left } = evaluate([layout], pools, on);
  return { plan: modelPlan(layout, models[0]!, pools, left), ms: models[0]!.msPerToken };
};
/** What a token takes where the devices are as quick as this. */
const truth = (layout: Layout, gpu: number, cpu: number): number =>
  planOn(layout, machine(device('gpu', 8, { bandwidth: gpu }), device('cpu', 32, { bandwidth: cpu }))).ms;
const after = (rates: MeasuredRates): RatedMachine => rated({ ...guessed, devices: rates.of(guessed.devices) });

describe('MeasuredRates', () => {
  it('find the rate of the device that a model was measured on, and leave the others as they are', () => {
    const rates = new MeasuredRates();
    assert.equal(rates.learn(planOn(onGpu(0), guessed).plan, guessed.devices, truth(onGpu(0), 1e9, 25e9), FILL), 'CPU');
    assert.equal(
      rates.learn(planOn(onGpu(11), guessed).plan, guessed.devices, truth(onGpu(11), 700e9, 25e9), FILL),
      'GPU0',
    );
    const [gpu, cpu] = rates.of(guessed.devices);
    assert.ok(Math.abs(cpu!.bandwidth! / 25e9 - 1) < 0.01, `${cpu!.bandwidth}`);
    assert.ok(Math.abs(gpu!.bandwidth! / 700e9 - 1) < 0.01, `${gpu!.bandwidth}`);
  });

  it('foretell a model over both devices by what each was measured with', () => {
    const rates = new MeasuredRates();
    rates.learn(planOn(onGpu(0), guessed).plan, guessed.devices, truth(onGpu(0), 700e9, 25e9), FILL);
    rates.learn(planOn(onGpu(11), guessed).plan, guessed.devices, truth(onGpu(11), 700e9, 25e9), FILL);
    const half = onGpu(6);
    const real = truth(half, 700e9, 25e9);
    assert.ok(Math.abs(planOn(half, guessed).ms / real - 1) > 0.5);
    assert.ok(Math.abs(planOn(half, after(rates)).ms / real - 1) < 0.02);
  });

  it('take nothing from a model whose time is nearly the same on two devices, that is small, or was not measured', () => {
    const rates = new MeasuredRates();
    const alike = machine(device('gpu', 8, { bandwidth: 20e9 }), device('cpu', 32, { bandwidth: 20e9 }));
    assert.equal(rates.learn(planOn(onGpu(6), alike).plan, alike.devices, 50, FILL), undefined);
    const small = placedModel(parts({ layers: 4, attention: MB, output: MB }), ['chat'], 4096);
    assert.equal(rates.learn(planOn(onCpu(small, 1, 4096, 'f16'), guessed).plan, guessed.devices, 5, FILL), undefined);
    assert.equal(rates.learn(planOn(onGpu(0), guessed).plan, guessed.devices, Number.NaN, FILL), undefined);
    assert.deepEqual(rates.of(guessed.devices), guessed.devices);
  });

  it('follow a machine that stood still by a factor of 8 only', () => {
    const rates = new MeasuredRates();
    rates.learn(planOn(onGpu(0), guessed).plan, guessed.devices, 1e6, FILL);
    assert.ok(rates.of(guessed.devices)[1]!.bandwidth! >= 10e9 / 8.01);
  });
});
