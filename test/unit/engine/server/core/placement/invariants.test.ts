/**
 * What holds of every plan, whatever the machine and the models: counted anew from the words that libllama is given, and
 * held against plans for a machine or a wish that is a little other.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SHAPES } from '../../../../../../src/cli/imagined.ts';
import type { Device, KvType, ModelRole, ModelShape, Plan } from '../../../../../../src/engine/protocol/index.ts';
import { find, type Solve } from '../../../../../../src/engine/server/core/placement/find.ts';
import { partsOfShape } from '../../../../../../src/engine/server/core/placement/fromShape.ts';
import { loadSolver } from '../../../../../../src/engine/server/core/placement/highs.ts';
import { placedModel } from '../../../../../../src/engine/server/core/placement/layout.ts';
import {
  type ModelParts,
  NOTHING,
  sum,
  type Tensors,
} from '../../../../../../src/engine/server/core/placement/parts.ts';
import { Planner } from '../../../../../../src/engine/server/core/placement/planner.ts';
import { type RatedMachine, rated } from '../../../../../../src/engine/server/core/placement/rates.ts';
import { device, GIB, machine } from './models.ts';

interface Wish {
  parts: ModelParts;
  roles: ModelRole[];
  context?: number;
}

const solve = await loadSolver();
const unsolved: Solve = () => undefined;

/** @returns why there is none where none fits. */
async function planned(on: RatedMachine, wishes: readonly Wish[], solving: Solve = solve): Promise<Plan | string> {
  const planner = new Planner(async (question) => find({ ...question, seconds: 30 }, solving));
  const models = wishes.map(({ parts, roles, context }) => placedModel(parts, roles, context));
  return planner.plan({ models, machine: on }).catch((error: Error) => {
    assert.match(error.message, /GB are free behind a reserve/, error.stack);
    return error.message;
  });
}
const costOf = (plan: Plan | string): number => (typeof plan === 'string' ? Number.POSITIVE_INFINITY : plan.cost);

const gpu = (name: string, gib: number, bandwidth: number, tera: number, free = gib): Device =>
  device('gpu', gib, { name, bandwidth: bandwidth * 1e9, flops: tera * 1e12, freeBytes: free * GIB });
const cpu = (gib: number, bandwidth: number, tera = 0.4): Device =>
  device('cpu', gib, { bandwidth: bandwidth * 1e9, flops: tera * 1e12 });
const without = (on: RatedMachine, ...names: string[]): RatedMachine => ({
  ...on,
  devices: on.devices.filter(({ name }) => !names.includes(name)),
});

const own = (shape: Partial<ModelShape>): ModelParts =>
  partsOfShape({ ...SHAPES['qwen2.5-coder-7b']!, name: 'own', ...shape });
const MODELS: Record<string, ModelParts> = {
  ...Object.fromEntries(Object.entries(SHAPES).map(([name, shape]) => [name, partsOfShape(shape)])),
  'all heads': own({ layers: 32, embedding: 4096, heads: 32, kvHeads: 32, feedForward: 11_008, vocabulary: 32_000 }),
  'many words': own({
    layers: 26,
    embedding: 1152,
    heads: 4,
    kvHeads: 1,
    headLength: 256,
    feedForward: 6912,
    tied: true,
    vocabulary: 262_144,
  }),
};
/** As few layers have a cache as in models that keep a state; or as those of Q4_K_M differ; or as first ones are dense. */
const UNEVEN: ((parts: ModelParts) => ModelParts)[] = [
  (parts) => parts,
  (parts) => ({
    ...parts,
    layers: parts.layers.map((layer, at) => (at % 4 === 3 ? layer : { ...layer, cacheElements: 0, stateBytes: 2e6 })),
  }),
  (parts) => ({
    ...parts,
    layers: parts.layers.map((layer, at) => {
      const { held, read, multiplications } = layer.feedForward;
      const factor = at % 3 === 0 ? 1.3 : 0.9;
      return { ...layer, feedForward: { held: held * factor, read: read * factor, multiplications } };
    }),
  }),
  (parts) => ({
    ...parts,
    layers: parts.layers.map((layer, at) =>
      at < 3 && layer.experts.held > 0 ? { ...layer, experts: NOTHING, feedForward: layer.attention } : layer,
    ),
  }),
];
const wish = (roles: ModelRole[], ...names: string[]) =>
  fc
    .record({ name: fc.constantFrom(...names), uneven: fc.constantFrom(...UNEVEN) })
    .map(({ name, uneven }): Wish => ({ parts: uneven(MODELS[name]!), roles }));
