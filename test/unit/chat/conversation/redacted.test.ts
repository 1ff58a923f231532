import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { KeptMemory, UserEntry } from '../../../../src/chat/conversation/entries.ts';
import { lineOf } from '../../../../src/chat/conversation/lines.ts';
import { rewrite } from '../../../../src/chat/conversation/overwrite.ts';
import { redacted, redactedLines } from '../../../../src/chat/conversation/redacted.ts';
import { ConversationStore } from '../../../../src/chat/conversation/store.ts';
import { attachmentOfMemories } from '../../../../src/chat/memory.ts';
import { answer, attachment, user } from './entryMakers.ts';

const memory = (id: number, text: string): KeptMemory => ({
  item: { id, kind: 'fact', source: 'person', path: null, changed: 0, title: text },
  text,
  tokens: 5,
  inShort: false,
  flash: false,
  score: { total: 1, words: 1, vector: 0, recency: 0, ranking: 0 },
  why: [],
});

const SECRET = 'The vault opens at noon.';
const asked = (more: Partial<UserEntry> = {}): UserEntry =>
  user('u1', null, {
    attachments: [attachment('a.ts', 'code'), attachmentOfMemories([memory(7, SECRET), memory(8, 'Ports are odd.')])!],
    decision: 'It asks about the project.',
    ...more,
  });

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-redacted-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const bytesIn = (folder: string): string =>
  readdirSync(folder)
    .map((name) => `${name}\n${readFileSync(path.join(folder, name), 'latin1')}`)
    .join('\n');

test('a memory that is erased goes out of the questions that it was recalled for, and the others stay', () => {
  const entry = redacted(asked(), new Set([7]));
  assert.deepEqual(
    entry.attachments.map(({ label, kind }) => [kind, label]),
    [
      ['file', 'a.ts'],
      ['memory', '1 memory'],
    ],
  );
  assert.match(JSON.stringify(entry), /Ports are odd/);
  assert.doesNotMatch(JSON.stringify(entry), /vault/);
  assert.deepEqual(
    redacted(asked(), undefined).attachments.map(({ kind }) => kind),
    ['file'],
  );
});

test('so do titles, which are the beginnings of texts', () => {
  const tried = asked({ attachments: [], decision: SECRET, leftOut: [{ id: 7, title: SECRET }] });
  assert.doesNotMatch(JSON.stringify(redacted(tried, new Set([7]))), /vault/);
  const without = { type: 'without' as const, id: 'w', parent: 'u1', at: 2, memory: { id: 7, title: SECRET } };
  assert.doesNotMatch(JSON.stringify(redacted(without, undefined)), /vault/);
});

test('what has none of it is left as it is, to the letter', () => {
  for (const entry of [user('u1', null), answer('a1', 'u1'), asked()])
    assert.equal(redacted(entry, new Set([99])), entry);
  const lines = `${lineOf(asked())}\n{"torn\n`;
  assert.equal(redactedLines(lines, new Set([99])), undefined);
  const after = redactedLines(lines, new Set([7]))!;
  assert.ok(after.endsWith('\n{"torn\n'));
});

test('no byte of it is left in the files, of open conversations and of others', async (t) => {
  const folder = folderOf(t);
  const store = new ConversationStore(folder);
  t.after(() => store.dispose());
  const open = store.create();
  open.append(asked());
  open.append(answer('a1', 'u1'));
  const closed = store.create();
  closed.append(asked());
  await store.close(closed.id);
  await store.flush();
  assert.match(bytesIn(folder), /vault/);
  assert.deepEqual((await store.redact()).sort(), [open.id, closed.id].sort());
  assert.doesNotMatch(bytesIn(folder), /vault|Ports/);
  assert.doesNotMatch(JSON.stringify(open.all()), /vault|Ports/);
  // It goes on in the same file.
  open.append(user('u2', 'a1', { text: 'And then?' }));
  await store.flush();
  const again = await new ConversationStore(folder).open(open.id);
  assert.deepEqual(again.all(), open.all());
  assert.deepEqual(
    again.path().map(({ id }) => id),
    ['u1', 'a1', 'u2'],
  );
  assert.deepEqual(await store.redact(), []);
});

test('what another window appends meanwhile stays, without what is erased in it', async (t) => {
  const file = path.join(folderOf(t), 'c.jsonl');
  appendFileSync(file, 'one secret\n');
  let times = 0;
  const changed = await rewrite(file, (content) => {
    if (times++ === 0) appendFileSync(file, 'two secret\n');
    return content.replaceAll(' secret', '');
  });
  assert.equal(changed, true);
  assert.equal(readFileSync(file, 'utf8'), 'one\ntwo\n');
  assert.deepEqual(readdirSync(path.dirname(file)), ['c.jsonl']);
});
