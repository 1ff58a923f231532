import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { lineOf } from '../../../src/chat/conversation/lines.ts';
import { ConversationStore } from '../../../src/chat/conversation/store.ts';
import { lastShown, rememberShown, retain } from '../../../src/chat/keeping.ts';
import { answer, user } from './conversation/entryMakers.ts';

const DAY_MS = 86_400_000;

function bed(t: TestContext) {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-keeping-'));
  const store = new ConversationStore(path.join(folder, 'chats'));
  t.after(async () => {
    await store.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  const remembered = new Map<string, unknown>();
  const memento = {
    get: (key: string) => remembered.get(key),
    update: async (key: string, value: unknown) => void remembered.set(key, value),
  };
  /** One that was begun and ended then. */
  const said = async (text: string, at: number): Promise<string> => {
    const id = randomUUID();
    const entries = [
      { type: 'conversation' as const, version: 1 as const, id, at },
      user('u1', null, { text, at }),
      answer('a1', 'u1', { text: 'Yes.', at }),
    ];
    mkdirSync(path.join(folder, 'chats'), { recursive: true });
    writeFileSync(path.join(folder, 'chats', `${id}.jsonl`), entries.map((entry) => `${lineOf(entry)}\n`).join(''));
    return id;
  };
  return { store, memento, said };
}

test('a window begins with the conversation that it showed last, whichever is newer', async (t) => {
  const { store, memento, said } = bed(t);
  const older = await said('older', Date.now() - 10 * DAY_MS);
  await said('newer', Date.now());
  rememberShown(memento, older);
  assert.equal((await lastShown(store, memento)).id, older);
  await store.remove(older);
  const fresh = await lastShown(store, memento);
  assert.equal(fresh.firstQuestion, undefined, 'one that is gone is not looked for');
});

test('where nobody remembers, it is the one of the last day', async (t) => {
  const { store, memento, said } = bed(t);
  const old = await said('old', Date.now() - 2 * DAY_MS);
  assert.notEqual((await lastShown(store, memento)).id, old);
  const recent = await said('recent', Date.now() - DAY_MS / 2);
  assert.equal((await lastShown(store, memento)).id, recent);
});

test('what is older than it is to be kept goes, with its pages; without a limit nothing does', async (t) => {
  const { store, said } = bed(t);
  await said('old', Date.now() - 40 * DAY_MS);
  const recent = await said('recent', Date.now());
  let forgotten = 0;
  const forget = async () => void forgotten++;
  await retain(Promise.resolve(store), () => 0, forget);
  assert.deepEqual([(await store.list()).length, forgotten], [2, 0]);
  await retain(Promise.resolve(store), () => 30, forget);
  assert.deepEqual([(await store.list()).map(({ id }) => id), forgotten], [[recent], 1]);
  await retain(Promise.resolve(store), () => 30, forget);
  assert.equal(forgotten, 1, 'nothing went, so nothing is forgotten');
});
