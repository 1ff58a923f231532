import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheTypeFor, F16, Q8_0 } from '../../../../../../src/engine/server/core/llama/cacheType.ts';
import { defaultThreads } from '../../../../../../src/engine/server/core/llama/threads.ts';
import { openBundled } from '../../../../../helpers/native.ts';

test('the editor keeps a core, and hyper-threads do not compute', () => {
  assert.equal(defaultThreads(1, 1), 1);
  assert.equal(defaultThreads(2, 2), 1);
  assert.equal(defaultThreads(4, 4), 3);
  assert.equal(defaultThreads(4, 8), 4);
  assert.equal(defaultThreads(8, 2), 1);
});

test('any number of threads computes the same', async () => {
  const model = await openBundled();
  const tokens = model.tokenizer.encode('export function add(a: number, b: number): number {');
  const next = [1, 2, 3].map((threads) => {
    const backend = model.createBackend({ cells: 256, sequences: 2, threads });
    assert.equal(backend.threads, threads);
    const batch = backend.createBatch();
    let row = 0;
    for (const [position, token] of tokens.entries()) row = batch.add(token, position, [0], true);
    backend.decode(batch);
    const token = backend.createSampler({}).sample(row);
    backend.dispose();
    return token;
  });
  assert.deepEqual(next, [next[0], next[0], next[0]]);
  model.dispose();
});

test('narrow heads get an 8-bit cache where 16-bit ones would run element by element', () => {
  const cpu = (info: string) => ({ functions: { llama_print_system_info: () => info } });
  const avx512 = cpu('CPU : AVX2 = 1 | AVX512 = 1 | ');
  assert.equal(cacheTypeFor(avx512, true, 32), Q8_0);
  assert.equal(cacheTypeFor(avx512, true, 96), Q8_0);
  assert.equal(cacheTypeFor(avx512, true, 64), F16);
  assert.equal(cacheTypeFor(avx512, true, 80), F16);
  assert.equal(cacheTypeFor(cpu('CPU : AVX2 = 1 | '), true, 32), F16);
  assert.equal(cacheTypeFor(avx512, false, 32), F16);
});