const completion = wish(['completion'], 'qwen2.5-coder-1.5b', 'many words', 'qwen3-30b-a3b');
const chat = wish(['chat'], 'qwen2.5-coder-7b', 'qwen2.5-coder-32b', 'qwen3-30b-a3b', 'all heads');
const embedding = wish(['embedding'], 'nomic-embed');
const wishes = fc.oneof(
  fc.tuple(chat),
  fc.tuple(completion, embedding),
  fc.tuple(completion, chat, embedding),
  fc.tuple(wish(['completion', 'chat'], 'qwen2.5-coder-7b', 'qwen3-30b-a3b')),
);
const kindOfGpu = fc.record({
  gib: fc.constantFrom(2, 4, 8, 24),
  free: fc.constantFrom(0, 0.04, 0.6, 1),
  bandwidth: fc.constantFrom(15, 200, 450, 900),
  tera: fc.constantFrom(0.2, 5, 30),
});
const machines = fc
  .record({
    gib: fc.constantFrom(4, 16, 32, 64),
    bandwidth: fc.constantFrom(20, 80),
    gpus: fc.array(kindOfGpu, { maxLength: 3 }),
    shared: fc.boolean(),
  })
  .map(({ gib, bandwidth, gpus, shared }) =>
    machine(
      ...gpus.map((one, at) => gpu(`GPU${at}`, one.gib, one.bandwidth, one.tera, one.free * one.gib)),
      ...(shared ? [device('igpu', gib / 2, { name: 'SHARED', bandwidth: bandwidth * 1e9, flops: 2e12 })] : []),
      cpu(gib, bandwidth),
    ),
  );

const CACHE: Record<KvType, number> = { f16: 2, q8_0: 34 / 32, q4_0: 18 / 32 };
const near = (one: number, other: number, what: string, by = 8): void =>
  assert.ok(Math.abs(one - other) <= by, `${what}: ${one}, ${other}`);

/** Puts each tensor where libllama would, and adds up: bytes by device, and milliseconds a token. */
function checkSums(plan: Plan, models: readonly Wish[], { devices }: RatedMachine): void {
  const taken = new Map<string, number>();
  const add = (to: Map<string, number>, name: string, value: number) => to.set(name, (to.get(name) ?? 0) + value);
  for (const [index, model] of plan.models.entries()) {
    const { parts, roles } = models[index]!;
    const first = parts.layers.length + 1 - model.nGpuLayers;
    const owners = model.tensorSplit.flatMap((count, at) => Array<string>(count).fill(model.devices[at]!));
    assert.equal(owners.length, model.nGpuLayers);
    const home = (layer: number): string => owners[layer - first] ?? 'CPU';
    const [weights, cache, read] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
    /** By device and kind of tensor. */
    const work = new Map<string, Tensors>();
    const putOn = (name: string, on: string, tensors: Tensors) => {
      add(weights, on, name === 'output' && parts.tied && on === 'CPU' ? 0 : tensors.held);
      work.set(`${on} ${name}`, sum([work.get(`${on} ${name}`) ?? NOTHING, tensors]));
    };
    const put = (name: string, layer: number, tensors: Tensors) => {
      const moved = model.tensorOverrides.find(({ pattern }) =>
        new RegExp(pattern).test(`blk.${layer}.${name}.weight`),
      );
      putOn(name, moved?.device ?? home(layer), tensors);
    };
    add(weights, 'CPU', parts.input.held);
    for (const [at, layer] of parts.layers.entries()) {
      put('attn_q', at, layer.attention);
      put('ffn_up', at, layer.feedForward);
      put('ffn_up_exps', at, layer.experts);
      add(cache, home(at), layer.cacheElements * CACHE[model.kvType] * model.cells + layer.stateBytes * 5);
      const filled = Math.min(2000, model.contextTokens);
      add(read, home(at), layer.cacheElements * CACHE[model.kvType] * filled);
    }
    putOn('output', home(parts.layers.length), parts.output);
    for (const { name } of devices) {
      const bytes = model.predicted.bytes[name] ?? { weights: 0, cache: 0, compute: 0 };
      near(bytes.weights, weights.get(name) ?? 0, `weights on ${name}`);
      near(bytes.cache, cache.get(name) ?? 0, `cache on ${name}`);
      if ((weights.get(name) ?? 0) > 0) assert.ok(bytes.compute > 0);
      add(taken, name, bytes.weights + bytes.cache + bytes.compute);
    }
    if (roles[0] === 'embedding') continue;
    const reading = devices.reduce((total, { name, bandwidth, flops }) => {
      const own = [...work].flatMap(([key, tensors]) => (key.startsWith(`${name} `) ? [tensors] : []));
      // A token comes no sooner than it can be multiplied.
      const seconds = own.map((one) => Math.max(one.read / bandwidth, (2 * one.multiplications) / flops));
      return seconds.reduce((all, one) => all + one, total + (read.get(name) ?? 0) / bandwidth);
    }, 0);
    const starting = 0.03 * model.predicted.splits + 0.05 * Math.max(0, model.nGpuLayers - 1);
    const perSecond = 1000 / (1000 * reading + starting);
    near(model.predicted.tokensPerSecond / perSecond, 1, 'speed', 0.006);
  }
  for (const { name, kind, totalBytes, freeBytes } of devices) {
    const shared = kind === 'cpu' ? (taken.get('SHARED') ?? 0) : 0;
    const [share, least] = kind === 'cpu' ? [0.1, GIB] : kind === 'gpu' ? [0.05, GIB / 2] : [0, 0];
    const room = Math.max(0, freeBytes - Math.max(least, share * totalBytes));
    assert.ok((taken.get(name) ?? 0) + shared <= room + 1, `${name} holds more than ${room}`);
  }
}

