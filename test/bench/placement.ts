/**
 * Tokens a second that plans foretell, beside those that are measured: a random mixture of experts on the CPU and a GPU, or
 * on what stands for one. The rates of both devices are taken from the model lying wholly on each; the plans that mix
 * them are foretold from these.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModelPlan } from '../../src/engine/protocol/index.ts';
import { offloadable } from '../../src/engine/server/core/llama/devices.ts';
import type { NativeLibrary } from '../../src/engine/server/core/llama/library.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import { evaluate } from '../../src/engine/server/core/placement/evaluate.ts';
import { readModelParts } from '../../src/engine/server/core/placement/fromHeader.ts';
import { type Layout, placedModel } from '../../src/engine/server/core/placement/layout.ts';
import { modelPlan } from '../../src/engine/server/core/placement/modelPlan.ts';
import { poolsOf } from '../../src/engine/server/core/placement/pools.ts';
import { rated } from '../../src/engine/server/core/placement/rates.ts';
import { makeTinyMixture } from '../helpers/randomModel.ts';
import { nativeLibrary } from './native.ts';
import type { BenchOptions } from './options.ts';
import { median, type Row } from './report.ts';

const MIXTURE = { layers: 4, width: 512, feedForward: 512, experts: 32, used: 4 };
const CONTEXT = 512;
const TOKENS = 16;
const WARM = 3;
const PLENTY = { freeBytes: 2 ** 40, totalBytes: 2 ** 40 };

export async function benchPlacement({ gpu }: BenchOptions): Promise<Row[]> {
  const native = await nativeLibrary(gpu);
  const [first] = offloadable(native.devices);
  if (!first) return [];
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-bench-'));
  try {
    const file = makeTinyMixture(path.join(folder, 'mixture.gguf'), MIXTURE);
    const model = placedModel(await readModelParts(file), ['completion'], CONTEXT);
    const all = MIXTURE.layers + 1;
    const layout = (layers: number, experts: number): Layout => ({
      model,
      context: CONTEXT,
      kvType: 'f16',
      layers: [layers],
      spilled: { feedForward: [0], experts: [experts] },
    });
    const planned = (given: Layout, rates: { cpu: number; gpu: number }): ModelPlan => {
      const machine = rated({
        devices: [
          { ...PLENTY, name: first.name, kind: 'gpu', bandwidth: rates.gpu },
          { ...PLENTY, name: 'CPU', kind: 'cpu', bandwidth: rates.cpu },
        ],
      });
      const pools = poolsOf(machine);
      const { models, left } = evaluate([given], pools, machine);
      return modelPlan(given, models[0]!, pools, left);
    };
    // Bytes a second by which each device alone takes as long as it took.
    const rates = { cpu: 1e9, gpu: 1e9 };
    const rows: Row[] = [];
    for (const [name, given, calibrates] of [
      ['all on the CPU', layout(0, 0), 'cpu'],
      ['all on the GPU', layout(all, 0), 'gpu'],
      ['experts on the CPU', layout(all, MIXTURE.layers), undefined],
      ['half of the layers on the CPU', layout(all - MIXTURE.layers / 2, 0), undefined],
      ['half of the experts on the CPU', layout(all, MIXTURE.layers / 2), undefined],
    ] as const) {
      const measured = await tokensPerSecond(native, file, planned(given, rates));
      if (calibrates) rates[calibrates] *= measured / planned(given, rates).predicted.tokensPerSecond;
      const foretold = planned(given, rates).predicted.tokensPerSecond;
      const note = calibrates ? 'its rate is taken from this' : `${foretold} foretold`;
      rows.push({ group: 'placement', name, value: measured, unit: 'tokens/s', note });
      if (!calibrates)
        rows.push({
          group: 'placement',
          name: `${name}: foretold over measured`,
          value: foretold / measured,
          unit: 'x',
        });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function tokensPerSecond(native: NativeLibrary, file: string, placement: ModelPlan): Promise<number> {
  const model = await openModel(native, { path: file, contextTokens: CONTEXT, placement });
  try {
    const backend = model.createBackend({ cells: CONTEXT, sequences: 2, batchTokens: 8 });
    const batch = backend.createBatch();
    const times: number[] = [];
    for (let position = 0; position < WARM + TOKENS; position++) {
      batch.clear();
      batch.add(100 + position, position, [0], true);
      const start = performance.now();
      backend.decode(batch);
      if (position >= WARM) times.push(performance.now() - start);
    }
    return 1000 / median(times);
  } finally {
    model.dispose();
  }
}
