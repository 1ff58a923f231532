/** Prompts of whole families, token by token, on models that have their special tokens. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { NoFimTokensError, whyNoCompletion } from '../../../src/completion/fimLayouts.ts';
import { buildPrompt, surroundingsOf } from '../../../src/completion/prompt.ts';
import type { CompletionRequest } from '../../../src/completion/request.ts';
import { budgetFor } from '../../../src/completion/window.ts';
import { type LlamaModel, openModel } from '../../../src/engine/server/core/llama/model.ts';
import { fitPrompt } from '../../../src/engine/server/services/completion/prompt.ts';
import { Turns } from '../../../src/engine/server/services/completion/turns.ts';
import { FAMILY_REQUEST, FIM_FAMILIES, makeFamily } from '../../helpers/fimFamilies.ts';
import { cpuLibrary } from '../../helpers/native.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-families-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function tokensOf(model: LlamaModel, request: CompletionRequest): Promise<number[]> {
  // The vocabulary and header are the family's, the size is not.
  const info = { ...model.info, parameters: 1.5e9 };
  const budget = budgetFor(info, 128, 'suffixFirst');
  const segments = buildPrompt(info, request, surroundingsOf(request, budget), budget);
  const asked = segments.some((segment) => 'turn' in segment);
  const filled = asked ? await new Turns().fill(model, segments) : segments;
  return fitPrompt(model.tokenizer, filled, 4000, () => assert.fail('no document is known')).tokens;
}

for (const family of FIM_FAMILIES) {
  test(`${family.name}: its published prompt, token by token, and what ends its answers`, async () => {
    const { file, ids } = makeFamily(folder, family);
    const model = await openModel(await cpuLibrary(), { path: file, contextTokens: 0 });
    try {
      const { tokenizer } = model;
      const said = (parts: readonly string[]): number[] =>
        parts.flatMap((part) => ids.get(part) ?? [...tokenizer.encode(part)]);
      const spelled = (tokens: readonly number[]): string[] =>
        tokens.map((token) => {
          const special = [...ids].find(([, id]) => id === token)?.[0];
          return special ?? Buffer.from(tokenizer.bytes(token)).toString();
        });
      assert.deepEqual(spelled(await tokensOf(model, FAMILY_REQUEST)), spelled(said(family.prompt)));
      assert.deepEqual(await tokensOf(model, FAMILY_REQUEST), said(family.prompt));
      if (family.alone) {
        const { others: _, ...alone } = FAMILY_REQUEST;
        assert.deepEqual(await tokensOf(model, alone), said(family.alone));
      }
      for (const end of family.ends) assert.ok(tokenizer.isEnd(ids.get(end)!, true), `${end} ends an answer`);
      for (const token of tokenizer.encode('let a;')) assert.ok(!tokenizer.isEnd(token, true));
      // Code that spells a marker is text.
      const markers = [...ids.keys()].filter((marker) => !marker.startsWith('▁'));
      for (const marker of markers)
        assert.ok([...tokenizer.encode(marker)].every((token) => token !== ids.get(marker)));
    } finally {
      model.dispose();
    }
  });
}

const QWEN = FIM_FAMILIES[0]!;

test('next-edit models are known by their name, whatever their tokens, and said to be such', async () => {
  for (const name of ['sweep-next-edit-1.5B', 'zeta-2', 'Instinct']) {
    const { file } = makeFamily(folder, { ...QWEN, name });
    const { info, dispose } = await opened(file);
    assert.deepEqual([name, info.capabilities.edits, info.capabilities.completes], [name, true, false]);
    const why = whyNoCompletion(info);
    assert.ok(why instanceof NoFimTokensError && /next-edit model/.test(why.message));
    dispose();
  }
  for (const name of ['Zetaverse', 'instinctive']) {
    const { info, dispose } = await opened(makeFamily(folder, { ...QWEN, name }).file);
    assert.equal(info.capabilities.edits, undefined);
    dispose();
  }
});

test('a family is known by the spelling of its tokens, under any name', async () => {
  const seed = FIM_FAMILIES.find(({ name }) => name.startsWith('Seed'))!;
  const { file } = makeFamily(folder, { ...seed, name: 'our own' });
  const { info, dispose } = await opened(file);
  assert.equal(info.fimMarkers, 'seed');
  assert.deepEqual(info.specialTokens, ['bos', 'fimPrefix', 'fimSuffix', 'fimMiddle']);
  dispose();
});

async function opened(path: string): Promise<{ info: LlamaModel['info']; dispose: () => void }> {
  const model = await openModel(await cpuLibrary(), { path, contextTokens: 0 });
  return { info: model.info, dispose: () => model.dispose() };
}
