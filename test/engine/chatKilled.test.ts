/** Conversations whose engine is killed under them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { ChatMessage } from '../../src/engine/protocol/index.ts';
import { gone } from '../helpers/engine.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-killed-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const client = ownEngine();
after(() => rmSync(folder, { recursive: true, force: true }));

const messages: ChatMessage[] = [{ role: 'user', content: `What is it? ${'A page of the cache. '.repeat(30)}` }];
const pidOf = async (): Promise<number> => (await client.status()).pid;

describe('a conversation whose engine is killed', () => {
  it('goes on in the next one with the same text, told once, again and again', async () => {
    const { id: model } = await client.openModel({ path: file, contextTokens: 4096, role: 'chat' });
    const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
    const { conversation } = await client.openChat({ model, workspace });
    const params = { conversation, messages, maxTokens: 400 };
    const whole = await client.chat(params);
    let heard = '';
    let tokens = 0;
    const killed = new Set<number>();
    const kill = () => {
      const { state } = client;
      if (state.kind !== 'ready' || killed.has(state.pid) || tokens < 60 * (killed.size + 1) || killed.size === 4)
        return;
      killed.add(state.pid);
      process.kill(state.pid, 'SIGKILL');
    };
    const result = await client.chat(params, {
      onText: (delta) => {
        heard += delta;
      },
      onProgress: (step) => {
        tokens += step.tokens?.length ?? 0;
        kill();
      },
    });
    assert.equal(killed.size, 4);
    assert.equal(heard, whole.text);
    assert.deepEqual(
      [result.text, result.finish, result.generatedTokens],
      [whole.text, whole.finish, whole.generatedTokens],
    );
  });

  it('is opened anew when it is next used, and says in words where its model was closed', async () => {
    const { id: model } = await client.openModel({ path: file, contextTokens: 4096, role: 'chat' });
    const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
    const { conversation } = await client.openChat({ model, workspace });
    for (const use of [
      () => client.weighChat({ conversation, messages, maxTokens: 8 }),
      () => client.readAhead({ conversation, messages }),
      () => client.chat({ conversation, messages, maxTokens: 8 }),
    ]) {
      const pid = await pidOf();
      process.kill(pid, 'SIGKILL');
      await gone(pid);
      assert((await use())!.promptTokens > 0);
    }
    const pid = await pidOf();
    await client.closeModel(model);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    await assert.rejects(client.chat({ conversation, messages, maxTokens: 8 }), {
      kind: 'modelUnknown',
      message: /closed/,
    });
    await client.closeChat(conversation);
    await assert.rejects(client.weighChat({ conversation, messages, maxTokens: 8 }), { kind: 'conversationUnknown' });
  });
});
