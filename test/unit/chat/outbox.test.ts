/** What becomes of a draft that is sent: it is never lost. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Draft, type Question } from '../../../src/chat/draft.ts';
import { type Expanded, Outbox } from '../../../src/chat/outbox.ts';
import type { ChatSession } from '../../../src/chat/session.ts';
import type { HostMessage } from '../../../src/chat/view/protocol.ts';

/** @param expand what a question comes to. */
function outboxOf(t: TestContext, expand: (question: Question, signal: AbortSignal) => Promise<Expanded>) {
  const sent: [string, string, string | undefined][] = [];
  const told: HostMessage[] = [];
  const begun: string[] = [];
  const draft = new Draft({
    weigh: async () => undefined,
    asSent: async (question) => question,
    readAhead: async () => {},
    offers: () => [],
    changed: () => {},
  });
  t.after(() => draft.stop());
  const session = {
    running: false,
    send: async ({ text }: Question, how: string, editing: string | undefined) => void sent.push([text, how, editing]),
    compact: async () => void begun.push('compact'),
  } as unknown as ChatSession;
  const outbox = new Outbox({
    draft,
    session: async () => session,
    expand,
    begin: async () => void begun.push('new'),
    tell: (message) => told.push(message),
    report: (error) => assert.fail(String(error)),
  });
  return { outbox, draft, sent, told, begun };
}

test('a question is sent as it comes to, in the place of the one that is edited', async (t) => {
  const { outbox, draft, sent } = outboxOf(t, async ({ text }) => ({
    question: { text: `${text}!`, attachments: [] },
  }));
  draft.set({ text: 'Why', attachments: [] }, 'u1');
  await outbox.sendDraft('steer');
  assert.deepEqual(sent, [['Why!', 'steer', 'u1']]);
  assert.deepEqual([draft.text, draft.editing], ['', undefined]);
  await outbox.sendDraft('queue');
  assert.equal(sent.length, 1, 'nothing is not sent');
});

test('what is refused, or fails, is in the draft again, and the view is told so', async (t) => {
  let fails = false;
  const { outbox, draft, sent, told } = outboxOf(t, async () => {
    if (fails) throw new Error('no such prompt');
    return { refused: '.env is secret' };
  });
  draft.set({ text: '@file:.env', attachments: [] }, 'u1');
  await outbox.sendDraft('queue');
  assert.deepEqual([draft.text, draft.editing, draft.refusal], ['@file:.env', 'u1', '.env is secret']);
  assert.deepEqual(told.at(-1), { type: 'setDraft', text: '@file:.env' });
  fails = true;
  await assert.rejects(outbox.sendDraft('queue'), /no such prompt/);
  assert.deepEqual([draft.text, draft.editing, sent.length], ['@file:.env', 'u1', 0]);
});

test('a search for what is named is shown, and can be stopped: nothing is sent then', async (t) => {
  const { outbox, draft, sent, told } = outboxOf(
    t,
    (question, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ question }))),
  );
  draft.set({ text: 'Where? @codebase', attachments: [] });
  const sending = outbox.sendDraft('queue');
  const waits = () => told.some((one) => one.type === 'patch' && one.patch.turn?.kind === 'waiting');
  while (!waits()) await new Promise((resolve) => setTimeout(resolve, 10));
  outbox.stop();
  await sending;
  assert.deepEqual([draft.text, sent.length], ['Where? @codebase', 0]);
});

test('a command of the panel is done, and nothing is left of it', async (t) => {
  const { outbox, draft, begun } = outboxOf(t, async ({ text }) => ({ action: text === '/new' ? 'new' : 'compact' }));
  for (const text of ['/new', '/compact']) {
    draft.set({ text, attachments: [] });
    await outbox.sendDraft('queue');
    assert.equal(draft.text, '');
  }
  assert.deepEqual(begun, ['new', 'compact']);
});
