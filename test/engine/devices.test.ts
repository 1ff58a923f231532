/**
 * Models on several devices: two GPUs that a software driver stands for, and the CPU. What a model says must not depend on
 * where it lies. Times mean nothing here.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { Buffers } from '../../src/engine/server/core/llama/bufferLog.ts';
import { listDevices } from '../../src/engine/server/core/llama/devices.ts';
import { loadNative, type NativeLibrary } from '../../src/engine/server/core/llama/library.ts';
import { type LlamaModel, openModel } from '../../src/engine/server/core/llama/model.ts';
import { type Placement, placedParams } from '../../src/engine/server/core/llama/placement.ts';
import { BUNDLED_MODEL } from '../helpers/gguf.ts';
import { memoryBreakdown } from '../helpers/memoryBreakdown.ts';
import { makeTinyMixture } from '../helpers/randomModel.ts';
import { GPUS, useSoftwareGpus, WITHOUT_GPUS } from '../helpers/softwareGpus.ts';

const CELLS = 1024;
/** Up to here a GPU multiplies vectors; its shaders for matrices take a minute to compile in software. */
const BATCH = 8;
const TOKENS = 28;
/** Tokens that are decoded one by one behind the prompt. */
const STEPS = 3;
const PAGE = 16;
/** Of the bundled model. */
const VOCABULARY = 8192;
const PROMPT =
  'export function mean(values: number[]): number {\n  let sum = 0;\n  for (const value of values) sum += ';
/**
 * Of the widest logit. The CPU rounds what a matrix of 8 bits is multiplied with to 8 bits, a GPU to 16: measured 0.010 on
 * the bundled model, and as much between two variants of the CPU's own code.
 */
const AGAINST_CPU = 0.03;
/** Layers on another device compute the very same. Where matrices are cut, sums are added up in another order. */
const AGAINST_ONE_GPU = { layer: 1e-5, cut: 0.02 };
/** Libllama's log tells sizes to 0.01 MiB. */
const LOGGED = 0.01 * 2 ** 20;

const ON_CPU: Placement = {
  devices: [],
  nGpuLayers: 0,
  splitMode: 'layer',
  tensorSplit: [],
  mainGpu: 0,
  tensorOverrides: [],
  kvType: 'f16',
};
const ON_BOTH: Placement = { ...ON_CPU, devices: GPUS, nGpuLayers: -1 };
const FEED_FORWARD = { pattern: '^blk\\.\\d+\\.ffn_(up|down|gate)\\.', device: 'CPU' };

interface Said {
  logits: Float32Array[];
  /** The same tokens behind a page that was saved and restored. */
  afterRestore: Float32Array;
  model: LlamaModel;
}

