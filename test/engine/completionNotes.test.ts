/** Notes of the memory in completions, through a real engine: who asks for them, and when. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Completer } from '../../src/completion/completer.ts';
import { type FileNotes, type NotedFile, ProjectNotes } from '../../src/completion/projectNotes.ts';
import {
  type ModelInfo,
  memoryChangedNotification,
  readWorkspaceNotification,
} from '../../src/engine/protocol/index.ts';
import { bundledModel, readingAtOnce } from '../helpers/engine.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-notes-'));
process.env.QUIRE_DATA_DIR = path.join(folder, 'data');
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const client = ownEngine();
const completer = new Completer(client);
let heard: (workspace: string) => void = () => {};
// Before the engine is there: what is said to a client begins with its first session.
client.listen(memoryChangedNotification, ({ workspace }) => heard(workspace));
/** As if it were of a size that is shown notes. */
let model: ModelInfo;
before(async () => {
  const opened = await client.openModel({ path: bundledModel, contextTokens: 0 });
  model = { ...readingAtOnce(opened), parameters: 7e9 };
});

async function project(name: string, animal: string): Promise<string> {
  const at = path.join(folder, name);
  mkdirSync(path.join(at, 'src'), { recursive: true });
  writeFileSync(
    path.join(at, 'src/pool.ts'),
    `/** Lends out pages of ${animal} memory. */\nexport class PagePool {\n  /** Lends the oldest ${animal} page. */\n  lend(count: number): number {\n    return count + 1;\n  }\n}\n`,
  );
  const workspace = await client.openWorkspace({ folder: at, name: at, trusted: true });
  client.tell(readWorkspaceNotification, { workspace, on: true });
  await client.memory.index({ place: { workspace } });
  return workspace;
}

/** What indexing changed is told a little later, perhaps more than once. */
async function toldOfAll(): Promise<void> {
  let news = 0;
  heard = () => news++;
  for (let known = -1; known !== news; await sleep(600)) known = news;
}

const TEXT = "import { PagePool } from './pool.js';\n\nexport const pool = new ";

/** The memory as completions have it, with every request counted. */
function counted(gate: Promise<void> = Promise.resolve()) {
  const asked: string[] = [];
  const notes = new ProjectNotes<NotedFile>(async ({ workspace, path: at }, signal): Promise<FileNotes | undefined> => {
    asked.push(workspace);
    await gate;
    const paths = ['src/pool.js'];
    const place = { workspace };
    return client.memory.activate({ place, for: 'completion', query: TEXT, tokens: 160, at, paths }, { signal });
  });
  const key = (workspace: string, typed: string) => {
    const told = notes.of({ workspace, path: 'src/use.ts' })?.memories ?? [];
    return completer.complete(
      model,
      {
        path: 'src/use.ts',
        prefix: TEXT + typed,
        suffix: '\n',
        notes: told.map(({ item, text }) => ({ path: item.path, text })),
      },
      { workspace, document: 'use', maxTokens: 4 },
    );
  };
  return { asked, notes, key };
}

describe('notes in completions', () => {
  it('are asked for by no key: one is answered while the memory says nothing, and takes what is there', async () => {
    const workspace = await project('one', 'zebra');
    const gate = Promise.withResolvers<void>();
    const { asked, notes, key } = counted(gate.promise);
    const rest = notes.rest({ workspace, path: 'src/use.ts' });
    const without = [];
    for (const typed of ['P', 'Pa', 'Pag']) without.push(await key(workspace, typed));
    assert.equal(asked.length, 1);
    gate.resolve();
    await rest;
    const memories = notes.of({ workspace, path: 'src/use.ts' })!.memories;
    assert.ok(memories.some(({ text }) => text.includes('zebra')));
    assert.ok(memories.every(({ item }) => item.path === 'src/pool.ts'));
    const beside = [];
    for (const typed of ['P', 'Pa', 'Pag']) beside.push(await key(workspace, typed));
    assert.equal(asked.length, 1);
    for (const [i, { result }] of beside.entries()) assert.ok(result.promptTokens > without[i]!.result.promptTokens);
    // They stand before what is typed: the next key computes nothing of them.
    const last = beside.at(-1)!.result;
    assert.ok(last.promptTokens - last.cachedTokens < last.promptTokens - without.at(-1)!.result.promptTokens);
  });

  it("are a workspace's own, and are forgotten when its memory changes, and only its", async () => {
    const [a, b] = [await project('a', 'giraffe'), await project('b', 'quokka')];
    await toldOfAll();
    const { asked, notes, key } = counted();
    await Promise.all([a, b].map((workspace) => notes.rest({ workspace, path: 'src/use.ts' })));
    const of = (workspace: string) => notes.of({ workspace, path: 'src/use.ts' });
    const told = (workspace: string) => JSON.stringify(of(workspace)?.memories);
    assert.match(told(a), /giraffe/);
    assert.doesNotMatch(told(a), /quokka/);
    assert.match(told(b), /quokka/);
    // What was computed for one is not there for the other.
    await key(a, 'P');
    assert.equal((await key(b, 'P')).result.cachedTokens, 0);

    const changed = Promise.withResolvers<string>();
    heard = (workspace) => {
      notes.forget(workspace);
      changed.resolve(workspace);
    };
    const [item] = of(a)!.memories;
    await client.memory.forget({ place: { workspace: a }, ids: [item!.item.id] });
    assert.equal(await changed.promise, a);
    assert.equal(of(a), undefined);
    assert.match(told(b), /quokka/);
    await notes.rest({ workspace: a, path: 'src/use.ts' });
    assert.ok(of(a)!.memories.every((memory) => memory.item.id !== item!.item.id));
    assert.deepEqual(asked.sort(), [a, a, b].sort());
  });
});
