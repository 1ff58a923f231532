import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { copyFor } from '../../../src/chat/copied.ts';
import type { OpenedChat } from '../../../src/chat/engineChat.ts';
import { attachedNow, attachedOf } from '../../../src/cli/attached.ts';
import { user } from '../chat/conversation/entryMakers.ts';

test('a later answer copies from an attached file as it is by then, and from none that an answer names', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-attached-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'a.ts');
  writeFileSync(file, 'before\n');
  const attachments = await attachedOf([file]);
  const messages = [user('u', null, { attachments })];
  const opened = (billions: number) => ({ model: { parameters: billions * 1e9 } }) as OpenedChat;
  assert.deepEqual((await copyFor(opened(7), messages, attachedNow))?.texts, ['before\n']);
  writeFileSync(file, 'after\n');
  assert.deepEqual((await copyFor(opened(7), messages, attachedNow))?.texts, ['after\n']);
  // It is told to write whole symbols.
  assert.equal(await copyFor(opened(1.5), messages, attachedNow), undefined);
  // By now it is a secret: nothing of it is read.
  writeFileSync(path.join(folder, '.gitignore'), 'a.ts\n');
  assert.deepEqual((await copyFor(opened(7), messages, attachedNow))?.texts, ['before\n']);
  assert.equal(await attachedNow({ path: file }), undefined);
  await assert.rejects(attachedOf([folder]), {
    message: `${folder} is not attached: it is a folder. Name files in it.`,
  });
});
