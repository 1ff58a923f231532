/** Models whose past is no list of cells: a recurrent one, and one with a sliding window. The same text, no crash. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { GenerateParams, KvStatus } from '../../src/engine/protocol/index.ts';
import { openModel } from '../../src/engine/server/core/llama/model.ts';
import { openWorkspace, repository } from '../helpers/engine.ts';
import { cpuLibrary } from '../helpers/native.ts';
import { makeQwenShape, makeTinyMamba, makeTinySlidingWindow, TINY_QWEN } from '../helpers/randomModel.ts';
import { assertSameUnlessNear } from '../helpers/sayable.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-models-'));
const client = ownEngine();
const text = readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8');

after(() => rmSync(folder, { recursive: true, force: true }));

const MODELS: [name: string, make: (file: string) => string, strategy: KvStatus['strategy']][] = [
  ['a recurrent model', makeTinyMamba, 'checkpoints'],
  ['a model with a sliding window', makeTinySlidingWindow, 'pages'],
  ['a model in the shape of Qwen2.5-Coder', (file) => makeQwenShape(file, TINY_QWEN), 'pages'],
];

describe('other models', () => {
  for (const [name, make, strategy] of MODELS) {
    it(`serves ${name}, with the same text from the cache as without it`, async () => {
      const file = make(path.join(folder, `${strategy} ${name}.gguf`));
      const { id } = await client.openModel({ path: file, contextTokens: 0 });
      const workspace = await openWorkspace(client);
      const own = await openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
      const same = (length: number, said: string, expected: string) =>
        assertSameUnlessNear(own, [{ text: text.slice(0, length) }], said, expected);
      const ask = (length: number, more: Partial<GenerateParams> = {}) =>
        client.generate({
          model: id,
          workspace,
          class: 'keystroke',
          prompt: { text: text.slice(0, length) },
          maxTokens: 12,
          ...more,
        });
      // Typing on, going back, and a key while others wait.
      for (const length of [900, 905, 940, 1500, 1502, 930, 1503]) {
        const reused = await ask(length);
        const fresh = await ask(length, { reuse: false });
        same(length, reused.text, fresh.text);
        assert.equal(fresh.cachedTokens, 0);
        if (length === 1503) assert.ok(reused.cachedTokens > 0.8 * reused.promptTokens, `${reused.cachedTokens}`);
      }
      const several = await Promise.all([1501, 1400, 700, 1504].map((length) => ask(length, { class: 'chat' })));
      for (const [i, length] of [1501, 1400, 700, 1504].entries()) {
        same(length, several[i]!.text, (await ask(length, { reuse: false })).text);
      }
      const model = (await client.status()).models.find(({ info }) => info.id === id)!;
      assert.equal(model.kv.strategy, strategy);
      own.dispose();
      await client.closeModel(id);
    });
  }
});
