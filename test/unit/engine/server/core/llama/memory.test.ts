import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkCacheFits, checkWeightsFit, holdWeights } from '../../../../../../src/engine/server/core/llama/memory.ts';
import type { Placement } from '../../../../../../src/engine/server/core/llama/placement.ts';

const TERABYTES = 100 * 2 ** 40;
const GIGABYTE = 2 ** 30;

const cpu = placed([]);
const onGpu = placed(['CUDA0']);

function placed(devices: string[], more: Partial<Placement> = {}): Placement {
  const nGpuLayers = devices.length === 0 ? 0 : -1;
  return { devices, nGpuLayers, splitMode: 'layer', tensorSplit: [], mainGpu: 0, tensorOverrides: [], ...more };
}

const having = (...freeBytes: number[]) =>
  freeBytes.map((free, index) => ({ name: `CUDA${index}`, freeBytes: free, totalBytes: free }));

test('weights and cache are held against the memory that is free', () => {
  checkWeightsFit([], cpu, 1_000_000);
  checkCacheFits(cpu, 1_000_000);
  const refused = { kind: 'outOfMemory', message: /needs 102400\.0 GB of memory and .* GB is free\. Choose/ };
  assert.throws(() => checkWeightsFit([], cpu, TERABYTES), refused);
  assert.throws(() => checkCacheFits(cpu, TERABYTES), refused);
  assert.throws(() => checkCacheFits(placed(['CUDA0'], { offloadKv: false }), TERABYTES), refused);
});

test("a GPU's own memory counts where the layers go there", () => {
  checkWeightsFit(having(8 * GIGABYTE), onGpu, 4 * GIGABYTE);
  checkCacheFits(onGpu, TERABYTES);
  const needed = (devices: Placement, free: ReturnType<typeof having>) =>
    assert.throws(() => checkWeightsFit(free, devices, 4 * GIGABYTE), {
      kind: 'outOfMemory',
      message: /4\.0 GB of memory of CUDA0( and CUDA1)? and 2\.0 GB/,
    });
  needed(onGpu, having(2 * GIGABYTE, 8 * GIGABYTE));
  needed(placed(['CUDA0', 'CUDA1']), having(GIGABYTE, GIGABYTE));
  checkWeightsFit(having(2 * GIGABYTE, 2 * GIGABYTE), placed(['CUDA0', 'CUDA1']), 4 * GIGABYTE);
});

test('the memory of a device that does not say what it has is not held against anything', () => {
  checkWeightsFit(having(0), onGpu, TERABYTES);
});

test('layers that stay on the CPU count as its own', () => {
  checkWeightsFit(having(GIGABYTE), placed(['CUDA0'], { nGpuLayers: 5 }), GIGABYTE + 1_000_000);
  assert.throws(() => checkWeightsFit(having(GIGABYTE), placed(['CUDA0'], { nGpuLayers: 5 }), TERABYTES), {
    message: /memory of all devices/,
  });
});

test('what a plan puts on each device is held against that device', () => {
  const planned = (bytes: Record<string, number>): Placement => {
    const entries = Object.entries(bytes).map(([name, weights]) => [name, { weights, cache: GIGABYTE, compute: 1000 }]);
    return placed(['CUDA0', 'CUDA1'], { predicted: { bytes: Object.fromEntries(entries) } });
  };
  const free = having(4 * GIGABYTE, 2 * GIGABYTE);
  checkWeightsFit(free, planned({ CUDA0: 2 * GIGABYTE }), TERABYTES);
  assert.throws(() => checkWeightsFit(free, planned({ CUDA0: GIGABYTE, CUDA1: 2 * GIGABYTE }), 1000), {
    kind: 'outOfMemory',
    message: /3\.0 GB of memory of CUDA1 and 2\.0 GB/,
  });
  const letGo = holdWeights(planned({ CUDA0: TERABYTES, CPU: TERABYTES }), 1000);
  assert.throws(() => checkWeightsFit(free, planned({ CPU: 0 }), 1000), { message: /and 0\.0 GB is free/ });
  letGo();
});

test('weights of open models are not free, though their files are only mapped', () => {
  const letGo = [holdWeights(cpu, TERABYTES), holdWeights(onGpu, TERABYTES)];
  assert.throws(() => checkCacheFits(cpu, 1_000_000), { kind: 'outOfMemory', message: /and 0\.0 GB is free/ });
  assert.throws(() => checkWeightsFit([], cpu, 1_000_000), { kind: 'outOfMemory' });
  for (let twice = 0; twice < 2; twice++) for (const end of letGo) end();
  checkCacheFits(cpu, 1_000_000);
  checkWeightsFit([], cpu, 1_000_000);
});
