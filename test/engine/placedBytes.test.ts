/** What a plan says of memory, held against what libllama sets aside on the devices when it is given that plan. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { ModelPlan } from '../../src/engine/protocol/index.ts';
import { KV_TYPES } from '../../src/engine/server/core/llama/cacheType.ts';
import { contextParams, flashAttentionFor } from '../../src/engine/server/core/llama/contextParams.ts';
import { loadNative, type NativeLibrary } from '../../src/engine/server/core/llama/library.ts';
import { placedParams } from '../../src/engine/server/core/llama/placement.ts';
import { readModelParts } from '../../src/engine/server/core/placement/fromHeader.ts';
import { placedModel } from '../../src/engine/server/core/placement/layout.ts';
import { Planner } from '../../src/engine/server/core/placement/planner.ts';
import { rated } from '../../src/engine/server/core/placement/rates.ts';
import { type HollowShape, makeHollowModel, QWEN3_8B, QWEN3_A3B } from '../helpers/hollowModel.ts';
import { memoryBreakdown } from '../helpers/memoryBreakdown.ts';
import { GPUS, useSoftwareGpus, WITHOUT_GPUS } from '../helpers/softwareGpus.ts';

const GIGABYTE = 2 ** 30;
const TOLERANCE = 0.05;

/** The software driver takes no tensor above 128 MiB: fewer words, and fewer experts, than the real ones have. */
const DENSE: HollowShape = { ...QWEN3_8B, vocabulary: 32_000 };
const MIXTURE: HollowShape = { ...QWEN3_A3B, vocabulary: 32_000, experts: { count: 64, used: 8, feedForward: 768 } };

const CASES: [string, HollowShape, gigabytes: number[]][] = [
  ['a dense model on one GPU', DENSE, [24]],
  ['over two GPUs', DENSE, [4.5, 5]],
  ['over two GPUs and a layer on the CPU', DENSE, [4, 4]],
  ['over two GPUs and the CPU', DENSE, [3, 3.5]],
  ['with some of it on the CPU', DENSE, [3]],
  ['a mixture on a GPU that is too small', MIXTURE, [6]],
  ['a mixture over two GPUs and the CPU', MIXTURE, [3, 4]],
  ['a mixture on the CPU', MIXTURE, []],
];

describe('the memory that a plan foretells', { skip: WITHOUT_GPUS }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-placed-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  if (!WITHOUT_GPUS) useSoftwareGpus();

  for (const [name, shape, gigabytes] of CASES) {
    test(`is what is taken: ${name}`, async (context) => {
      const native = await loadNative({ gpu: 'vulkan', log: () => {} });
      const file = makeHollowModel(path.join(folder, 'model.gguf'), shape);
      const machine = rated({
        devices: [
          ...gigabytes.map((free, index) => ({ ...memory(free), name: GPUS[index]!, kind: 'gpu' as const })),
          { ...memory(64), name: 'CPU', kind: 'cpu' as const },
        ],
      });
      const models = [placedModel(await readModelParts(file), ['completion'])];
      const { models: plans } = await new Planner().plan({ models, machine });
      const plan = plans[0]!;
      const taken = reserve(native, file, plan);
      const foretold = plan.predicted.bytes;
      for (const { device, weights, cache, compute } of taken) {
        const sum = foretold[device]!.weights + foretold[device]!.cache + foretold[device]!.compute;
        const real = weights + cache + compute;
        const miss = sum / real - 1;
        context.diagnostic(`${device}: ${(real / 2 ** 20).toFixed(0)} MiB, foretold ${(100 * miss).toFixed(1)} %`);
        assert(Math.abs(miss) <= TOLERANCE, `${device} by ${(100 * miss).toFixed(1)} %`);
      }
      assert.deepEqual(Object.keys(foretold).sort(), taken.map(({ device }) => device).sort());
    });
  }
});

const memory = (gigabytes: number) => ({ totalBytes: gigabytes * GIGABYTE, freeBytes: gigabytes * GIGABYTE });

/** All that libllama does with such a plan but for the allocation (`no_alloc`), in an engine's context. */
function reserve(native: NativeLibrary, file: string, plan: ModelPlan) {
  const { functions, devices } = native;
  const { params, free } = placedParams(functions, devices, plan);
  const model = functions.llama_model_load_from_file(file, {
    ...functions.llama_model_default_params(),
    ...params,
    no_alloc: true,
    load_mode: 0, // LLAMA_LOAD_MODE_NONE
    use_extra_bufts: false, // of what a CPU lays out anew (AMX) nothing is counted without allocation
  });
  free();
  assert(model !== null);
  const shape = {
    cells: plan.cells,
    batchTokens: 512,
    sequences: 65,
    rows: 256,
    threads: 1,
    cacheType: KV_TYPES[plan.kvType],
    offloadKv: true,
    flashAttention: flashAttentionFor(plan, functions.llama_model_n_layer(model)),
  };
  const context = functions.llama_init_from_model(model, contextParams(functions, shape));
  assert(context !== null);
  const taken = memoryBreakdown(native, context);
  functions.llama_free(context);
  functions.llama_model_free(model);
  return taken.filter(({ weights, cache, compute }) => weights + cache + compute > 0);
}
