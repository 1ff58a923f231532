import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { forgetChats } from '../../../../src/chat/conversation/forget.ts';
import { lineOf } from '../../../../src/chat/conversation/lines.ts';
import { chatsFolder, chatsFoldersOf, makeChatsFolder } from '../../../../src/chat/conversation/place.ts';
import { ConversationStore } from '../../../../src/chat/conversation/store.ts';
import { answer, attachment, piece, user } from './entryMakers.ts';

const DAY_MS = 86_400_000;
/** Windows knows no modes of files, and ends processes in another way. */
const skip = process.platform === 'win32';

/** Of each test: they write what they still hold before the folder goes. */
const stores = new WeakMap<TestContext, ConversationStore[]>();

function temporary(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-chats-'));
  t.after(async () => {
    for (const store of stores.get(t) ?? []) await store.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function storeIn(t: TestContext, folder = path.join(temporary(t), 'chats')) {
  const trouble: string[] = [];
  const store = new ConversationStore(folder, (words) => trouble.push(words));
  stores.set(t, [...(stores.get(t) ?? []), store]);
  return { store, folder, trouble };
}

/** One question and its answer, on disk. */
async function kept(store: ConversationStore, text: string, at = Date.now()): Promise<string> {
  const conversation = store.create();
  conversation.append(user('u1', null, { text, at }));
  conversation.append(answer('a1', 'u1', { text: `About ${text}`, at }));
  await store.close(conversation.id);
  return conversation.id;
}

test('what was said is there in another window, and after a restart', async (t) => {
  const { store, folder } = storeIn(t);
  const conversation = store.create();
  conversation.append(user('u1', null));
  conversation.append(piece('a1', 'u1', 'Hel'));
  await store.flush();
  const other = storeIn(t, folder).store;
  const seen = await other.open(conversation.id);
  assert.deepEqual(seen.path(), conversation.path());
  seen.append(user('v1', null));
  conversation.append(answer('a1', 'u1'));
  await Promise.all([store.flush(), other.flush()]);
  const again = await store.open(conversation.id);
  assert.deepEqual(
    again
      .all()
      .map(({ id }) => id)
      .sort(),
    ['a1', 'u1', 'v1'],
  );
  assert.equal(again.begun, conversation.begun);
});

test('saving adds to what is on disk, and never writes it anew: a long conversation costs no more than a short one', async (t) => {
  const { store, folder } = storeIn(t);
  const conversation = store.create();
  const file = path.join(folder, `${conversation.id}.jsonl`);
  let before = '';
  let node = 0;
  for (let turn = 0; turn < 250; turn++) {
    conversation.append(user(`u${turn}`, turn === 0 ? null : `a${turn - 1}`, { text: `question ${turn}` }));
    conversation.append(answer(`a${turn}`, `u${turn}`, { text: 'An answer. '.repeat(20) }));
    if (turn % 10 !== 0) continue;
    await store.flush();
    node ||= statSync(file).ino;
    const now = readFileSync(file, 'utf8');
    assert.ok(
      now.length > before.length && now.startsWith(before),
      `what was kept before turn ${turn} stays as it was`,
    );
    assert.equal(statSync(file).ino, node, 'the same file');
    before = now;
  }
  const again = await storeIn(t, folder).store.open(conversation.id);
  assert.equal(again.path().length, 482);
});

test('a conversation in which nothing was asked leaves nothing', async (t) => {
  const { store, folder } = storeIn(t);
  const conversation = store.create();
  conversation.append({ type: 'note', id: 'n', parent: null, at: 1, text: 'Welcome' });
  await store.close(conversation.id);
  assert.throws(() => readdirSync(folder), { code: 'ENOENT' });
  await assert.rejects(store.open(conversation.id), /deleted/);
  assert.deepEqual(await store.list(), []);
});

test('files are for this user alone', { skip }, async (t) => {
  const { store, folder } = storeIn(t);
  const id = await kept(store, 'x');
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(path.join(folder, `${id}.jsonl`)).mode & 0o777, 0o600);
});

test('a torn last line is passed over, and what is appended after it is whole', async (t) => {
  const { store, folder } = storeIn(t);
  const id = await kept(store, 'x');
  const torn = lineOf(user('u2', 'a1', { text: 'é'.repeat(9) }));
  appendFileSync(path.join(folder, `${id}.jsonl`), Buffer.from(torn).subarray(0, -20));
  const conversation = await store.open(id);
  assert.equal(conversation.unread, 1);
  assert.equal(conversation.head, 'a1');
  conversation.append(user('u3', 'a1'));
  const again = await store.open(id);
  assert.deepEqual([again.head, again.unread], ['u3', 1]);
});

test('a list tells what is appended, newest first', async (t) => {
  const { store } = storeIn(t);
  const old = await kept(store, 'First question', 1000);
  const late = await kept(store, 'Second question', 2000);
  const summary = (await store.list()).find(({ id }) => id === old)!;
  assert.deepEqual(
    { ...summary, begun: 0, changed: 0 },
    {
      id: old,
      title: 'First question',
      begun: 0,
      changed: 0,
      messages: 2,
      question: 'First question',
    },
  );
  const conversation = await store.open(old);
  conversation.append(user('u2', 'a1', { at: Date.now() + 5000 }));
  await store.flush();
  assert.deepEqual(
    (await store.list()).map(({ id, messages }) => [id, messages]),
    [
      [old, 3],
      [late, 2],
    ],
  );
  const [again, same] = await Promise.all([store.list(), store.list()]);
  assert.deepEqual(again, same);
});

test('a list that is read over chunks and unknown lines is the same as the conversation', async (t) => {
  const { store, folder } = storeIn(t);
  const id = await kept(store, 'x');
  const file = path.join(folder, `${id}.jsonl`);
  appendFileSync(
    file,
    `${JSON.stringify({ ...{ text: '' }, ...user('u2', 'a1', { attachments: [attachment('a', 'ü'.repeat(200_000))] }) })}\n`,
  );
  appendFileSync(file, 'broken\n{"type":"later","at":1}\n');
  appendFileSync(
    file,
    `${lineOf({ type: 'title', title: 'Named ü', at: 5 })}\n${lineOf(answer('a2', 'u2')).slice(0, 30)}`,
  );
  const [summary] = await store.list();
  assert.deepEqual([summary!.title, summary!.messages], ['Named ü', 3]);
  appendFileSync(file, `${lineOf(answer('a2', 'u2')).slice(30)}\n`);
  assert.equal((await store.list())[0]!.messages, 4);
});

test('a search finds titles, questions and answers in any case, not what was attached', async (t) => {
  const { store } = storeIn(t);
  const first = await kept(store, 'Why does the SCHEDULER starve?', 1000);
  const conversation = store.create();
  conversation.append(user('u1', null, { text: 'Hello', attachments: [attachment('a.ts', 'scheduler')] }));
  conversation.append({ type: 'title', title: 'Grüße', at: 3 });
  await store.close(conversation.id);
  const found = await store.search('scheduler starve');
  assert.deepEqual(
    found.map(({ id, excerpts }) => [id, excerpts.map(({ role, message }) => [role, message])]),
    [
      [
        first,
        [
          ['user', 'u1'],
          ['assistant', 'a1'],
        ],
      ],
    ],
  );
  assert.equal(found[0]!.excerpts[1]!.text, 'About Why does the SCHEDULER starve?');
  assert.deepEqual((await store.search('GRÜSSE grü')).length, 0);
  assert.deepEqual(
    (await store.search('GRÜßE')).map(({ id, excerpts }) => [id, excerpts]),
    [[conversation.id, []]],
  );
  assert.deepEqual(
    (await store.search('starve about')).map(({ id }) => id),
    [first],
  );
  assert.deepEqual(
    (await store.search('grüße hello')).map(({ id }) => id),
    [conversation.id],
  );
  assert.deepEqual(await store.search('hello starve'), []);
  assert.deepEqual(await store.search('  '), []);
});

test('a conversation is renamed, open or not', async (t) => {
  const { store } = storeIn(t);
  const id = await kept(store, 'x');
  await store.rename(id, ' My\nchat ');
  assert.equal((await store.list())[0]!.title, 'My chat');
  const conversation = await store.open(id);
  await store.rename(id, '');
  assert.equal(conversation.title, 'x');
  assert.equal((await store.list())[0]!.title, 'x');
});

test('a removed conversation leaves nothing, whoever goes on in it', async (t) => {
  const { store, folder } = storeIn(t);
  const id = await kept(store, 'the secret question');
  const there = storeIn(t, folder);
  const elsewhere = await there.store.open(id);
  const conversation = await store.open(id);
  conversation.append(user('u2', 'a1', { text: 'the secret again' }));
  assert.equal(await store.remove(id), true);
  conversation.append(user('u3', 'u2', { text: 'the secret once more' }));
  elsewhere.append(user('u4', 'a1', { text: 'the secret elsewhere' }));
  await Promise.all([store.dispose(), there.store.dispose()]);
  assert.deepEqual(readdirSync(folder), []);
  assert.match(there.trouble.join('\n'), /deleted elsewhere/);
  assert.equal(there.trouble.length, 1);
  assert.equal(await store.remove(id), false);
  assert.deepEqual(await store.list(), []);
});

test('a removed file is overwritten', { skip }, async (t) => {
  const { store, folder } = storeIn(t);
  const id = await kept(store, 'the secret question');
  linkSync(path.join(folder, `${id}.jsonl`), path.join(folder, 'link'));
  await store.remove(id);
  assert.match(readFileSync(path.join(folder, 'link'), 'latin1'), /^\0+$/);
});

test('the name of a conversation leads nowhere else', async (t) => {
  const { store, folder } = storeIn(t);
  writeFileSync(path.join(path.dirname(folder), 'x.jsonl'), '');
  for (const id of ['../x', '', 'a/b', 'x\0']) {
    await assert.rejects(store.remove(id), /not the name/);
    await assert.rejects(store.open(id), /not the name/);
  }
});

test('old conversations are removed, but for those that are open here or elsewhere', async (t) => {
  const { store, folder } = storeIn(t);
  const now = Date.now() + 40 * DAY_MS;
  const ids: string[] = [];
  for (const text of ['old', 'open', 'elsewhere']) ids.push(await kept(store, text));
  const recent = await kept(store, 'recent', now - DAY_MS);
  const [old, open, elsewhere] = ids as [string, string, string];
  await store.open(open);
  writeFileSync(path.join(folder, `${elsewhere}.${process.ppid}.open`), '');
  const ended = spawn(process.execPath, ['-e', '']);
  await once(ended, 'exit');
  writeFileSync(path.join(folder, `${old}.${ended.pid}.open`), '');
  assert.deepEqual(await store.removeOlderThan(30, now), [old]);
  assert.deepEqual((await store.list()).map(({ id }) => id).sort(), [open, elsewhere, recent].sort());
});

test('a disk that cannot be written is said once in words, and nothing is lost when it can', { skip }, async (t) => {
  const base = temporary(t);
  const folder = path.join(base, 'chats');
  writeFileSync(folder, 'a file in the way');
  const { store, trouble } = storeIn(t, folder);
  const conversation = store.create();
  conversation.append(user('u1', null));
  await store.flush();
  conversation.append(answer('a1', 'u1'));
  await store.flush();
  assert.equal(trouble.length, 1);
  assert.match(trouble[0]!, /cannot be saved.*tried again/);
  rmSync(folder);
  await store.flush();
  assert.deepEqual((await store.open(conversation.id)).path(), conversation.path());
});

test('a conversation is exported as it is shown', async (t) => {
  const { store } = storeIn(t);
  const id = await kept(store, 'x');
  assert.match(await store.exportMarkdown(id), /^# x\n[\s\S]*## You\n\nx\n\n## Assistant\n\nAbout x\n$/);
});

test('a workspace has a folder by its real path, which is found again when it is gone', { skip }, async (t) => {
  const base = temporary(t);
  const environment = { QUIRE_DATA_DIR: path.join(base, 'data') };
  const [real, link] = [path.join(base, 'work'), path.join(base, 'link')];
  mkdirSync(real);
  symlinkSync(real, link);
  const made = await makeChatsFolder({ folder: link, name: 'work' }, environment);
  assert.equal(made, await chatsFolder({ folder: real, name: 'other' }, environment));
  assert.notEqual(made, await chatsFolder({ folder: null, name: real }, environment));
  assert.equal(path.basename(made).includes('work'), false);
  assert.equal(statSync(made).mode & 0o777, 0o700);
  assert.deepEqual(await chatsFoldersOf(link, environment), [made]);
  rmSync(real, { recursive: true });
  assert.deepEqual(await chatsFoldersOf(real, environment), [made]);
  assert.deepEqual(await chatsFoldersOf(base, environment), []);
  const id = await kept(new ConversationStore(made), 'x');
  assert.deepEqual(await forgetChats(real, environment), [id]);
  assert.deepEqual(await chatsFoldersOf(real, environment), []);
  assert.deepEqual(readdirSync(path.dirname(made)), []);
  assert.deepEqual(await forgetChats(real, environment), []);
});

const WRITER = `
import { ConversationStore } from ${JSON.stringify(new URL('../../../../src/chat/conversation/store.ts', import.meta.url).href)};
const store = new ConversationStore(process.argv[1], () => {});
const conversation = process.argv[2] ? await store.open(process.argv[2]) : store.create();
const own = String(process.pid);
conversation.append({ type: 'user', id: own, parent: conversation.head, at: Date.now(), text: own, attachments: [] });
let n = 0;
setInterval(() => {
  conversation.append({ type: 'piece', id: 'a' + own, parent: own, at: Date.now(), text: n++ + '.', reasoning: '' });
  process.stdout.write(n + ' ');
}, 2);
`;

/** What a writer says it appended, and when. */
function watched(child: ChildProcess): () => { count: number; at: number }[] {
  const told: { count: number; at: number }[] = [];
  child.stdout!.on('data', (chunk: Buffer) => {
    const count = Number(chunk.toString().trim().split(' ').at(-1));
    told.push({ count, at: performance.now() });
  });
  return () => told;
}

test('processes that are killed at any moment lose at most the last second of what they said', { skip }, async (t) => {
  const { store, folder } = storeIn(t);
  const id = await kept(store, 'x');
  for (let round = 0; round < 3; round++) {
    const writers = [0, 1].map(() => spawn(process.execPath, ['--input-type=module', '-e', WRITER, folder, id]));
    const told = writers.map(watched);
    await Promise.all(writers.map(({ stdout }) => once(stdout!, 'data')));
    await new Promise((resolve) => setTimeout(resolve, 1200 + 130 * round));
    const killedAt = performance.now();
    for (const writer of writers) writer.kill('SIGKILL');
    await Promise.all(writers.map((writer) => once(writer, 'exit')));
    const conversation = await store.open(id);
    for (const [n, { pid }] of writers.entries()) {
      const before =
        told[n]!()
          .filter(({ at }) => at < killedAt - 1000)
          .at(-1)?.count ?? 0;
      const text = conversation.message(`a${pid}`);
      const numbers = text?.type === 'assistant' ? text.text.split('.').slice(0, -1).map(Number) : [];
      assert.ok(numbers.length >= before, `${numbers.length} of ${before}`);
      assert.deepEqual(numbers, [...numbers.keys()]);
    }
  }
});
