/** Plans that were checked by hand, in the words in which people read them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MACHINES, SHAPES } from '../../../src/cli/imagined.ts';
import { openPlansText, planText } from '../../../src/cli/planText.ts';
import type { Machine, ModelRole, PlannedModel } from '../../../src/engine/protocol/index.ts';
import { find } from '../../../src/engine/server/core/placement/find.ts';
import { loadSolver } from '../../../src/engine/server/core/placement/highs.ts';
import { Planner } from '../../../src/engine/server/core/placement/planner.ts';
import { PlanService } from '../../../src/engine/server/services/plan/service.ts';

const solve = await loadSolver();
const service = new PlanService(
  async () => [],
  new Planner(async (question) => find({ ...question, seconds: 120 }, solve)),
);

async function planned(machine: Machine, models: Partial<Record<ModelRole, string>>): Promise<string> {
  const wanted = Object.entries(models).map(
    ([role, name]): PlannedModel => ({ role: role as ModelRole, model: { shape: SHAPES[name]! } }),
  );
  const result = await service.plan({ models: wanted, machine });
  return planText({ ...result, solveMs: 0 });
}

describe('planText', () => {
  it('says of a mixture of 17 GB on a GPU of 8 GB what lies where, and why', async () => {
    assert.equal(
      await planned(MACHINES['gpu-8']!, { chat: 'qwen3-30b-a3b' }),
      `8 GB GPU, 32 GB: CUDA0 7.5 GB of 8.0 GB free, 250 GB/s; CPU 27.0 GB of 32.0 GB free, 50 GB/s
chat: qwen3-30b-a3b
  Planned   CUDA0: all 48 layers and the output without the experts of layers 0-34 (5.1 GB weights, 1.6 GB cache, 0.2 GB buffers; 57 % of what a token reads)
            CPU: the experts of layers 0-34 and the input (12.1 GB weights, 74 MB buffers; 43 % of what a token reads)
  Foretold  39.7 tokens/s written, 380 tokens/s of a long prompt read
  Why       with the CPU: the experts of layers 0-34, as CUDA0 lacks 11.9 GB for that
            the cache is kept in 8 bits, with next to no loss: 16 would take 1.4 GB more, and 48 MB are left
  Context   32,768 tokens, kept as q8_0
Left: CPU 11.6 GB, CUDA0 0.0 GB, beside what is kept for other programs
Cost: 39.3 ms a token, roles by their weight; a shorter context and a coarser cache count as slower
      found by the solver in 0 ms; the last layers on GPUs first, as llama.cpp does, would cost 45.3
Speeds are estimates from the rates above, with 2,000 tokens in the cache; no model was loaded.
`,
    );
  });

  it('says of a model of 18 GB over GPUs of 12 and 8 GB what lies where, and why', async () => {
    assert.equal(
      await planned(MACHINES['gpus-12-8']!, { chat: 'qwen2.5-coder-32b' }),
      `12 GB and 8 GB GPU, 32 GB: CUDA0 11.5 GB of 12.0 GB free, 300 GB/s; CUDA1 7.5 GB of 8.0 GB free, 200 GB/s; CPU 27.0 GB of 32.0 GB free, 50 GB/s
chat: qwen2.5-coder-32b
  Planned   CUDA0: layers 4-40 without the feed-forward parts of layer 4 (9.9 GB weights, 0.7 GB cache, 0.3 GB buffers; 55 % of what a token reads)
            CUDA1: layers 41-63 and the output without the feed-forward parts of layers 41-42 (6.3 GB weights, 0.4 GB cache, 0.3 GB buffers; 35 % of what a token reads)
            CPU: layers 0-3, the feed-forward parts of layers 4, 41-42 and the input (2.3 GB weights, 72 MB cache, 64 MB buffers; 10 % of what a token reads)
  Foretold  8.89 tokens/s written, 223 tokens/s of a long prompt read
  Why       with the CPU: layers 0-3 and the feed-forward parts of layers 4, 41-42, as CUDA0 and CUDA1 lack 1.9 GB for that
            the context is of 16,384 tokens: 32,768 would take 1.1 GB more, and 19 MB are left
            the cache is kept in 4 bits, with some loss of quality: 16 would take 2.9 GB more, and 19 MB are left
  Context   16,384 tokens, kept as q4_0
Left: CPU 21.4 GB, CUDA0 0.0 GB, CUDA1 0.0 GB, beside what is kept for other programs
Cost: 147.7 ms a token, roles by their weight; a shorter context and a coarser cache count as slower
      found by the solver in 0 ms; the last layers on GPUs first, as llama.cpp does, would cost 191.5
Speeds are estimates from the rates above, with 2,000 tokens in the cache; no model was loaded.
`,
    );
  });

  it('says of three roles on a laptop of 16 GB what lies where, and why', async () => {
    assert.equal(
      await planned(MACHINES['laptop-16']!, {
        completion: 'qwen2.5-coder-1.5b',
        chat: 'qwen2.5-coder-7b',
        embedding: 'nomic-embed',
      }),
      `laptop, 16 GB, integrated GPU: Vulkan0 8.0 GB of 8.0 GB free, 55 GB/s; CPU 12.0 GB of 16.0 GB free, 55 GB/s
completion: qwen2.5-coder-1.5b
  Planned   Vulkan0: all 28 layers and the output (0.9 GB weights, 0.2 GB cache, 0.1 GB buffers; 100 % of what a token reads)
            CPU: the input (0.1 GB weights, 57 MB buffers)
  Foretold  52.6 tokens/s written, 572 tokens/s of a long prompt read
  Why       the cache is kept in 8 bits, with next to no loss: 16 would take 0.2 GB more, and be slower
  Context   16,384 tokens, kept as q8_0
chat: qwen2.5-coder-7b
  Planned   Vulkan0: all 28 layers and the output (4.0 GB weights, 0.9 GB cache, 0.2 GB buffers; 100 % of what a token reads)
            CPU: the input (0.3 GB weights, 77 MB buffers)
  Foretold  12.4 tokens/s written, 115 tokens/s of a long prompt read
  Why       the cache is kept in 8 bits, with next to no loss: 16 would take 0.8 GB more, and be slower
  Context   32,768 tokens, kept as q8_0
embedding: nomic-embed
  Planned   Vulkan0: all 12 layers and the output (0.1 GB weights, 36 MB cache, 32 MB buffers; 100 % of what a token reads)
            CPU: the input (24 MB weights, 10 MB buffers)
  Foretold  6,620 tokens/s of a long prompt read
  Context   1,024 tokens, kept as f16
Left: CPU 3.3 GB, Vulkan0 1.5 GB, beside what is kept for other programs
Cost: 405.6 ms a token, roles by their weight; a shorter context and a coarser cache count as slower
      found by the solver in 0 ms; the last layers on GPUs first, as llama.cpp does, would cost 416.7
Speeds are estimates from the rates above, with 2,000 tokens in the cache; no model was loaded.
`,
    );
  });

  it('says of two models on a GPU of 8 GB what lies where, and why', async () => {
    assert.equal(
      await planned(MACHINES['gpu-8']!, { completion: 'qwen2.5-coder-1.5b', chat: 'qwen3-30b-a3b' }),
      `8 GB GPU, 32 GB: CUDA0 7.5 GB of 8.0 GB free, 250 GB/s; CPU 27.0 GB of 32.0 GB free, 50 GB/s
completion: qwen2.5-coder-1.5b
  Planned   CUDA0: all 28 layers and the output (0.9 GB weights, 0.4 GB cache, 0.1 GB buffers; 100 % of what a token reads)
            CPU: the input (0.1 GB weights, 57 MB buffers)
  Foretold  184 tokens/s written, 3,820 tokens/s of a long prompt read
  Context   16,384 tokens, kept as f16
chat: qwen3-30b-a3b
  Planned   CUDA0: layers 2-47 and the output without the experts of layers 2-38 (3.7 GB weights, 1.5 GB cache, 0.2 GB buffers; 50 % of what a token reads)
            CPU: layers 0-1, the experts of layers 2-38 and the input (13.5 GB weights, 68 MB cache, 74 MB buffers; 50 % of what a token reads)
  Foretold  36.9 tokens/s written, 348 tokens/s of a long prompt read
  Why       with the CPU: layers 0-1 and the experts of layers 2-38, as CUDA0 lacks 13.3 GB for that
            the cache is kept in 8 bits, with next to no loss: 16 would take 1.4 GB more, and 41 MB are left
  Context   32,768 tokens, kept as q8_0
Left: CPU 10.0 GB, CUDA0 0.0 GB, beside what is kept for other programs
Cost: 110.0 ms a token, roles by their weight; a shorter context and a coarser cache count as slower
      found by the solver in 0 ms; the last layers on GPUs first, as llama.cpp does, would cost 115.6
Speeds are estimates from the rates above, with 2,000 tokens in the cache; no model was loaded.
`,
    );
  });

  it('says of the models that are open by a plan how they lie', async () => {
    const shape = SHAPES['qwen2.5-coder-1.5b']!;
    const models: PlannedModel[] = [{ role: 'completion', model: { shape } }];
    const { plan } = await service.plan({ models, machine: MACHINES['gpu-24']! });
    const status = { models: [{ plan: null }, { plan: plan.models[0]! }], embedders: [] };
    assert.match(
      openPlansText(status),
      /^completion: qwen2\.5-coder-1\.5b\n {2}Planned +CUDA0: all 28 layers and the output \(.*\n +CPU: the input/,
    );
    assert.equal(openPlansText({ models: [{ plan: null }], embedders: [] }), '');
  });

  it('says of what fits nowhere what would', async () => {
    await assert.rejects(
      planned(MACHINES['laptop-16']!, { completion: 'qwen2.5-coder-7b', chat: 'qwen2.5-coder-32b' }),
      {
        message:
          'The models for completion and chat need 23.9 GB of memory, 10.4 GB are free behind a reserve: choose a model of at most 5.0 GB for chat, or none for chat, or close other programs.',
      },
    );
  });
});