describe('every plan', () => {
  it('has each tensor in one place, fits, is as quick as its reads, and no worse than the rules', async () => {
    const check = async (on: RatedMachine, models: Wish[]) => {
      const plan = await planned(on, models, unsolved);
      if (typeof plan === 'string') return checkAdvice(plan);
      checkSums(plan, models, on);
      assert.ok(plan.cost <= (plan.simpleCost ?? Number.POSITIVE_INFINITY));
      const gpus = on.devices.flatMap(({ kind, name }) => (kind === 'cpu' ? [] : [name]));
      assert.ok(plan.cost <= 1.000001 * costOf(await planned(without(on, ...gpus), models, unsolved)));
    };
    await fc.assert(fc.asyncProperty(machines, wishes, check), { numRuns: 60, seed: 5 });
  });

  it('is no worse with more of anything, and the same in another order', async () => {
    const check = async (on: RatedMachine, models: Wish[], at: number) => {
      const cost = costOf(await planned(on, models));
      // The solver stops so near its optimum.
      const noWorse = async (what: string, other: RatedMachine, wanted = models) => {
        const otherCost = costOf(await planned(other, wanted));
        assert.ok(otherCost <= 1.006 * cost || otherCost === cost, `${what}: ${otherCost}, before ${cost}`);
        return otherCost;
      };
      const changed = (change: (device: RatedMachine['devices'][0]) => Partial<Device>): RatedMachine => ({
        ...on,
        devices: on.devices.map((one, index) => (index === at % on.devices.length ? { ...one, ...change(one) } : one)),
      });
      const more = 2 * GIB;
      await noWorse(
        'memory',
        changed(({ totalBytes, freeBytes }) => ({ totalBytes: totalBytes + more, freeBytes: freeBytes + more })),
      );
      await noWorse(
        'rates',
        changed(({ bandwidth, flops }) => ({ bandwidth: 1.5 * bandwidth, flops: 1.5 * flops })),
      );
      await noWorse('link', { ...on, link: 2 * on.link });
      await noWorse('a GPU', {
        ...on,
        devices: [...rated({ devices: [gpu('NEW', 8, 200, 5)] }).devices, ...on.devices],
      });
      if (models.length > 1) await noWorse('a model less', on, models.slice(0, -1));
      const turned = await noWorse('order', { ...on, devices: [...on.devices].reverse() }, [...models].reverse());
      assert.ok(turned === cost || turned >= cost / 1.006);
    };
    await fc.assert(fc.asyncProperty(machines, wishes, fc.nat(5), check), { numRuns: 12, seed: 6 });
  });

  it('costs no less with twice the context', async () => {
    const check = async (on: RatedMachine, models: Wish[], context: number) => {
      const at = (tokens: number) =>
        planned(
          on,
          models.map((one) => (one.roles[0] === 'embedding' ? one : { ...one, context: tokens })),
        );
      const [once, twice] = [await at(context), await at(2 * context)];
      assert.ok(costOf(twice) >= costOf(once) / 1.006, `${costOf(once)}, ${costOf(twice)}`);
    };
    const contexts = fc.constantFrom(2048, 8192, 32_768);
    await fc.assert(fc.asyncProperty(machines, wishes, contexts, check), { numRuns: 15, seed: 7 });
  });
});

