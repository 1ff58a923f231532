import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NativeLibrary } from '../../../../../../src/engine/server/core/llama/library.ts';
import { checkCacheFits, checkWeightsFit, holdWeights } from '../../../../../../src/engine/server/core/llama/memory.ts';

const TERABYTES = 100 * 2 ** 40;

function library(gpu: NativeLibrary['gpu'], free = 0): Pick<NativeLibrary, 'gpu' | 'llama'> {
  return { gpu, llama: { getVramState: async () => ({ free }) } as NativeLibrary['llama'] };
}

test('weights and cache are held against the memory that is free', async () => {
  const cpu = library('cpu');
  await checkWeightsFit(cpu, 1_000_000);
  checkCacheFits(cpu, 1_000_000);
  const refused = { kind: 'outOfMemory', message: /needs 102400\.0 GB of memory and .* GB is free\. Choose/ };
  await assert.rejects(checkWeightsFit(cpu, TERABYTES), refused);
  assert.throws(() => checkCacheFits(cpu, TERABYTES), refused);
});

test("a GPU's own memory counts where the layers go there", async () => {
  await checkWeightsFit(library('cuda', 2 ** 33), 2 ** 32);
  await assert.rejects(checkWeightsFit(library('cuda', 2 ** 31), 2 ** 32), {
    kind: 'outOfMemory',
    message: /4\.0 GB of cuda memory and 2\.0 GB/,
  });
});

test('weights of open models are not free, though their files are only mapped', async () => {
  const cpu = library('cpu');
  const letGo = [holdWeights(cpu, TERABYTES), holdWeights(library('cuda'), TERABYTES)];
  assert.throws(() => checkCacheFits(cpu, 1_000_000), { kind: 'outOfMemory', message: /and 0\.0 GB is free/ });
  await assert.rejects(checkWeightsFit(cpu, 1_000_000), { kind: 'outOfMemory' });
  for (let twice = 0; twice < 2; twice++) for (const end of letGo) end();
  checkCacheFits(cpu, 1_000_000);
  await checkWeightsFit(cpu, 1_000_000);
});
