import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageEntry } from '../../../../src/chat/conversation/entries.ts';
import { Conversation } from '../../../../src/chat/conversation/tree.ts';
import { attachmentText, messagesOf } from '../../../../src/chat/prompt/messages.ts';
import { editFormOf, systemPrompt } from '../../../../src/chat/prompt/system.ts';
import { describeTools, EDIT, READ, RUN, SEARCH } from '../../../../src/chat/tools/specs.ts';
import { answer, attachment, compaction, piece, user } from '../conversation/entryMakers.ts';

const branchOf = (...entries: MessageEntry[]) => new Conversation('c', entries).branch();
const told = (...entries: MessageEntry[]) =>
  messagesOf(branchOf(...entries), 'S').map(({ role, content }) => [role, content]);

test('system prompt, questions and answers, without what was thought and noted', () => {
  const messages = told(
    user('u1', null),
    answer('a1', 'u1', { reasoning: { text: 'secret thoughts', ms: 1 } }),
    { type: 'note', id: 'n', parent: 'a1', at: 1, text: 'note' },
    user('u2', 'n', { asked: 'what /fix says' }),
  );
  assert.deepEqual(messages, [
    ['system', 'S'],
    ['user', 'question u1'],
    ['assistant', 'answer a1'],
    ['user', 'what /fix says'],
  ]);
});

test('what is attached comes before the text, in its order, so that other chats begin alike', () => {
  const attachments = [
    attachment('src/a.ts', 'a\n', { language: 'typescript' }),
    attachment('b.md', '```\nx\n```', { lines: [3, 5], cut: 'b.md: lines 6-9 of 9 left out' }),
  ];
  assert.deepEqual(told(user('u1', null, { attachments, text: 'Why?' }))[1], [
    'user',
    [
      '```typescript src/a.ts\na\n```',
      '````text b.md:3-5\n```\nx\n```\n````\n(b.md: lines 6-9 of 9 left out)',
      'Why?',
    ].join('\n\n'),
  ]);
});

test('a label cannot end the line or the fence that it stands in, nor name its lines twice', () => {
  assert.equal(attachmentText(attachment('a\n```b.ts:1-2', 'x', { lines: [1, 2] })), '```text a b.ts:1-2\nx\n```');
});

test('speakers take turns, whatever was stopped or failed', () => {
  const messages = told(
    user('u1', null),
    user('u2', 'u1'),
    answer('a2', 'u2', { text: ' ', state: 'failed', error: 'out of memory' }),
    user('u3', 'a2'),
  );
  assert.deepEqual(
    messages.map(([role]) => role),
    ['system', 'user', 'assistant', 'user', 'assistant', 'user'],
  );
  assert.ok(messages.every(([, content]) => content!.trim() !== ''));
});

test('an answer whose question was lost still has one before it', () => {
  const { messages } = branchOf(answer('a1', 'lost'), user('u2', 'a1'));
  const roles = messagesOf({ messages, compaction: null }, 'S').map(({ role }) => role);
  assert.deepEqual(roles, ['system', 'user', 'assistant', 'user']);
});

test('calls are told as they were written, and results as messages of the user, whatever the template has for them', () => {
  const call = (id: string) => ({ id, name: 'read', arguments: { path: id } });
  const branch = branchOf(
    user('u1', null),
    answer('a1', 'u1', { text: 'I look.', raw: 'I look.\n<<<call read>>>', calls: [call('t1')] }),
    {
      type: 'tool',
      id: 'r1',
      parent: 'a1',
      at: 1,
      name: 'read',
      toolCallId: 't1',
      text: 'found',
      cut: 'rest left out',
    },
    answer('a2', 'r1', { text: '', raw: '<tool>' }),
    { type: 'tool', id: 'r2', parent: 'a2', at: 1, name: '', toolCallId: '', text: 'There is no such tool.' },
    user('u2', 'r2'),
  );
  assert.deepEqual(messagesOf(branch, ''), [
    { role: 'user', content: 'question u1' },
    { role: 'assistant', content: 'I look.\n<<<call read>>>' },
    { role: 'user', content: 'Result of read:\nfound\n(rest left out)' },
    { role: 'assistant', content: '<tool>' },
    { role: 'user', content: 'There is no such tool.' },
    { role: 'assistant', content: '(no answer)' },
    { role: 'user', content: 'question u2' },
  ]);
});