describe('a model on several devices', { skip: WITHOUT_GPUS }, () => {
  let native: NativeLibrary;
  let onCpu: Said;
  let onOne: Said;
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-devices-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('two devices are there, beside the CPU', async () => {
    useSoftwareGpus();
    native = await loadNative({ gpu: 'vulkan', log: () => {} });
    assert.equal(native.gpu, 'vulkan');
    const devices = listDevices(native.functions);
    assert.deepEqual(
      devices.map(({ name, kind }) => [name, kind]),
      [
        [GPUS[0], 'gpu'],
        [GPUS[1], 'gpu'],
        ['CPU', 'cpu'],
      ],
    );
    for (const { description, freeBytes, totalBytes } of devices) {
      assert(description.length > 0 && totalBytes > 2 ** 28 && freeBytes <= totalBytes);
    }
  });

  test('the CPU alone, in a build for GPUs', async () => {
    onCpu = await say(ON_CPU);
    assert.equal(onCpu.model.info.device, 'cpu');
    assert.deepEqual(devicesOf(onCpu), ['CPU']);
    assert.equal(onCpu.model.splits, 1);
  });

  test('one of them', async () => {
    onOne = await say({ ...ON_BOTH, devices: [GPUS[0]] });
    assert.equal(onOne.model.info.device, 'vulkan');
    assert.deepEqual(devicesOf(onOne), ['CPU', GPUS[0]]);
    sameAs(onCpu, onOne, AGAINST_CPU);
  });

  test('one by its number', async () => {
    const second = await say({ ...ON_BOTH, splitMode: 'none', mainGpu: 1 });
    assert.deepEqual(devicesOf(second), ['CPU', GPUS[1]]);
    sameAs(onOne, second, AGAINST_ONE_GPU.layer);
  });

  test('layers on both, one behind the other', async () => {
    const cut = await say({ ...ON_BOTH, tensorSplit: [2, 1] });
    const [first, second] = GPUS.map((gpu) => useOf(cut, gpu));
    assert(first!.cache > 2 * second!.cache && second!.cache > 0);
    near(first!.cache + second!.cache, useOf(onOne, GPUS[0]).cache);
    // Input, first and second device.
    assert.equal(cut.model.splits, 3);
    sameAs(onCpu, cut, AGAINST_CPU);
    sameAs(onOne, cut, AGAINST_ONE_GPU.layer);
  });

  test('the last layers on one, the first on the CPU', async () => {
    const part = await say({ ...ON_BOTH, devices: [GPUS[1]], nGpuLayers: 3 });
    assert(useOf(part, GPUS[1]).cache > 0 && useOf(part, 'CPU').cache > 0);
    sameAs(onCpu, part, AGAINST_CPU);
  });

  test('each matrix cut among both', async () => {
    const cut = await say({ ...ON_BOTH, splitMode: 'tensor' });
    const [whole, share] = [useOf(onOne, GPUS[0]), useOf(cut, GPUS[1])];
    assert(share.cache < 0.6 * whole.cache && share.weights < 0.8 * whole.weights);
    sameAs(onCpu, cut, AGAINST_CPU);
    sameAs(onOne, cut, AGAINST_ONE_GPU.cut);
  });

  test('rows of a matrix on each, which this driver cannot, are refused in words', async () => {
    await assert.rejects(say({ ...ON_BOTH, splitMode: 'row' }), {
      kind: 'nativeUnavailable',
      message: /Vulkan0 cannot hold some rows of a matrix only/,
    });
  });

  test('attention on both, the feed-forward part on the CPU', async () => {
    const cut = await say({ ...ON_BOTH, tensorOverrides: [FEED_FORWARD] });
    assert(useOf(cut, 'CPU').weights > useOf(onOne, 'CPU').weights);
    assert(cut.model.splits! > 3);
    assert(GPUS.every((gpu) => useOf(cut, gpu).cache > 0));
    sameAs(onCpu, cut, AGAINST_CPU);
  });

  test('keys and values on the CPU, layers on both', async () => {
    const cut = await say({ ...ON_BOTH, offloadKv: false });
    near(useOf(cut, 'CPU').cache, useOf(onOne, GPUS[0]).cache);
    assert(GPUS.every((gpu) => useOf(cut, gpu).cache === 0 && useOf(cut, gpu).weights > 0));
    sameAs(onCpu, cut, AGAINST_CPU);
  });

  test('keys and values in 8 bits', async () => {
    const small = await say({ ...ON_BOTH, devices: [GPUS[0]], kvType: 'q8_0' });
    // 34 bytes in place of 64.
    near(useOf(small, GPUS[0]).cache, (useOf(onOne, GPUS[0]).cache * 34) / 64);
    sameAs(onCpu, small, 2 * AGAINST_CPU);
  });

  test('a mixture, its experts and what chooses among them on the CPU', async () => {
    const file = makeTinyMixture(path.join(folder, 'mixture.gguf'));
    const whole = await say(ON_CPU, file);
    // What chooses would be computed by a GPU as well, with shaders that take half a minute to compile.
    const pattern = '\\.ffn_(gate_inp|(up|down|gate)_exps)\\.';
    const cut = await say({ ...ON_BOTH, tensorOverrides: [{ pattern, device: 'CPU' }] }, file);
    assert(useOf(cut, 'CPU').weights > 0.7 * useOf(whole, 'CPU').weights);
    assert(GPUS.every((gpu) => useOf(cut, gpu).cache > 0));
    sameAs(whole, cut, AGAINST_CPU);
  });

  test("the log's sizes are those that the library adds up", async () => {
    const { functions } = native;
    const { params, free } = placedParams(functions, native.devices, { ...ON_BOTH, tensorOverrides: [FEED_FORWARD] });
    const made = Promise.withResolvers<Buffers>();
    const end = native.buffers.begin(made.resolve);
    const model = functions.llama_model_load_from_file(BUNDLED_MODEL, {
      ...functions.llama_model_default_params(),
      ...params,
    });
    assert(model !== null);
    const defaults = functions.llama_context_default_params();
    const context = functions.llama_init_from_model(model, { ...defaults, n_ctx: CELLS, kv_unified: true });
    assert(context !== null);
    end();
    free();
    const expected = memoryBreakdown(native, context);
    const { use } = await made.promise;
    functions.llama_free(context);
    functions.llama_model_free(model);
    assert.deepEqual(use.map(({ device }) => device).sort(), expected.map(({ device }) => device).sort());
    for (const { device, weights, cache, compute } of expected) {
      const heard = use.find((each) => each.device === device)!;
      near(heard.weights, weights);
      near(heard.cache, cache);
      // What is handed out is not in the sum.
      const logits = device === 'CPU' ? 4 * VOCABULARY : 0;
      near(heard.compute, compute + logits);
    }
  });

  async function say(placement: Placement, file = BUNDLED_MODEL): Promise<Said> {
    const model = await openModel(native, { path: file, contextTokens: CELLS, placement });
    const backend = model.createBackend({ cells: CELLS, sequences: 3, batchTokens: BATCH });
    try {
      const tokens = [...model.tokenizer.encode(PROMPT)].slice(0, TOKENS);
      assert.equal(tokens.length, TOKENS);
      const batch = backend.createBatch();
      const prompt = tokens.slice(0, -STEPS);
      const logits: Float32Array[] = [];
      for (const [position, token] of prompt.entries()) {
        const row = batch.add(token, position, [0], true);
        if (batch.length < BATCH && position < prompt.length - 1) continue;
        assert.equal(backend.decode(batch), 'ok');
        logits.push(backend.logits(row));
        batch.clear();
      }
      // Another sequence gets the first page from its bytes, and the rest from the cells that are there.
      assert(backend.restorePage(1, backend.savePage(0, 0, PAGE)));
      backend.copyRange(0, 1, PAGE, prompt.length);
      for (let step = 0; step < STEPS; step++) {
        const position = prompt.length + step;
        batch.add(tokens[position]!, position, [0], true);
        assert.equal(backend.decode(batch), 'ok');
        logits.push(backend.logits(0));
        batch.clear();
      }
      batch.add(tokens[prompt.length]!, prompt.length, [1], true);
      assert.equal(backend.decode(batch), 'ok');
      const afterRestore = backend.logits(0);
      const deadline = performance.now() + 10_000;
      while (model.splits === undefined && performance.now() < deadline) await new Promise(setImmediate);
      return { logits, afterRestore, model };
    } finally {
      model.dispose();
    }
  }

  function useOf({ model }: Said, device: string) {
    const use = model.memoryUse().find((each) => each.device === device);
    return use ?? { device, weights: 0, cache: 0, compute: 0 };
  }

  function devicesOf({ model }: Said): string[] {
    return model.memoryUse().map(({ device }) => device);
  }
});

/** All logits within `tolerance` times the widest of them; and the restored page leads to what the computed one did. */
function sameAs(expected: Said, actual: Said, tolerance: number): void {
  const widest = Math.max(...expected.logits.map((row) => row.reduce((most, x) => Math.max(most, Math.abs(x)), 0)));
  for (const [row, logits] of actual.logits.entries()) {
    const apart = difference(logits, expected.logits[row]!) / widest;
    assert(apart <= tolerance, `row ${row} is ${apart.toFixed(5)} apart, more than ${tolerance}`);
  }
  // Its cells are others, so that sums are added up in another order.
  assert(difference(actual.afterRestore, actual.logits.at(-STEPS)!) / widest <= AGAINST_CPU);
}

function near(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) <= 2 * LOGGED, `${actual} bytes in place of ${expected}`);
}

function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, x, index) => Math.max(most, Math.abs(x - b[index]!)), 0);
}
