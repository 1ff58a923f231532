import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { ChatMessage, ChatParams } from '../../../../../../src/engine/protocol/chat.ts';
import type { CopyOptions } from '../../../../../../src/engine/protocol/core.ts';
import { KvCache } from '../../../../../../src/engine/server/core/kv/kvCache.ts';
import { openModel } from '../../../../../../src/engine/server/core/llama/model.ts';
import { Models } from '../../../../../../src/engine/server/core/models.ts';
import { Chats } from '../../../../../../src/engine/server/services/chat/chats.ts';
import { bundledModel } from '../../../../../helpers/engine.ts';
import { cpuLibrary } from '../../../../../helpers/native.ts';
import { makeQwenShape, TINY_QWEN } from '../../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-chats-'));
const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
const native = await cpuLibrary();
const models = new Models((spec) => openModel(native, spec), {
  policy: 'preemptive',
  ramBytes: 0,
  log: () => {},
});
const { id: model } = await models.open({ path: file, contextTokens: 1024, role: 'chat' }, {});
const { cache } = models.get(model).loop;
after(() => {
  models.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;

function start() {
  const chats = new Chats(models);
  const ask = (conversation: string, messages: ChatMessage[], more: Partial<ChatParams> = {}, signal = never) => {
    let text = '';
    const params: ChatParams = { conversation, messages, maxTokens: 24, ...more };
    return chats
      .generate(params, signal, ({ text: delta = '' }) => (text += delta))
      .then((result) => ({ result, streamed: text }));
  };
  return { chats, ask };
}

const isHeld = (key: string): boolean => cache instanceof KvCache && cache.documents.isOpen('w', key);
const question = (content: string): ChatMessage => ({ role: 'user', content });

describe('a conversation', () => {
  test('goes on where its pages end', async () => {
    const { chats, ask } = start();
    const { conversation, tools, contextTokens } = await chats.open({ model, workspace: 'w' }, {});
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
    const { conversation } = await chats.open({ model, workspace: 'w' }, {});
    const messages = Array.from({ length: 12 }, (_, i): ChatMessage[] => [
      question(`${i}: ${'where does it come from? '.repeat(8)}`),
      { role: 'assistant', content: 'From there.' },
    ]).flat();
    const { result } = await ask(conversation, [...messages, question('Why?')], { maxTokens: 100_000, stop: ['e'] });
    assert(result.leftOutTurns > 0 && result.leftOutTokens > 0 && result.promptTokens <= 512, JSON.stringify(result));
  });

  test('ends the answer that is under way when a newer message comes, and when it is cancelled', async () => {
    const { chats, ask } = start();
    const { conversation } = await chats.open({ model, workspace: 'w' }, {});
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
    const { chats, ask } = start();
    const [window, other] = [{}, {}];
    models.caches.pin('w', ['a.ts']);
    const ids: string[] = [];
    for (const holder of [window, window, other]) {
      ids.push((await chats.open({ model, workspace: 'w' }, holder)).conversation);
    }
    // By the keys that requests of the conversations bear.
    const held = () => ['a.ts', ...ids.map((id) => `chat:${id}`)].map(isHeld);
    assert.deepEqual(held(), [true, true, true, true]);
    chats.close(ids[0]!);
    assert.deepEqual(held(), [true, false, true, true]);
    // What was computed is forgotten; what is open stays open.
    await models.caches.forgetWorkspace('w');
    assert.deepEqual(held(), [true, false, true, true]);
    chats.left(window);
    assert.deepEqual(held(), [true, false, false, true]);
    chats.left(other);
    assert.deepEqual(held(), [true, false, false, false]);
    await assert.rejects(ask(ids[0]!, [question('Still there?')]), { kind: 'conversationUnknown' });
    assert.throws(() => chats.close(ids[0]!), { kind: 'conversationUnknown' });
  });
});

describe('a conversation is refused in words', () => {
  test('with a model that is not open, or has no template', async () => {
    const { chats } = start();
    await assert.rejects(chats.open({ model: 'none', workspace: 'w' }, {}), { kind: 'modelUnknown' });
    const bundled = await models.open({ path: bundledModel, contextTokens: 0 }, {});
    await assert.rejects(chats.open({ model: bundled.id, workspace: 'w' }, {}), {
      kind: 'modelUnfit',
      message: /cannot chat/,
    });
  });

  test('by the model itself, when it is to be joined for what it cannot do', async () => {
    const holder = {};
    const bundled = await models.open({ path: bundledModel, contextTokens: 0 }, holder);
    const joining = models.open({ path: bundledModel, contextTokens: 0, role: 'chat' }, holder);
    await assert.rejects(joining, { kind: 'modelUnfit' });
    assert.equal(models.get(bundled.id).handle.info, bundled);
  });

  const malformed: [string, Partial<ChatParams>][] = [
    ['no tokens', { maxTokens: 0 }],
    ['an unknown class', { class: 'urgent' as 'chat' }],
    ['no messages', { messages: [] }],
    ['a message without text', { messages: [{ role: 'user' } as ChatMessage] }],
    ['a marker of what is copied that is no line', { sampling: { copy: { begin: 'a\nb', end: 'c', texts: [] } } }],
    ['two markers that are one', { sampling: { copy: { begin: 'a', end: 'a', texts: [] } } }],
    ['no texts to copy from', { sampling: { copy: { begin: 'a', end: 'b' } as CopyOptions } }],
    [
      'more than a megabyte to copy from',
      { sampling: { copy: { begin: 'a', end: 'b', texts: ['é'.repeat(600_000)] } } },
    ],
    ['tools that the template does not take', { tools: [{ name: 'look', description: '', parameters: {} }] }],
  ];
  for (const [what, params] of malformed) {
    test(`with ${what}`, async () => {
      const { chats, ask } = start();
      const { conversation } = await chats.open({ model, workspace: 'w' }, {});
      await assert.rejects(ask(conversation, [question('Why?')], params), { kind: 'promptInvalid' });
    });
  }
});
