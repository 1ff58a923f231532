/** What the panel shows and keeps when conversations are changed, with the real store. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ChatController, type ControllerNeeds } from '../../../src/chat/controller.ts';
import type { UserEntry } from '../../../src/chat/conversation/entries.ts';
import { ConversationStore } from '../../../src/chat/conversation/store.ts';

const ask = (id: string, text: string): UserEntry => ({
  type: 'user',
  id,
  parent: null,
  at: Date.now(),
  text,
  attachments: [],
});

test('a conversation that is opened again goes on being kept, and one that cannot be opened leaves it shown', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-controller-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = new ConversationStore(folder);
  const reported: unknown[] = [];
  // Nothing is asked of a model here.
  const needs = {
    context: { offers: () => [] },
    modelShown: () => ({ kind: 'opening' }),
    commands: () => [],
    mentions: () => [],
    tell: () => {},
    report: (error: unknown) => reported.push(error),
    close: (id: string) => store.close(id),
  } as unknown as ControllerNeeds;
  const controller = new ChatController(needs, Promise.resolve(store.create()));
  const first = (await controller.session).conversation;
  first.append(ask('one', 'One?'));
  await controller.show(store.open(first.id));
  const again = (await controller.session).conversation;
  assert.deepEqual(
    again.path().map(({ id }) => id),
    ['one'],
  );
  again.append(ask('two', 'Two?'));
  await assert.rejects(controller.show(store.open('gone')), /not there any more/);
  assert.equal(controller.conversation, first.id);
  (await controller.session).conversation.append(ask('three', 'Three?'));
  await controller.dispose();
  await store.dispose();
  const kept = await new ConversationStore(folder).open(first.id);
  assert.deepEqual(
    kept.all().map(({ id }) => id),
    ['one', 'two', 'three'],
  );
});
