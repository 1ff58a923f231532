/** Conversations of a workspace whose folder cannot be made: a file is in its place, which stops also whoever may do all. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../../../src/chat/conversation/open.ts';
import { answer, user } from './entryMakers.ts';

const of = { folder: null, name: 'a window' };

test('where nothing can be kept one can talk, it is said once why, and all is kept as soon as that is possible', async (t) => {
  const data = mkdtempSync(path.join(tmpdir(), 'quire-open-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const chats = path.join(data, 'chats');
  writeFileSync(chats, 'a file');
  const said: string[] = [];
  const store = await openStore(of, (words) => said.push(words), { QUIRE_DATA_DIR: data });
  t.after(() => store.dispose());
  assert.deepEqual(await store.list(), []);
  assert.deepEqual(await store.removeOlderThan(1), []);
  // Until something is asked nothing is lost.
  const first = store.create();
  await store.flush();
  assert.equal(said.length, 0);
  first.append(user('u1', null));
  await store.flush();
  first.append(answer('a1', 'u1'));
  await store.flush();
  const second = store.create();
  second.append(user('u2', null));
  await store.flush();
  assert.equal(said.length, 1);
  assert.match(said[0]!, /cannot be saved: a file is where the folder .* has to be\. Move it away/);
  assert.match(await store.exportMarkdown(first.id), /## You/);
  assert.equal(await store.remove(second.id), false);

  rmSync(chats);
  await store.flush();
  const [folder] = readdirSync(chats);
  assert.ok(folder);
  assert.ok(readdirSync(path.join(chats, folder)).includes(`${first.id}.jsonl`));
  const again = await openStore(of, (words) => said.push(words), { QUIRE_DATA_DIR: data });
  assert.deepEqual((await again.open(first.id)).path(), first.path());
  assert.deepEqual(
    (await again.list()).map(({ id }) => id),
    [first.id],
  );
  await again.dispose();
  assert.equal(said.length, 1);
});
