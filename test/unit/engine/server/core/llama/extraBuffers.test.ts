import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import {
  extraBuffers,
  hasRecurrentLayers,
  mayRepack,
} from '../../../../../../src/engine/server/core/llama/extraBuffers.ts';
import { checkModelFile } from '../../../../../../src/engine/server/core/llama/ggufCheck.ts';
import { openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { bundledModel } from '../../../../../helpers/engine.ts';
import { cpuLibrary } from '../../../../../helpers/native.ts';
import { makeTinyMamba } from '../../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-extra-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const mamba = makeTinyMamba(path.join(folder, 'mamba.gguf'));

test('weights are laid out anew for AMX where no layer is recurrent', async () => {
  const { functions } = await cpuLibrary();
  const names = extraBuffers(functions);
  assert.ok(
    names.every((name) => /^[A-Z][A-Z0-9_]+$/.test(name)),
    names.join(' '),
  );
  assert.equal(mayRepack(functions, false), true);
  assert.equal(mayRepack(functions, true), !names.includes('AMX'));
});

test('a file tells whether a layer is recurrent', async () => {
  const { functions } = await cpuLibrary();
  assert.equal((await checkModelFile(mamba, functions)).isRecurrent, true);
  assert.equal((await checkModelFile(bundledModel, functions)).isRecurrent, false);
  const has = (key: string) => hasRecurrentLayers({ metadata: new Map([[key, 4]]) });
  for (const key of ['qwen35.ssm.inner_size', 'rwkv7.wkv.head_size', 'lfm2.shortconv.l_cache'])
    assert.ok(has(key), key);
  for (const key of ['llama.attention.head_count', 'general.ssm', 'tokenizer.ggml.model']) assert.ok(!has(key), key);
});

test('a recurrent model computes several sequences in a batch', async () => {
  const model = await openModel(await cpuLibrary(), { path: mamba, contextTokens: 0 });
  const backend = model.createBackend({ cells: 1024, sequences: 4 });
  for (const length of [1, 16, 64]) {
    const batch = backend.createBatch();
    for (const sequence of [0, 1, 2])
      for (let at = 0; at < length; at++) batch.add(5 + at, at, [sequence], at === length - 1);
    assert.equal(await backend.decodeAsync(batch), 'ok');
    for (const sequence of [0, 1, 2]) backend.removeRange(sequence, 0, -1);
  }
  backend.dispose();
  model.dispose();
});
