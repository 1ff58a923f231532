/** A conversation that is longer than its model's context, through a real engine: kept on disk, compacted, never cut unseen. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { ConversationStore } from '../../src/chat/conversation/store.ts';
import { answerTokens, type TokenCounter } from '../../src/chat/prompt/budget.ts';
import { compact } from '../../src/chat/prompt/compaction.ts';
import { messagesOf } from '../../src/chat/prompt/messages.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const CONTEXT = 1024;
const SYSTEM = 'Be brief.';
const folder = mkdtempSync(path.join(tmpdir(), 'quire-long-'));
const client = ownEngine();
after(() => rmSync(folder, { recursive: true, force: true }));

/** Share of a prompt's tokens. */
const SPELT_OTHERWISE = 0.1;

it('goes on for 40 turns: the engine has nothing to leave out, and is given what was counted', async () => {
  const file = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
  const model = (await client.openModel({ path: file, contextTokens: CONTEXT, role: 'chat' })).id;
  const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
  const { conversation: handle } = await client.openChat({ model, workspace });
  const counter: TokenCounter = {
    texts: async (texts) => (await client.countTokens({ model, texts })).texts,
    prompt: async (messages) => (await client.countTokens({ model, conversations: [{ messages }] })).conversations[0]!,
  };
  const store = new ConversationStore(path.join(folder, 'chats'));
  let conversation = store.create();
  let compactions = 0;
  for (let n = 0; n < 40; n++) {
    const question = `${n}: ${'where does it come from? '.repeat(1 + (n % 5))}`;
    const parent = conversation.parentForQuestion();
    conversation.append({ type: 'user', id: `u${n}`, parent, at: n, text: question, attachments: [] });
    const result = await compact({ branch: conversation.branch(), system: SYSTEM, contextTokens: CONTEXT, counter });
    assert.notEqual(result.kind, 'tooLong');
    if (result.kind === 'compacted') {
      conversation.append(result.entry);
      compactions++;
    }
    const tokens = result.kind === 'compacted' ? result.entry.after : result.kind === 'fits' ? result.tokens : 0;
    const messages = messagesOf(conversation.branch(), SYSTEM);
    assert.equal(messages.at(-1)!.content.endsWith(question), true);
    const maxTokens = Math.min(24, answerTokens(CONTEXT, tokens));
    const answer = await client.chat({ conversation: handle, messages, maxTokens });
    assert.equal(answer.leftOutTurns, 0);
    // The engine has its answers as the model spelt them, which may take some tokens more or fewer than their text does.
    const off = Math.abs(answer.promptTokens - tokens);
    assert.ok(off <= SPELT_OTHERWISE * tokens, `${answer.promptTokens} tokens, ${tokens} counted`);
    conversation.append({
      type: 'assistant',
      id: `a${n}`,
      parent: conversation.head,
      at: n,
      text: answer.text,
      state: 'whole',
    });
    if (n % 10 === 9) conversation = await store.open(conversation.id);
  }
  assert.ok(compactions >= 2, String(compactions));
  assert.equal(conversation.path().filter(({ type }) => type === 'user').length, 40);
  await store.dispose();
});
