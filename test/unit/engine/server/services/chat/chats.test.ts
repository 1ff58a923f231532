import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { ChatMessage, ChatParams } from '../../../../../../src/engine/protocol/chat.ts';
import { EngineFailure } from '../../../../../../src/engine/server/core/failure.ts';
import { KvCache } from '../../../../../../src/engine/server/core/kv/kvCache.ts';
import { openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { OpenKeys } from '../../../../../../src/engine/server/core/openKeys.ts';
import { serve } from '../../../../../../src/engine/server/core/serving.ts';
import { Chats } from '../../../../../../src/engine/server/services/chat/chats.ts';
import { cpuLibrary, openBundled } from '../../../../../helpers/native.ts';
import { makeQwenShape, TINY_QWEN } from '../../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-chats-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const handle = await openModel(await cpuLibrary(), { path: file, contextTokens: 1024, role: 'chat' });
const { backend, loop } = serve(handle, 2048, {
  policy: 'preemptive',
  cache: { ramBytes: 0, diskBytes: 0 },
  log: () => {},
});
after(() => {
  loop.stop(new EngineFailure('engineStopped', 'The test is over.'));
  loop.cache.dispose();
  handle.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const model = { handle, backend, loop };

/** Conversations on the model, and what of them is open. */
function start() {
  const keys = new OpenKeys((workspace, open) => loop.cache.setOpen(workspace, open));
  const chats = new Chats({
    find: (id) => {
      if (id !== handle.info.id) throw new EngineFailure('modelUnknown', 'This model is not open in the engine.');
      return model;
    },
    setOpen: (workspace, open) => keys.set('chat', workspace, open),
  });
  const ask = (conversation: string, messages: ChatMessage[], more: Partial<ChatParams> = {}, signal = never) => {
    let text = '';
    const params: ChatParams = { conversation, messages, maxTokens: 24, ...more };
    return chats.generate(params, signal, (delta) => (text += delta)).then((result) => ({ result, streamed: text }));
  };
  return { chats, keys, ask };
}

const question = (content: string): ChatMessage => ({ role: 'user', content });

describe('a conversation', () => {
  test('goes on where its pages end', async () => {
    const { chats, ask } = start();
    const { conversation, tools, contextTokens } = await chats.open({ model: handle.info.id, workspace: 'w' }, {});
    assert.deepEqual([tools, contextTokens], [false, 1024]);
    const messages = [question(`What is it? ${'A page of the cache. '.repeat(30)}`)];
    const first = await ask(conversation, messages);
    assert.equal(first.result.text, first.streamed);
    assert.equal(first.result.cachedTokens, 0);
    assert.equal(first.result.leftOutTurns, 0);
    messages.push({ role: 'assistant', content: first.result.text }, question('And then?'));
    const { result } = await ask(conversation, messages);
    // What is new, and the page that it is in.
    const fresh = result.promptTokens - first.result.promptTokens;
    assert(result.computedTokens <= fresh + 32, `${result.computedTokens} computed, ${fresh} new`);
  });

  test('leaves out turns, and takes no more of the context for the answer than half', async () => {
    const { chats, ask } = start();
    const { conversation } = await chats.open({ model: handle.info.id, workspace: 'w' }, {});
    const messages = Array.from({ length: 12 }, (_, i): ChatMessage[] => [
      question(`${i}: ${'where does it come from? '.repeat(8)}`),
      { role: 'assistant', content: 'From there.' },
    ]).flat();
    const { result } = await ask(conversation, [...messages, question('Why?')], { maxTokens: 100_000, stop: ['e'] });
    assert(result.leftOutTurns > 0 && result.leftOutTokens > 0 && result.promptTokens <= 512, JSON.stringify(result));
  });

  test('ends the answer that is under way when a newer message comes, and when it is cancelled', async () => {
    const { chats, ask } = start();
    const { conversation } = await chats.open({ model: handle.info.id, workspace: 'w' }, {});
    const [older, newer] = await Promise.all([
      ask(conversation, [question('One?')], { maxTokens: 400 }),
      ask(conversation, [question('Two?')]),
    ]);
    assert.equal(older.result.finish, 'superseded');
    assert.notEqual(newer.result.finish, 'superseded');
    const cancel = new AbortController();
    const params: ChatParams = { conversation, messages: [question('Three?')], maxTokens: 400 };
    const cancelled = await chats.generate(params, cancel.signal, () => cancel.abort());
    assert.equal(cancelled.finish, 'cancelled');
    assert(cancelled.generatedTokens < 400);
  });

  test('is open until it is closed, or its holder left', async () => {
    const { chats, keys, ask } = start();
    const [window, other] = [{}, {}];
    keys.set('documents', 'w', ['a.ts']);
    const ids: string[] = [];
    for (const holder of [window, window, other]) {
      ids.push((await chats.open({ model: handle.info.id, workspace: 'w' }, holder)).conversation);
    }
    assert.deepEqual(keys.of('w'), ['a.ts', ...ids.map((id) => `chat:${id}`)]);
    chats.close(ids[0]!);
    assert.deepEqual(keys.of('w'), ['a.ts', `chat:${ids[1]}`, `chat:${ids[2]}`]);
    // The caches know it, by the key that requests of the conversation bear.
    assert(loop.cache instanceof KvCache && loop.cache.documents.isOpen('w', `chat:${ids[1]}`));
    chats.left(window);
    assert.deepEqual(keys.of('w'), ['a.ts', `chat:${ids[2]}`]);
    chats.left(other);
    assert.deepEqual(keys.of('w'), ['a.ts']);
    await assert.rejects(ask(ids[0]!, [question('Still there?')]), { kind: 'conversationUnknown' });
    assert.throws(() => chats.close(ids[0]!), { kind: 'conversationUnknown' });
  });
});

describe('a conversation is refused in words', () => {
  test('with a model that is not open, or has no template', async () => {
    const { chats } = start();
    await assert.rejects(chats.open({ model: 'none', workspace: 'w' }, {}), { kind: 'modelUnknown' });
    const bundled = await openBundled();
    const other = new Chats({ find: () => ({ handle: bundled, backend, loop }), setOpen: () => assert.fail('opened') });
    await assert.rejects(other.open({ model: 'm', workspace: 'w' }, {}), {
      kind: 'modelUnfit',
      message: /cannot chat/,
    });
    bundled.dispose();
  });

  const malformed: [string, Partial<ChatParams>][] = [
    ['no tokens', { maxTokens: 0 }],
    ['an unknown class', { class: 'urgent' as 'chat' }],
    ['no messages', { messages: [] }],
    ['a message without text', { messages: [{ role: 'user' } as ChatMessage] }],
    ['tools that the template does not take', { tools: [{ name: 'look', description: '', parameters: {} }] }],
  ];
  for (const [what, params] of malformed) {
    test(`with ${what}`, async () => {
      const { chats, ask } = start();
      const { conversation } = await chats.open({ model: handle.info.id, workspace: 'w' }, {});
      await assert.rejects(ask(conversation, [question('Why?')], params), { kind: 'promptInvalid' });
    });
  }
});
