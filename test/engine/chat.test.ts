/** Conversations through a real engine: turns that give way, pages that are used again, what a client has to hold. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ChatMessage, ModelInfo } from '../../src/engine/protocol/index.ts';
import { bundledModel } from '../helpers/engine.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const PAGE = 32;
const folder = mkdtempSync(path.join(tmpdir(), 'quire-chat-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const client = ownEngine();
let model: ModelInfo;
let workspace = '';

before(async () => {
  model = await client.openModel({ path: file, contextTokens: 1024, role: 'chat' });
  workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const question = (content: string): ChatMessage => ({ role: 'user', content });
const begin = async (): Promise<string> => (await client.openChat({ model: model.id, workspace })).conversation;

describe('a conversation', () => {
  it('computes of its second turn what is new, and at most a page more', async () => {
    const conversation = await begin();
    const messages = [question(`What is it? ${'A page of the cache. '.repeat(30)}`)];
    let streamed = '';
    const onText = (delta: string) => (streamed += delta);
    const first = await client.chat({ conversation, messages, maxTokens: 24 }, { onText });
    assert.equal(first.text, streamed);
    assert.deepEqual([first.cachedTokens, first.leftOutTurns], [0, 0]);
    messages.push({ role: 'assistant', content: first.text }, question('And then?'));
    const params = { conversation, messages, maxTokens: 24 };
    const weight = await client.weighChat(params);
    const second = await client.chat(params);
    const fresh = second.promptTokens - first.promptTokens - first.generatedTokens;
    assert(second.computedTokens <= fresh + PAGE, `${second.computedTokens} computed, ${fresh} new`);
    const { promptTokens, cachedTokens, leftOutTurns, leftOutTokens } = second;
    assert.deepEqual({ ...weight, readMs: 0 }, { promptTokens, cachedTokens, leftOutTurns, leftOutTokens, readMs: 0 });
    assert(weight!.readMs! > 0);
    await client.closeChat(conversation);
    await assert.rejects(client.chat({ conversation, messages, maxTokens: 1 }), { kind: 'conversationUnknown' });
  });

  it('is cut by whole turns, and says how many', async () => {
    const conversation = await begin();
    const system: ChatMessage = { role: 'system', content: 'Be brief.' };
    const turns = Array.from({ length: 12 }, (_, i): ChatMessage[] => [
      question(`${i}: ${'where does it come from? '.repeat(8)}`),
      { role: 'assistant', content: 'From there.' },
    ]);
    const messages = [system, ...turns.flat(), question('Why?')];
    const result = await client.chat({ conversation, messages, maxTokens: 512 });
    assert(result.leftOutTurns > 0 && result.promptTokens <= 512, JSON.stringify({ ...result, text: '' }));
    const kept = [system, ...turns.slice(result.leftOutTurns).flat(), question('Why?')];
    const { conversations } = await client.countTokens({
      model: model.id,
      conversations: [{ messages: kept }, { messages }],
    });
    assert.deepEqual(conversations, [result.promptTokens, result.promptTokens + result.leftOutTokens]);
  });

  it('ends an answer for a newer one, and when it is cancelled', async () => {
    const conversation = await begin();
    const [older, newer] = await Promise.all(
      [400, 8].map((maxTokens) => client.chat({ conversation, messages: [question('One?')], maxTokens })),
    );
    assert.deepEqual([older!.finish, newer!.finish === 'superseded'], ['superseded', false]);
    const cancel = new AbortController();
    const params = { conversation, messages: [question('Three?')], maxTokens: 400 };
    const cancelled = await client.chat(params, { signal: cancel.signal, onText: () => cancel.abort() });
    assert.equal(cancelled.finish, 'cancelled');
  });

  it('counts as a chat, and also renders messages for a plain generation', async () => {
    const { totals } = await client.status();
    assert(totals.chat.finished > 0 && totals.chat.cancelled > 0);
    const prompt = { messages: [question('Why?')] };
    const plain = await client.generate({ model: model.id, workspace, class: 'chat', prompt, maxTokens: 4 });
    const { conversations } = await client.countTokens({ model: model.id, conversations: [prompt] });
    assert.deepEqual(conversations, [plain.promptTokens]);
  });

  it('is refused in words: of a model without a template, in a workspace that the client does not hold', async () => {
    const spec = { path: bundledModel, contextTokens: 0 };
    const bundled = await client.openModel(spec);
    await assert.rejects(client.openChat({ model: bundled.id, workspace }), { kind: 'modelUnfit' });
    await assert.rejects(client.openModel({ ...spec, role: 'chat' }), { kind: 'modelUnfit' });
    await assert.rejects(client.openChat({ model: model.id, workspace: 'other' }), { kind: 'workspaceUnknown' });
    const conversation = await begin();
    client.closeWorkspace(workspace);
    const messages = [question('Still there?')];
    await assert.rejects(client.chat({ conversation, messages, maxTokens: 1 }), { kind: 'workspaceUnknown' });
  });
});
