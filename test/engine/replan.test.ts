/**
 * A model that comes when another has the GPU, with real models on the devices of a software driver: the plan for both is
 * made with little of their memory, and both are really opened by it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { Device, ModelSpec } from '../../src/engine/protocol/index.ts';
import { chosenDevices, listDevices } from '../../src/engine/server/core/llama/devices.ts';
import { loadNative, type NativeLibrary } from '../../src/engine/server/core/llama/library.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import type { ModelOpener } from '../../src/engine/server/core/modelHandle.ts';
import { Models } from '../../src/engine/server/core/models.ts';
import { find } from '../../src/engine/server/core/placement/find.ts';
import { loadSolver } from '../../src/engine/server/core/placement/highs.ts';
import { MeasuredRates } from '../../src/engine/server/core/placement/measuredRates.ts';
import { Placing } from '../../src/engine/server/core/placement/placing.ts';
import { Planner } from '../../src/engine/server/core/placement/planner.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { GPUS, useSoftwareGpus, WITHOUT_GPUS } from '../helpers/softwareGpus.ts';

const MIB = 2 ** 20;
const solve = await loadSolver();
/** The clock of a busy machine is no part of what is tested. */
const planner = new Planner(async (question) => find({ ...question, seconds: 60 }, solve));
/** Up to here a GPU multiplies vectors; its shaders for matrices take a minute to compile in software. */
const BATCH = 8;
/** Keys of a layer take 4 GiB then. */
const TOO_MANY_CELLS = 2 ** 25;
/** Half a gigabyte is left to others. */
const GPU_BYTES = (512 + 64) * MIB;
/** It is mostly their caches that take memory. */
const CONTEXT = 16_384;

describe('a second model on a GPU that the first fills', { skip: WITHOUT_GPUS }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-replan-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  if (!WITHOUT_GPUS) useSoftwareGpus();
  const model = (name: string, layers: number, seed: number) =>
    makeQwenShape(path.join(folder, name), { ...TINY_QWEN, layers, context: CONTEXT, seed });

  test('gets its place, the first is opened anew with less, and writes what it wrote', async () => {
    const { models, log } = start(await loadNative({ gpu: 'vulkan', log: () => {} }));
    const window = {};
    const { id } = await models.open({ path: model('chat.gguf', 24, 2), contextTokens: CONTEXT, role: 'chat' }, window);
    const before = onGpu(models, id);
    const text = await generated(models, id);
    assert(before > 30 * MIB, `${before}`);
    const completion: ModelSpec = { path: model('completion.gguf', 16, 3), contextTokens: CONTEXT };

    // In use it stays where it is, and what comes takes what is left.
    const end = Promise.withResolvers<void>();
    const use = models.uses.during(id, () => end.promise);
    const other = await models.open(completion, window);
    const beside = onGpu(models, other.id);
    assert.equal(onGpu(models, id), before);
    assert(models.get(other.id).handle.plan!.short);
    models.release(window, other.id);
    end.resolve();
    await use;
    assert(models.unloadUnheld());

    await models.open(completion, window);
    const [moved, own] = [onGpu(models, id), onGpu(models, other.id)];
    assert(own > beside && moved < before, `${own}, ${beside}, ${moved}, ${before}; ${log.join('\n')}`);
    assert(moved + own <= GPU_BYTES - 512 * MIB + 2 * MIB);
    assert.equal(models.get(id).handle.plan!.why[0], 'moved to make room for completion.gguf');
    assert.match(log.join('\n'), /is opened anew, to make room for completion\.gguf: /);
    assert.equal(await generated(models, id), text);
    assert.notEqual(await generated(models, other.id), '');
    models.dispose();
  });

  test('and one that the driver has no room for is planned anew', async () => {
    const { models, log } = start(await loadNative({ gpu: 'vulkan', log: () => {} }), { tooMuch: 1 });
    const { id } = await models.open({ path: model('late.gguf', 4, 4), contextTokens: CONTEXT }, {});
    assert.match(log.join('\n'), /late\.gguf did not fit where it was to lie, and is planned anew/);
    assert.notEqual(await generated(models, id), '');
    models.dispose();
  });
});

const SLOW = { bandwidth: 1e8, flops: 1e10 };
const QUICK = { bandwidth: 1e12, flops: 1e13 };

/** As if the GPU were one: plans are made for what would be worth it. */
class Steady extends MeasuredRates {
  override of<D extends Device>(devices: readonly D[]): D[] {
    return devices.map((one) => ({ ...one, ...(one.kind === 'cpu' ? SLOW : QUICK) }));
  }
}

function start(native: NativeLibrary, { tooMuch = 0 } = {}) {
  const log: string[] = [];
  const say = (_: unknown, message: string) => void log.push(message);
  const look = () => {
    const devices = listDevices(native.functions).map(({ pointer: _, ...device }) =>
      device.kind === 'gpu'
        ? { ...device, freeBytes: GPU_BYTES - takenOn(device.name), totalBytes: GPU_BYTES }
        : device,
    );
    return { devices, chosen: chosenDevices(devices, GPUS[0]) };
  };
  const takenOn = (name: string) =>
    models
      .list()
      .flatMap(({ handle }) => handle.memoryUse())
      .filter(({ device }) => device === name)
      .reduce((sum, { weights, cache, compute }) => sum + weights + cache + compute, 0);
  const opener: ModelOpener = async (spec, { plan: given, shortages = 0 }) => {
    const found = given ?? (await placing.place({ spec, shortages, look }));
    // More than any driver takes in one piece.
    const plan = found && shortages < tooMuch ? { ...found, cells: TOO_MANY_CELLS } : found;
    const handle = await openModel(native, { ...spec, plan });
    const createBackend = handle.createBackend.bind(handle);
    handle.createBackend = (options) => createBackend({ ...options, batchTokens: BATCH });
    return handle;
  };
  const models = new Models(opener, { policy: 'preemptive', speculate: false, ramBytes: 0, log: say });
  const placing = new Placing({ planner, open: models, rates: new Steady(), log: say });
  models.listen(placing);
  return { models, log };
}

function onGpu(models: Models, id: string): number {
  const use = models
    .get(id)
    .handle.memoryUse()
    .find(({ device }) => device === GPUS[0]);
  return use ? use.weights + use.cache + use.compute : 0;
}

async function generated(models: Models, id: string): Promise<string> {
  const model = models.get(id);
  const prompt = [...model.handle.tokenizer.encode('const a = 1;\n')];
  const input = {
    workspace: 'w',
    class: 'chat' as const,
    maxTokens: 8,
    prompt,
    sampler: model.backend.createSampler({}),
  };
  const { text } = await models.run(model, input, new AbortController().signal, { onText: () => undefined });
  return text;
}
