import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Conversations } from '../../../../src/chat/native/conversations.ts';
import type { ChatMessage, ChatTool } from '../../../../src/engine/protocol/index.ts';

const where = { model: 'm', workspace: 'w' };
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const tool = (name: string): ChatTool => ({ name, description: '', parameters: {} });

function bed() {
  let count = 0;
  const closed: string[] = [];
  const conversations = new Conversations({
    openChat: async () => ({ conversation: `c${++count}`, tools: true, contextTokens: 4096 }),
    closeChat: async (conversation) => void closed.push(conversation),
  });
  const use = async (messages: ChatMessage[], tools: ChatTool[] = []) => {
    const taken = await conversations.take(where, messages, tools);
    conversations.release(taken);
    return taken;
  };
  return { conversations, closed, use };
}

describe('conversations for an editor that has none', () => {
  it('go on where the history is the same, the longest first', async () => {
    const { use } = bed();
    const first = await use([user('a')]);
    assert.equal((await use([user('a'), assistant('b'), user('c')])).conversation, first.conversation);
    const other = await use([user('x')]);
    assert.notEqual(other.conversation, first.conversation);
    assert.equal((await use([user('a'), assistant('b'), user('d')])).conversation, first.conversation);
    const system: ChatMessage = { role: 'system', content: 's' };
    const third = await use([system, user('a')]);
    assert.notEqual(
      (await use([system, user('b')])).conversation,
      third.conversation,
      'a system message is no history',
    );
  });

  it('are not shared while they are in use, nor across workspaces', async () => {
    const { conversations } = bed();
    const one = await conversations.take(where, [user('a')], []);
    const two = await conversations.take(where, [user('a')], []);
    assert.notEqual(one.conversation, two.conversation);
    conversations.release(one);
    const three = await conversations.take({ ...where, workspace: 'v' }, [user('a')], []);
    assert.notEqual(three.conversation, one.conversation);
  });

  it('keep their tools sorted, and lose none', async () => {
    const { use } = bed();
    await use([user('a')], [tool('write'), tool('list')]);
    const next = await use([user('a'), assistant('b'), user('c')], [tool('read')]);
    assert.deepEqual(
      next.told.map(({ name }) => name),
      ['list', 'read', 'write'],
    );
    assert.deepEqual((await use([user('a'), assistant('b'), user('c')])).told, []);
    const last = await use([user('a'), assistant('b'), user('c'), assistant('d'), user('e')], [tool('list')]);
    assert.equal(last.told.length, 3);
  });

  it('are closed from the oldest on where they are too many, and all at once', async () => {
    const { conversations, closed, use } = bed();
    for (let index = 0; index < 10; index++) await use([user(`${index}`)]);
    assert.deepEqual(closed, ['c1', 'c2']);
    conversations.clear();
    assert.equal(closed.length, 10);
  });
});
