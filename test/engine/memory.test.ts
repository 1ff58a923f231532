/** Memories through a real engine: its thread, its files, and all of its clients. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { EngineClient } from '../../src/engine/client/client.ts';
import {
  changeDocumentNotification,
  closeDocumentNotification,
  memoryChangedNotification,
  openDocumentNotification,
  readWorkspaceNotification,
} from '../../src/engine/protocol/index.ts';
import { engineCommand } from '../helpers/engine.ts';
import { cache, client, data, filesWith, folder, memoryIn, open, POOL, write } from './ownMemory.ts';

const logged: string[] = [];
client.onLog(({ level, message }) => level !== 'info' && logged.push(message));

describe('a memory', () => {
  it('keeps a fact, finds it, says why, and takes it back', async () => {
    const { place, workspace } = await open('facts');
    assert.equal(existsSync(memoryIn(workspace)), false);
    const item = await client.memory.add({ place, text: 'The integration tests need port 8123.' });
    assert.equal((await client.memory.add({ place, text: 'the integration tests need port 8123' })).id, item.id);
    const query = 'which port do the integration tests need?';
    const found = await client.memory.search({ place, query, top: 5 });
    assert.deepEqual(
      found?.hits.map((hit) => hit.item.id),
      [item.id],
    );
    const { score, why } = found!.hits[0]!;
    assert.equal(score.total.toFixed(9), (score.words + score.vector + score.recency + score.ranking).toFixed(9));
    assert(why.includes('port'));
    assert.deepEqual((await client.memory.search({ place, query: 'quokka vfrtzk', top: 5 }))?.hits, []);

    assert.equal((await client.memory.change({ place, id: item.id, pinned: true })).pinned, true);
    const edited = await client.memory.change({ place, id: item.id, text: 'The integration tests need port 8200.' });
    assert.deepEqual(
      [edited.id, edited.title, edited.pinned],
      [item.id, 'The integration tests need port 8200.', true],
    );
    const { forgotten, change } = await client.memory.forget({ place, ids: [item.id, 99] });
    assert.equal(forgotten, 1);
    assert.equal(await client.memory.get({ place, id: item.id }), null);
    const { changes } = await client.memory.journal({ place });
    const { id, what } = changes[0]!;
    assert.equal(change, id);
    assert.match(what, /^Forgot “The integration tests need port 8200\.”$/);
    // Twice, as a client does that lost the first answer.
    for (let n = 0; n < 2; n++) assert.equal((await client.memory.undo({ place, change: id })).undone, true);
    assert.equal((await client.memory.get({ place, id: item.id }))?.item.text, edited.text);
    // Whatever was written since: each takes just itself back.
    const more = await client.memory.add({ place, text: 'Fixtures are made by the walrus script.' });
    await client.memory.undo({ place, change: edited.change! });
    assert.equal((await client.memory.get({ place, id: item.id }))?.item.text, 'the integration tests need port 8123');
    await client.memory.undo({ place, change: more.change! });
    assert.equal(await client.memory.get({ place, id: more.id }), null);
    assert.deepEqual(await client.memory.forget({ place, ids: [more.id] }), { forgotten: 0, change: null });
  });

  it('says what is in the files, which are read with leave only', async () => {
    write('code', 'src/pool.ts', POOL);
    const { place, workspace } = await open('code');
    await assert.rejects(client.memory.index({ place }), { kind: 'workspaceUnread', message: /trust it/ });
    const about = [{ path: 'src/pool.ts', lines: [4, 4] as [number, number] }];
    await assert.rejects(client.memory.add({ place, text: 'It is slow.', about }), { kind: 'workspaceUnread' });
    client.tell(readWorkspaceNotification, { workspace, on: true });
    const steps: number[] = [];
    const indexing = await client.memory.index({ place }, { onProgress: ({ done }) => steps.push(done) });
    assert.deepEqual([indexing?.state, indexing?.done, indexing?.total], ['idle', 1, 1]);
    assert(steps.length > 0);
    const [read] = (await client.memory.journal({ place })).changes;
    assert.deepEqual([read?.what, read?.final], ['Indexed 1 file', true]);
    const found = await client.memory.search({ place, query: 'Who lends out zebra memory?', top: 1 });
    const hit = found!.hits[0]!;
    assert.equal(hit.item.path, 'src/pool.ts');
    assert(hit.sentences.every((sentence) => sentence.isTrue));
  });

  it('does not use what the code contradicts, be it in its file or as it is typed', async () => {
    const { place, workspace } = await open('code', { reads: true });
    const about = [{ path: 'src/pool.ts', lines: [4, 4] as [number, number] }];
    const fact = await client.memory.add({ place, text: 'Lending a page twice is a known giraffe problem.', about });
    assert.deepEqual(
      fact.sentences[0]!.anchors.map(({ symbol }) => symbol),
      ['PagePool.lend'],
    );
    const recalled = async () => {
      const query = 'Is lending a page twice our known giraffe problem?';
      const { memories } = (await client.memory.activate({ place, query, tokens: 2000, for: 'chat' }))!;
      return memories.some(({ item }) => item.id === fact.id);
    };
    assert.equal(await recalled(), true);
    const key = 'file:///pool.ts';
    const document = { workspace, key, path: 'src/pool.ts' };
    client.tell(openDocumentNotification, { ...document, version: 1, text: POOL.replace('+ 1', '+ 2') });
    assert.equal(await recalled(), false);
    const at = POOL.indexOf('+ 1') + 2;
    const edits = [{ start: at, end: at + 1, text: '1' }];
    client.tell(changeDocumentNotification, { workspace, key, from: 1, version: 2, edits });
    assert.equal(await recalled(), true);
    client.tell(closeDocumentNotification, { workspace, key });
    write('code', 'src/pool.ts', POOL.replace('+ 1', '+ 3'));
    assert.equal(await recalled(), false);
    write('code', 'src/pool.ts', `// moved down\n\n${POOL.replaceAll('  ', '    ')}`);
    assert.equal(await recalled(), true);
  });

  it('keeps a turn once, and gives it to the prompts of another conversation', async () => {
    const { place } = await open('turns');
    const turn = {
      place,
      conversation: 'c1',
      message: 'm1',
      question: 'Why does the walrus exporter skip rows without a header in our reports?',
      answer:
        'The walrus exporter skips them because the header names the columns. Set `keepHeadless` to keep such rows.',
      recalled: [],
    };
    const item = await client.memory.recordTurn(turn);
    assert.equal((await client.memory.recordTurn(turn))?.id, item?.id);
    const query = 'Did we say why the walrus exporter skips rows?';
    const asked = { place, query, tokens: 2000, for: 'chat' as const };
    const { memories } = (await client.memory.activate({ ...asked, conversation: 'c2' }))!;
    assert.deepEqual(
      memories.map((memory) => memory.item.id),
      [item?.id],
    );
    const without = (await client.memory.activate({ ...asked, leaveOut: [item!.id] }))!;
    assert.deepEqual(without.memories, []);
    const { item: used } = (await client.memory.get({ place, id: item!.id }))!;
    assert.deepEqual([used.activations, used.activated !== null], [1, true]);
  });

  it('refuses in words what makes no sense, and a secret without repeating it', async () => {
    const { place } = await open('facts');
    const { memory } = client;
    const invalid = { kind: 'memoryInvalid' };
    await assert.rejects(memory.add({ place, text: '  ' }), invalid);
    await assert.rejects(memory.search({ place, query: 'x', top: 51 }), invalid);
    await assert.rejects(memory.list({ place, path: '../other' }), invalid);
    await assert.rejects(memory.list({ place: {} as never }), { ...invalid, message: /one workspace or one database/ });
    await assert.rejects(memory.list({ place: { database: 'relative.db' } }), { ...invalid, message: /full path/ });
    await assert.rejects(memory.list({ place: { workspace: 'none' } }), { kind: 'workspaceUnknown' });
    await assert.rejects(memory.change({ place, id: 12345, pinned: true }), { ...invalid, message: /no memory 12345/ });
    await assert.rejects(memory.undo({ place, change: 12345 }), invalid);
    const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    const refusal = await memory.add({ place, text: `The token is ${token}.` }).catch((error: Error) => error);
    assert(refusal instanceof Error && /secret/i.test(refusal.message) && !refusal.message.includes(token));
    assert.deepEqual(filesWith(data, token), []);
  });

  it('is one for all clients of a workspace, who hear of changes, and none of another with its name', async () => {
    const other = new EngineClient(engineCommand({ cache: { folder: cache } }), 'other');
    const { promise: told, resolve } = Promise.withResolvers<string>();
    other.listen(memoryChangedNotification, ({ workspace }) => resolve(workspace));
    try {
      const { place, workspace } = await open('shared/app', { by: other });
      await open('shared/app');
      const item = await client.memory.add({ place, text: 'Releases are made by the okapi script.' });
      assert.equal(await told, workspace);
      assert.equal((await other.memory.get({ place, id: item.id }))?.item.text, item.text);
      const twin = await open('twin/app');
      assert.equal((await client.memory.list({ place: twin.place })).total, 0);
      assert.notEqual(twin.workspace, workspace);
    } finally {
      await other.dispose();
    }
  });

  it('stays where a workspace is forgotten: that is for what is computed', async () => {
    const { place, workspace } = await open('shared/app');
    await client.forgetWorkspace({ workspace });
    assert.equal((await client.memory.list({ place })).total, 1);
  });
});

describe('the budget of memories', () => {
  it('is the one that the settings say, from then on and in the next engine', async () => {
    const { place } = await open('budget');
    const told = async () => {
      const { budgetBytes, indexing } = await client.memory.status({ place });
      return [budgetBytes, indexing.budgetMs, indexing.modelTokenBudget];
    };
    assert.deepEqual(await told(), [256 * 2 ** 20, 600_000, 200_000]);
    const memory = { minutesPerDay: 2, modelTokensPerDay: 0, megabytes: 32 };
    await client.reconfigure(engineCommand({ cache: { folder: cache }, memory }));
    assert.deepEqual(await told(), [32 * 2 ** 20, 120_000, 0]);
    await client.restart();
    assert.deepEqual(await told(), [32 * 2 ** 20, 120_000, 0]);
    await client.reconfigure(engineCommand({ cache: { folder: cache } }));
  });
});

describe('a database by itself', () => {
  it('has a memory of its own, with the folder that it was indexed from', async () => {
    write('lone', 'src/pool.ts', POOL);
    const place = { database: path.join(folder, 'lone.db') };
    await assert.rejects(client.memory.index({ place }), { kind: 'memoryInvalid', message: /Name one/ });
    await assert.rejects(client.memory.index({ place, folder: path.join(folder, 'nowhere') }), {
      kind: 'memoryInvalid',
    });
    const indexing = await client.memory.index({ place, folder: path.join(folder, 'lone') });
    assert.equal(indexing?.done, 1);
    const found = await client.memory.search({ place, query: 'PagePool', top: 1 });
    assert.equal(found?.hits[0]?.item.path, 'src/pool.ts');
    assert(found.hits[0].sentences.every((sentence) => sentence.isTrue));
    const { items, pages } = await client.memory.erase({ place });
    assert.deepEqual([items > 1, pages], [true, false]);
    assert.equal(existsSync(place.database), false);
  });

  it('is never made out of a file that is none', async () => {
    const file = path.join(folder, 'diary.txt');
    writeFileSync(file, 'Dear diary, this is no database.');
    const unavailable = { kind: 'memoryUnavailable', message: /no database.*nothing in it was changed/ };
    await assert.rejects(client.memory.list({ place: { database: file } }), unavailable);
    await assert.rejects(client.memory.erase({ place: { database: file } }), unavailable);
    assert.equal(readFileSync(file, 'utf8'), 'Dear diary, this is no database.');
  });
});

describe('a memory whose file is damaged', () => {
  it('sets it aside, says so once, and goes on', async () => {
    const { place, workspace } = await open('damaged');
    await client.memory.add({ place, text: 'The gerbil cache is warmed at noon.' });
    await client.restart();
    const name = readdirSync(memoryIn(workspace)).find((one) => one.endsWith('.sqlite'))!;
    const file = path.join(memoryIn(workspace), name);
    writeFileSync(file, 'not a database at all '.repeat(1000));
    logged.length = 0;
    assert.match((await client.memory.status({ place })).trouble ?? '', /damaged/);
    await client.memory.add({ place, text: 'The gerbil cache is warmed at one.' });
    assert.equal(logged.filter((message) => /damaged/.test(message)).length, 1);
    assert(readdirSync(memoryIn(workspace)).some((one) => one.startsWith(`${name}.broken`)));
    await client.restart();
    assert.equal((await client.memory.status({ place })).trouble, null);
    assert.equal((await client.memory.list({ place })).total, 1);
  });
});
