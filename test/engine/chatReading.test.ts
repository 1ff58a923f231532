/** What a conversation says while a long prompt is read, and that nothing more is computed once it is stopped. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatProgress, ModelInfo } from '../../src/engine/protocol/index.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-reading-'));
/** Slow enough that its prompts are read in many iterations. */
const file = makeQwenShape(path.join(folder, 'chat.gguf'), { ...TINY_QWEN, layers: 12, width: 512, heads: 8 });
const client = ownEngine();
let model: ModelInfo;
let workspace = '';

before(async () => {
  model = await client.openModel({ path: file, contextTokens: 4096, role: 'chat' });
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A new conversation with a prompt that nobody has read. */
async function long(name: string) {
  const { conversation } = await client.openChat({ model: model.id, workspace });
  const content = Array.from({ length: 120 }, (_, at) => `${name} has a line ${at}.`).join('\n');
  return { conversation, messages: [{ role: 'user' as const, content }], maxTokens: 8 };
}

async function statusOfModel() {
  const { models } = await client.status();
  return models.find(({ info }) => info.id === model.id)!;
}

describe('a conversation with a long prompt', () => {
  it('says how far it has read and how long the rest will take, before anything is answered', async () => {
    const told: ChatProgress[] = [];
    const result = await client.chat(await long('Mapping'), { onProgress: (progress) => told.push(progress) });
    const first = told.findIndex(({ tokens }) => tokens !== undefined);
    const readings = told.slice(0, first).flatMap(({ reading }) => reading ?? []);
    assert(first > 0 && readings.length >= 3, `${readings.length} before ${first}`);
    assert.equal(
      told.slice(first).some(({ reading }) => reading),
      false,
    );
    for (const [at, { done, total, leftMs }] of readings.entries()) {
      assert.equal(total, result.promptTokens);
      assert(done < total && leftMs !== null && leftMs > 0, JSON.stringify(readings[at]));
      if (at > 0) assert(done >= readings[at - 1]!.done, 'it goes forward');
    }
    assert(readings[0]!.done < result.promptTokens / 2, 'it is said at the beginning');
  });

  for (const what of ['reads', 'writes']) {
    it(`computes nothing more when it is stopped while it ${what}`, async () => {
      const stop = new AbortController();
      const params = { ...(await long(`Stopped while it ${what},`)), maxTokens: 800 };
      let wrote = 0;
      const result = await client.chat(params, {
        signal: stop.signal,
        onProgress: ({ reading, tokens }) => {
          wrote += tokens?.length ?? 0;
          if (what === 'reads' ? reading && reading.done > 0 : wrote > 3) stop.abort();
        },
      });
      const then = await statusOfModel();
      assert.equal(result.finish, 'cancelled');
      assert.equal(result.generatedTokens > 0, what === 'writes');
      // Far from its end: what comes over the connection meanwhile is a few tokens.
      assert(result.generatedTokens < 400, `${result.generatedTokens}`);
      await sleep(300);
      const later = await statusOfModel();
      assert.equal(later.scheduler.iterations, then.scheduler.iterations);
      assert.equal(later.running + later.waiting, 0);
    });
  }
});
