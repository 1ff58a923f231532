import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadNative } from '../../../../../../src/engine/server/core/llama/library.ts';
import { bufferNeeds } from '../../../../../../src/engine/server/core/placement/buffers.ts';
import { readModelParts } from '../../../../../../src/engine/server/core/placement/fromHeader.ts';
import { type HollowShape, makeHollowModel, QWEN3_8B, QWEN3_A3B } from '../../../../../helpers/hollowModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-buffers-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MIB = 2 ** 20;
const F16 = 1;
/** `LLAMA_LOAD_MODE_NONE`. */
const READ = 0;

const lines: string[] = [];
const { functions } = await loadNative({ gpu: 'off', log: (_, message) => lines.push(message) });

/** What libllama reserves for a model whose weights it never reads. */
async function reserved(file: string, cells: number): Promise<{ compute: number; logits: number }> {
  lines.length = 0;
  const model = functions.llama_model_load_from_file(file, {
    ...functions.llama_model_default_params(),
    no_alloc: true,
    load_mode: READ,
  });
  assert.ok(model !== null);
  const context = functions.llama_init_from_model(model, {
    ...functions.llama_context_default_params(),
    n_ctx: cells,
    n_batch: 512,
    n_ubatch: 512,
    n_seq_max: 65,
    n_outputs_max: 256,
    flash_attn_type: 1,
    type_k: F16,
    type_v: F16,
    kv_unified: true,
  });
  assert.ok(context !== null);
  const sizes = (): number[] =>
    ['compute', 'output'].map((kind) => {
      const found = lines.flatMap(
        (line) => new RegExp(`CPU +${kind} buffer size = +([\\d.]+) MiB`).exec(line)?.[1] ?? [],
      );
      return Number(found.at(-1)) * MIB;
    });
  // The log comes through a queue.
  while (sizes().some(Number.isNaN)) await sleep(5);
  const [compute, logits] = sizes();
  functions.llama_free(context);
  functions.llama_model_free(model);
  return { compute: compute!, logits: logits! };
}

const cases: [string, HollowShape, number][] = [
  // The logits are the widest step...
  ['8B', QWEN3_8B, 8192],
  ['30B-A3B', QWEN3_A3B, 32_768],
  // ...or, with few words, a layer is.
  ['8B of few words', { ...QWEN3_8B, vocabulary: 4096 }, 8192],
  ['8B of few words, long', { ...QWEN3_8B, vocabulary: 4096 }, 32_768],
  ['30B-A3B of few words', { ...QWEN3_A3B, vocabulary: 4096 }, 8192],
];

describe('bufferNeeds', () => {
  for (const [name, shape, cells] of cases) {
    it(`is what libllama reserves for ${name} and ${cells} cells`, async () => {
      const file = makeHollowModel(path.join(folder, 'model.gguf'), shape);
      const needs = bufferNeeds(await readModelParts(file));
      const real = await reserved(file, cells);
      const compute = Math.max(needs.layers + needs.perCell * cells, needs.output);
      const miss = compute / real.compute - 1;
      // How tensors that do not live at once fit beside each other is the allocator's luck.
      assert.ok(Math.abs(miss) < 0.15, `${(compute / MIB).toFixed(1)} MiB, really ${(real.compute / MIB).toFixed(1)}`);
      assert.ok(Math.abs(needs.logits / real.logits - 1) < 0.05);
    });
  }
});
