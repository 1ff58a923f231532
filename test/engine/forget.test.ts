/** What is forgotten is gone from the files, and what is not trusted never comes into them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { makeChatsFolder } from '../../src/chat/conversation/place.ts';
import { ConversationStore } from '../../src/chat/conversation/store.ts';
import { EngineClient } from '../../src/engine/client/client.ts';
import { endpointFiles, readEndpointFile } from '../../src/engine/endpoint.ts';
import { type CompletionParams, type KvStatus, pinDocumentsNotification } from '../../src/engine/protocol/index.ts';
import { bundledModel, engineCommand, gone, repository } from '../helpers/engine.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-forget-'));
const cache = path.join(folder, 'cache');
const client = ownEngine({ cache: { folder: cache } });
const text = readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8');

after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

interface Row {
  key: string;
  tokens: Uint8Array;
}

const kv = async (): Promise<KvStatus> => (await client.status()).models[0]!.kv;

function rowsOf(workspace: string): Row[] {
  const database = new DatabaseSync(path.join(cache, 'pages/pages.sqlite'), { readOnly: true });
  try {
    return database.prepare('SELECT key, tokens FROM pages WHERE workspace = ?').all(workspace) as unknown as Row[];
  } finally {
    database.close();
  }
}

/** Names of the files of the cache that have any of these bytes. */
function filesWith(...wanted: (string | Uint8Array)[]): string[] {
  const files = readdirSync(cache, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.flatMap(({ name, parentPath }) => {
    const bytes = readFileSync(path.join(parentPath, name));
    return wanted.some((each) => bytes.includes(typeof each === 'string' ? each : Buffer.from(each))) ? [name] : [];
  });
}

/** A completion in a document of a folder that is pinned, in a workspace of that folder. */
async function work(model: string, name: string, at: number, trusted = true) {
  const place = path.join(folder, name);
  mkdirSync(place, { recursive: true });
  const workspace = await client.openWorkspace({ folder: place, name: place, trusted });
  const document = `file:///${name}.ts`;
  client.tell(pinDocumentsNotification, { workspace, keys: [document] });
  const params: CompletionParams = {
    model,
    workspace,
    class: 'keystroke',
    document,
    segments: [{ text: text.slice(at, at + 1500) }],
    maxTokens: 4,
    ngram: false,
    oneLine: false,
  };
  const { promptTokens } = await client.complete(params);
  return { place, workspace, params, pages: Math.floor(promptTokens / 32) };
}

it('a workspace that is forgotten leaves no byte in any file, and others stay', async () => {
  const { id } = await client.openModel({ path: bundledModel, contextTokens: 0 });
  const [other, mine] = [await work(id, 'other', 0), await work(id, 'mine', 3000)];
  while ((await kv()).disk.pages < other.pages + mine.pages) await sleep(50);
  const rows = rowsOf(mine.workspace);
  assert.ok(rows.length >= mine.pages);
  const traces = rows.flatMap(({ key, tokens }) => [key, tokens]);
  assert.ok(filesWith(...traces).length > 0 && filesWith(mine.workspace).length > 0);

  await client.forgetWorkspace({ folder: mine.place });
  assert.deepEqual(filesWith(mine.workspace, ...traces), []);
  assert.ok(rowsOf(other.workspace).length >= other.pages);
  assert.equal((await client.complete(mine.params)).cachedTokens, 0);
  assert.ok((await client.complete(other.params)).cachedTokens > 0);
});

it('a workspace that is not trusted is never written', async () => {
  const { id } = await client.openModel({ path: bundledModel, contextTokens: 0 });
  const wild = await work(id, 'wild', 6000, false);
  assert.match(wild.workspace, /^~/);
  // What is trusted and was asked for later is on disk: the other would be too.
  const tame = await work(id, 'tame', 9000);
  while (rowsOf(tame.workspace).length < tame.pages) await sleep(50);
  await client.restart();
  assert.deepEqual(filesWith(wild.workspace), []);
  assert.ok(filesWith(tame.workspace).length > 0);
});

it('a workspace is erased where no model is open', async () => {
  const place = path.join(folder, 'other');
  const workspace = await client.openWorkspace({ folder: place, name: place, trusted: true });
  await client.dispose({ shutdown: true });
  assert.ok(filesWith(workspace).length > 0);
  const bare = new EngineClient(engineCommand({ cache: { folder: cache } }), 'test');
  await bare.forgetWorkspace({ folder: place });
  assert.deepEqual((await bare.status()).models, []);
  assert.deepEqual(filesWith(workspace), []);
  await bare.dispose({ shutdown: true });
});

it('the command removes the conversations of a folder, and those of no other', async () => {
  const environment = { ...process.env, QUIRE_DATA_DIR: path.join(folder, 'data'), NODE_NO_WARNINGS: '1' };
  const asked = async (place: string): Promise<string> => {
    const chats = await makeChatsFolder({ folder: place, name: place }, environment);
    const store = new ConversationStore(chats);
    store.create().append({ type: 'user', id: 'q', parent: null, at: 1, text: 'What is it?', attachments: [] });
    await store.dispose();
    return chats;
  };
  const [mine, other] = [path.join(folder, 'mine'), path.join(folder, 'other')];
  const [removed, stays] = [await asked(mine), await asked(other)];
  const command = path.join(repository, 'src/cli/main.ts');
  const before = new Set(endpointFiles().map((file) => readEndpointFile(file)?.pid));
  const { stderr } = await promisify(execFile)(process.execPath, [command, 'forget', mine], { env: environment });
  for (const { pid } of endpointFiles().flatMap((file) => readEndpointFile(file) ?? [])) {
    if (before.has(pid)) continue;
    process.kill(pid);
    await gone(pid);
  }
  assert.match(stderr, /nothing is kept of .*mine; its conversations, 1, are gone, too/);
  assert.equal(existsSync(removed), false);
  assert.equal((await new ConversationStore(stays).list()).length, 1);
});
