/** Indexing through a real engine: killed again and again, searched and typed beside it. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CompletionParams,
  changeDocumentNotification,
  type MemoryItem,
  type MemoryPlace,
  openDocumentNotification,
  readWorkspaceNotification,
} from '../../src/engine/protocol/index.ts';
import { bundledModel, repository } from '../helpers/engine.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-indexing-'));
process.env.QUIRE_DATA_DIR = path.join(folder, 'data');
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
const client = ownEngine();

/** Files that people wrote. */
const project = path.join(folder, 'project');
for (const part of ['chat', 'cli', 'completion', 'engine/client', 'engine/server/core', 'files', 'monitor', 'syntax'])
  cpSync(path.join(repository, 'src', part), path.join(project, 'src', part), { recursive: true });

async function all(place: MemoryPlace): Promise<Map<string, MemoryItem>> {
  const items: MemoryItem[] = [];
  for (;;) {
    const listed = await client.memory.list({ place, offset: items.length, limit: 1000 });
    items.push(...listed.items);
    if (items.length >= listed.total || listed.items.length === 0) break;
  }
  return new Map(items.map((item) => [item.key, item]));
}

const said = (items: Map<string, MemoryItem>): [string, string][] =>
  [...items]
    .filter(([key]) => !key.startsWith('fact:'))
    .map(([key, { text }]): [string, string] => [key, text])
    .sort();

it('loses nothing that was committed, however often the engine is killed, and comes to the same in the end', async () => {
  const workspace = await client.openWorkspace({ folder: project, name: project, trusted: true });
  const place = { workspace };
  const facts: number[] = [];
  let before = new Map<string, MemoryItem>();
  for (let kill = 1; kill <= 20; kill++) {
    client.tell(readWorkspaceNotification, { workspace, on: true });
    const { promise: moved, resolve } = Promise.withResolvers<void>();
    let first: number | undefined;
    const stop = new AbortController();
    const indexed = client.memory.index(
      { place },
      {
        signal: stop.signal,
        onProgress: ({ done, state }) => {
          first ??= done;
          if (done >= first + 3 || state === 'idle') resolve();
        },
      },
    );
    indexed.catch(() => undefined);
    await moved;
    const fact = await client.memory.add({ place, text: `Migration ${kill * 7919} was made by hand, number ${kill}.` });
    facts.push(fact.id);
    const now = await all(place);
    for (const [key, { id }] of before) assert.equal(now.get(key)?.id, id, `${key} was lost by kill ${kill - 1}`);
    before = now;
    const { state } = client;
    assert(state.kind === 'ready');
    process.kill(state.pid, 'SIGKILL');
    stop.abort();
    await indexed.catch(() => undefined);
    assert.equal((await client.memory.status({ place })).trouble, null);
  }
  for (const id of facts) assert.equal((await client.memory.get({ place, id }))?.item.kind, 'fact');
  assert(before.size > facts.length + 60);

  client.tell(readWorkspaceNotification, { workspace, on: true });
  const { state, done, total } = (await client.memory.index({ place }))!;
  assert.deepEqual([state, done], ['idle', total]);
  const fresh = { database: path.join(folder, 'fresh.db') };
  await client.memory.index({ place: fresh, folder: project });
  assert.deepEqual(said(await all(place)), said(await all(fresh)));
});

it('answers questions, and completes what is typed, while it reads', async () => {
  const { id: model } = await client.openModel({ path: bundledModel, contextTokens: 0 });
  const workspace = await client.openWorkspace({ folder: null, name: 'typed', trusted: true });
  const place = { database: path.join(folder, 'beside.db') };
  await client.memory.add({ place, text: 'The mongoose gateway listens on 7001.' });
  let isReading = true;
  let waits = '';
  const indexed = client.memory
    .index(
      { place, folder: path.join(project, 'src/chat') },
      { onProgress: (indexing) => (waits ||= indexing.waits ?? '') },
    )
    .finally(() => {
      isReading = false;
    });
  let [answers, keys, tokens] = [0, 0, 0];
  while (isReading) {
    const found = await client.memory.search({ place, query: 'Where does our mongoose gateway listen?', top: 1 });
    if (!isReading) break;
    assert.equal(found?.hits[0]?.item.kind, 'fact');
    answers++;
    const completion: CompletionParams = {
      model,
      workspace,
      class: 'keystroke',
      document: 'file:///a.ts',
      segments: [{ text: `export function add${keys}(a: number, b: number): number {\n  return ` }],
      maxTokens: 16,
      ngram: false,
      oneLine: false,
    };
    const { generatedTokens } = await client.complete(completion);
    if (!isReading) break;
    assert(generatedTokens > 0);
    keys++;
    tokens += generatedTokens;
    await sleep(5);
  }
  assert.equal((await indexed)?.state, 'idle');
  assert(answers >= 3 && keys >= 3 && tokens > keys, `${answers} answers, ${keys} completions, ${tokens} tokens`);
  assert.match(waits, /comes first/);
});

it('reads nothing while somebody types in a file, and goes on by itself', async () => {
  const typed = path.join(folder, 'typed');
  mkdirSync(typed);
  const workspace = await client.openWorkspace({ folder: typed, name: typed, trusted: true });
  const document = { workspace, key: 'file:///b.ts', path: 'b.ts', text: '' };
  client.tell(openDocumentNotification, { ...document, version: 1 });
  let version = 1;
  const type = () => {
    const edits = [{ start: 0, end: 0, text: 'x' }];
    client.tell(changeDocumentNotification, { workspace, key: document.key, from: version, version: ++version, edits });
  };
  const seen: { done: number; waits: string | null }[] = [];
  const place = { database: path.join(folder, 'typed.db') };
  type();
  const typing = setInterval(type, 50);
  let isTyping = true;
  const indexed = client.memory.index(
    { place, folder: path.join(project, 'src/engine') },
    { onProgress: ({ done, waits }) => isTyping && seen.push({ done, waits: waits ?? null }) },
  );
  await sleep(3_000);
  clearInterval(typing);
  isTyping = false;
  const end = await indexed;
  assert.match(seen.at(-1)?.waits ?? '', /comes first/, 'it says why it waits');
  assert.ok(seen.at(-1)!.done < end!.done / 2, `${seen.at(-1)!.done} of ${end!.done} were read while somebody typed`);
  assert.equal(end!.state, 'idle');
});