/** A model that is too large is not told to be a larger one. */
function checkAdvice(refusal: string): void {
  const needs = Number(/needs? ([\d.]+) GB/.exec(refusal)![1]);
  for (const [, most] of refusal.matchAll(/at most ([\d.]+) GB/g)) assert.ok(Number(most) <= needs, refusal);
}

describe('a plan', () => {
  const seven: Wish[] = [{ parts: MODELS['qwen2.5-coder-7b']!, roles: ['chat'] }];
  const mixture: Wish[] = [{ parts: MODELS['qwen3-30b-a3b']!, roles: ['chat'] }];

  it('reckons with no help of a GPU that has nothing of the model', async () => {
    const on = machine(gpu('GPU1', 8, 250, 10), cpu(32, 50));
    const full = machine(gpu('GPU0', 24, 900, 80, 0.2), gpu('GPU1', 8, 250, 10), cpu(32, 50));
    const [plan, same] = [await planned(on, mixture), await planned(full, mixture)];
    const [{ where, predicted }, other] = [(plan as Plan).models[0]!, (same as Plan).models[0]!];
    assert.deepEqual([other.where, other.predicted.tokensPerSecond], [where, predicted.tokensPerSecond]);
    assert.equal(other.predicted.prefillTokensPerSecond, predicted.prefillTokensPerSecond);
  });

  it('is short of memory where others fill the GPU', async () => {
    const plan = await planned(machine(gpu('GPU0', 24, 900, 80, 0.2), cpu(32, 50)), seven);
    const [{ short, why }] = (plan as Plan).models as [Plan['models'][0]];
    assert.match(why.join(), /^with the CPU: .*, as GPU0 lacks/);
    assert.ok(short);
  });

  it('lets the quicker GPU compute prompts, in whatever order they are named', async () => {
    const both = [gpu('SLOW', 4, 250, 2), gpu('QUICK', 12, 100, 10)];
    const plan = await planned(machine(...both, cpu(32, 20)), mixture);
    const [{ devices }] = (plan as Plan).models as [Plan['models'][0]];
    assert.equal(devices[0], 'QUICK');
    assert.equal(costOf(await planned(machine(...both.reverse(), cpu(32, 20)), mixture)), costOf(plan));
  });

  it('has on the GPU of unified memory what the CPU could read, but not multiply as quickly', async () => {
    const shared = device('igpu', 48, { name: 'SHARED', bandwidth: 400e9, flops: 15e12 });
    const small: Wish[] = [{ parts: MODELS['qwen2.5-coder-1.5b']!, roles: ['completion'] }];
    const plan = await planned(machine(shared, cpu(64, 400)), small);
    assert.equal((plan as Plan).models[0]!.nGpuLayers, 29);
  });

  it('leaves alone a GPU that is slower than the CPU, also where the program is not solved', async () => {
    const plan = await planned(machine(gpu('GPU0', 8, 15, 0.1), cpu(32, 80, 1)), seven, unsolved);
    assert.deepEqual((plan as Plan).models[0]!.devices, []);
  });

  it('is found where the system has little memory of its own, also where the program is not solved', async () => {
    const on = machine(gpu('GPU0', 48, 100, 80), gpu('GPU1', 2, 900, 10, 1), cpu(3, 200));
    const models: Wish[] = [
      { parts: MODELS['qwen3-30b-a3b']!, roles: ['completion'], context: 32_768 },
      { parts: MODELS['many words']!, roles: ['chat'], context: 32_768 },
    ];
    const plan = await planned(on, models, unsolved);
    assert.notEqual(typeof plan, 'string', plan as string);
    checkSums(plan as Plan, models, on);
  });

  it('that fits in no piece of the memory says which pieces there are', async () => {
    const refusal = await planned(machine(gpu('GPU0', 24, 900, 80), cpu(1, 50)), seven);
    assert.match(String(refusal), /in pieces that it does not fit into \(CPU 0\.0 GB and GPU0 22\.8 GB\): choose/);
    checkAdvice(String(refusal));
  });
});
