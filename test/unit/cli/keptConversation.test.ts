import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Entry } from '../../../src/chat/conversation/entries.ts';
import { KeptConversation } from '../../../src/cli/keptConversation.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-kept-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const user = (id: string, parent: string | null): Entry => {
  return { type: 'user', id, parent, at: 1, text: `question ${id}`, attachments: [] };
};

test('what was appended is there when the file is opened again, for this user alone', async () => {
  const file = path.join(folder, 'a.jsonl');
  const kept = await KeptConversation.open(file);
  kept.conversation.append(user('q', kept.conversation.parentForQuestion()));
  assert.equal(readFileSync(file, 'utf8').split('\n').length, 2, 'a question is written when it is saved');
  await kept.save();
  const again = await KeptConversation.open(file);
  assert.equal(again.conversation.id, kept.conversation.id);
  assert.deepEqual(again.conversation.path(), kept.conversation.path());
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a torn line is passed over and counted, and the next one is not lost with it', async () => {
  const file = path.join(folder, 'torn.jsonl');
  await KeptConversation.open(file);
  appendFileSync(file, '{"type":"user","at":3,"id":"half","te');
  const kept = await KeptConversation.open(file);
  assert.equal(kept.conversation.unread, 1);
  kept.conversation.append(user('q', null));
  await kept.save();
  const again = await KeptConversation.open(file);
  assert.deepEqual([again.conversation.unread, again.conversation.head], [1, 'q']);
});

test('a file that is something else is refused, and stays as it is', async () => {
  const file = path.join(folder, 'notes.md');
  writeFileSync(file, '# Notes\n');
  await assert.rejects(KeptConversation.open(file), /notes\.md is no conversation/);
  assert.equal(readFileSync(file, 'utf8'), '# Notes\n');
});

test('a place where none can be kept is told by its name', async () => {
  await assert.rejects(KeptConversation.open(folder), { message: `${folder} is a folder: name a file` });
  const file = path.join(folder, 'none/a.jsonl');
  await assert.rejects(KeptConversation.open(file), { message: `${file} cannot be written: there is no such folder` });
});

test('without a file nothing is kept', async () => {
  const kept = await KeptConversation.open(undefined);
  kept.conversation.append(user('q', null));
  await kept.save();
  assert.equal(kept.conversation.head, 'q');
});