test('a compaction stands in the place of what it tells in short, before the first question that stays', () => {
  const turns = [user('u1', null), answer('a1', 'u1'), user('u2', 'a1'), answer('a2', 'u2')];
  assert.deepEqual(told(...turns, compaction('k', 'a2', 'u2')), [
    ['system', 'S'],
    ['user', 'in short k\n\nquestion u2'],
    ['assistant', 'answer a2'],
  ]);
  assert.deepEqual(told(...turns, compaction('k', 'a2', null), user('u3', 'k')), [
    ['system', 'S'],
    ['user', 'in short k\n\nquestion u3'],
  ]);
  assert.deepEqual(told(...turns, compaction('k', 'a2', null)), [
    ['system', 'S'],
    ['user', 'in short k'],
  ]);
});

test('results of tools before a compaction are cut as it says, later ones are not', () => {
  const call = (id: string) => ({ id, name: 'read', arguments: {} });
  const result = (id: string, parent: string): MessageEntry => ({
    type: 'tool',
    id: `r${id}`,
    parent,
    at: 1,
    name: 'read',
    toolCallId: id,
    text: '0123456789',
  });
  const messages = told(
    user('u1', null),
    answer('a1', 'u1', { calls: [call('t1')] }),
    result('t1', 'a1'),
    compaction('k', 'rt1', 'u1', { resultCharacters: 4 }),
    answer('a2', 'k', { calls: [call('t2')] }),
    result('t2', 'a2'),
  );
  assert.equal(messages[3]![1], 'Result of read:\n0123\n[… 6 more characters are left out]');
  assert.equal(messages[5]![1], 'Result of read:\n0123456789');
});

test('undoing a compaction restores the messages exactly, and appending only adds', () => {
  const conversation = new Conversation('c', [
    user('u1', null),
    answer('a1', 'u1'),
    user('u2', 'a1'),
    answer('a2', 'u2'),
  ]);
  const before = messagesOf(conversation.branch(), 'S');
  conversation.append(compaction('k', 'a2', 'u2'));
  assert.notDeepEqual(messagesOf(conversation.branch(), 'S'), before);
  conversation.append({ type: 'undo', compaction: 'k', at: 9 });
  assert.deepEqual(messagesOf(conversation.branch(), 'S'), before);
  conversation.append(user('u3', 'k'));
  conversation.append(piece('a3', 'u3', 'x'));
  assert.deepEqual(messagesOf(conversation.branch(), 'S').slice(0, before.length), before);
});

test('the system prompt is short, names files in blocks, and asks a small model for whole symbols', () => {
  const [small, large] = [systemPrompt(editFormOf(1.5)), systemPrompt(editFormOf(7))];
  // Any vocabulary for code has words of three letters and more on average: at most 400 tokens.
  for (const prompt of [small, large]) {
    assert.ok(prompt.length <= 1200, String(prompt.length));
    assert.match(prompt, /```ts src\/a\.ts/);
  }
  assert.match(small, /whole, in a block of its own/);
  assert.match(large, /SEARCH/);
  assert.equal(systemPrompt(editFormOf(0)), small);
  const tools = systemPrompt(editFormOf(30), describeTools([READ, SEARCH, EDIT, RUN]));
  assert.ok(tools.length <= 3000, `at most 1,000 tokens: ${tools.length}`);
  assert.equal(tools.match(/<<<<<<< SEARCH/g)?.length, 1);
});
