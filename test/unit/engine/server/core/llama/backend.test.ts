import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type LlamaModel, openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { editBundledModel } from '../../../../../helpers/gguf.ts';
import { cpuLibrary, openBundled } from '../../../../../helpers/native.ts';
import { backendCases } from '../simulated/backendCases.ts';

let model: LlamaModel;
before(async () => {
  model = await openBundled();
});
after(() => model.dispose());

const encode = (text: string): number[] => [...model.tokenizer.encode(text)];

backendCases({
  name: 'libllama backend',
  texts: async () => [
    encode('export function add(left: number, right: number): number {\n  return left'),
    encode('import path from "node:path";\nimport { readFile } from "node:fs/promises";\nconst'),
    encode('for (const item of list) {\n    console.log(item.name, item.value);\n  }\n}'),
  ],
  create: async (options) => model.createBackend(options),
  tolerance: 0.3,
});

test('a batch is never longer than the pool', () => {
  const backend = model.createBackend({ cells: 256, sequences: 2, batchTokens: 512 });
  const batch = backend.createBatch();
  for (let position = 0; position < batch.capacity; position++) batch.add(1, position, [0], false);
  assert.equal(backend.decode(batch), 'ok');
  assert(batch.capacity <= backend.cells);
  backend.dispose();
});

test('there may be more sequences than tokens in a batch', () => {
  const backend = model.createBackend({ cells: 256, sequences: 128, batchTokens: 16 });
  assert.equal(backend.batchTokens, 16);
  const batch = backend.createBatch();
  for (let row = 0; row < 16; row++) batch.add(1, 0, [112 + row], true);
  assert.equal(backend.decode(batch), 'ok');
  const sampler = backend.createSampler({});
  assert.equal(sampler.sample(0), sampler.sample(15));
  backend.dispose();
});

test('a batch says how many of its rows can be sampled', () => {
  const backend = model.createBackend({ cells: 1024, sequences: 2 });
  const batch = backend.createBatch();
  for (let position = 0; position < 256; position++) batch.add(1, position, [0], true);
  assert.throws(() => batch.add(1, 256, [0], true), /sampled/);
  batch.add(1, 256, [0], false);
  assert.equal(backend.decode(batch), 'ok');
  assert.equal(backend.logits(255).length, 8192);
  backend.dispose();
});

test('pages are taken by the same file only', async () => {
  const again = await openBundled();
  const [one, two] = [model, again].map((each) => each.createBackend({ cells: 256, sequences: 2 }));
  const batch = one!.createBatch();
  for (let position = 0; position < 8; position++) batch.add(1, position, [0], false);
  one!.decode(batch);
  const page = one!.savePage(0, 0, 8);
  assert.equal(two!.restorePage(0, page), true);
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-pages-'));
  const copy = editBundledModel(path.join(folder, 'copy.gguf'), (entries) => entries);
  const other = await openModel(await cpuLibrary(), { path: copy, contextTokens: 0 });
  assert.equal(other.createBackend({ cells: 256, sequences: 2 }).restorePage(0, page), false);
  other.dispose();
  rmSync(folder, { recursive: true });
  one!.dispose();
  again.dispose();
});

test('stopped anywhere in a prefill, with any number of threads, it goes on as if nothing had been', async () => {
  const text = encode('export function add(left: number, right: number): number {\n  return left');
  for (const threads of [1, 2]) {
    const backend = model.createBackend({ cells: 1024, sequences: 4, threads });
    const decode = (sequence: number): Float32Array => {
      const batch = backend.createBatch();
      for (const [at, token] of text.entries()) batch.add(token, at, [sequence], at === text.length - 1);
      assert.equal(backend.decode(batch), 'ok');
      return backend.logits(text.length - 1);
    };
    const fresh = decode(0);
    const long = backend.createBatch();
    for (let position = 0; position < long.capacity; position++) long.add(1, position, [1, 2], false);
    const outcomes: string[] = [];
    for (let turns = 0; turns < 12; turns++) {
      const running = backend.decodeAsync(long);
      await setTimeout(turns);
      backend.abort();
      const outcome = await running;
      outcomes.push(outcome);
      for (const sequence of [1, 2]) {
        assert.equal(backend.lastPosition(sequence), outcome === 'ok' ? long.capacity - 1 : -1);
        backend.removeRange(sequence, 0, -1);
      }
      const apart = decode(3).map((value, index) => Math.abs(value - fresh[index]!));
      assert(Math.max(...apart) < 0.3, `logits are ${Math.max(...apart)} apart`);
      backend.removeRange(3, 0, -1);
    }
    assert(outcomes.includes('aborted'), outcomes.join());
    backend.dispose();
  }
});
