/** What a memory leaves on the disk: nothing while it is off, nothing after it was erased, all of it where it is exported. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CompletionParams,
  pinDocumentsNotification,
  readWorkspaceNotification,
} from '../../src/engine/protocol/index.ts';
import { bundledModel } from '../helpers/engine.ts';
import { cache, client, contentOf, data, filesWith, memoryIn, open, POOL, write } from './ownMemory.ts';

describe('memory/export and memory/import', () => {
  it('give the same memory again after it was erased, and facts to another', async () => {
    const { place } = await open('exported');
    const older = await client.memory.add({ place, text: 'The tapir service uses port 9001.' });
    await client.memory.add({ place, text: 'Tapirs are fed before noon.' });
    await client.memory.change({ place, id: older.id, pinned: true });
    const items = async () =>
      (await client.memory.list({ place })).items.map(({ embedder: _, ...item }) => item).sort((a, b) => a.id - b.id);
    const before = await items();
    const { text } = await client.memory.export({ place, format: 'json' });
    await client.memory.erase({ place });
    assert.deepEqual(await items(), []);
    const taken = await client.memory.import({ place, text });
    assert.deepEqual({ ...taken, change: 0 }, { added: 2, same: 0, refused: [], change: 0 });
    assert.deepEqual(await items(), before);
    assert.deepEqual(await client.memory.import({ place, text }), {
      added: 0,
      same: 2,
      refused: [],
      change: null,
    });

    const { text: markdown } = await client.memory.export({ place, format: 'markdown' });
    const other = await open('imported');
    assert.equal((await client.memory.import({ place: other.place, text: markdown })).added, 2);
    const query = 'Which port does our tapir service use?';
    const found = await client.memory.search({ place: other.place, query, top: 1 });
    assert.match(found?.hits[0]?.item.text ?? '', /9001/);
    await assert.rejects(client.memory.import({ place, text: '{"format": "other"}' }), { kind: 'memoryInvalid' });
  });

  it('audit what is there', async () => {
    const { place } = await open('exported');
    const audit = (await client.memory.audit({ place }))!;
    assert.deepEqual([audit.items, audit.exactCopies, audit.nearCopies, audit.secrets], [2, 0, 0, 0]);
  });
});

/** Files that one folder has otherwise than another. */
const namesOfOther = (one: Record<string, string>, other: Record<string, string>): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((name) => one[name] !== other[name]);

describe('a memory that is off', () => {
  it('writes no byte while it is switched off, gives nothing to prompts, and has all when it is on again', async () => {
    write('switched', 'src/a.ts', POOL);
    const { place, workspace } = await open('switched', { reads: true });
    await client.memory.add({ place, text: 'The kudu job runs at night.' });
    await client.memory.index({ place });
    // All that other tests left open is closed: what is there then changes by nobody else's doing.
    await client.restart();
    const closed = contentOf(data);
    const off = await client.memory.switch({ place, on: false });
    assert.deepEqual([off.on, off.items, off.indexing.state], [false, {}, 'off']);
    assert(off.bytes > 0);
    const before = contentOf(memoryIn(workspace));
    assert(Object.keys(before).length > 0);
    // Switching it off adds this, and nothing else.
    const expected = { ...closed, [path.join('memory', workspace, 'off')]: '' };
    assert.deepEqual(namesOfOther(contentOf(data), expected), []);

    write('switched', 'src/b.ts', POOL.replace('PagePool', 'Other'));
    client.tell(readWorkspaceNotification, { workspace, on: true, changed: ['src/b.ts'] });
    const query = 'When does our kudu job run?';
    const { memories, decision } = (await client.memory.activate({ place, query, tokens: 2000, for: 'chat' }))!;
    assert.deepEqual(memories, []);
    assert.match(decision, /switched off/);
    const turn = {
      question: 'Why is the kudu job slow at night?',
      answer: 'It waits for the kudu lock.',
      recalled: [],
    };
    assert.equal(await client.memory.recordTurn({ place, conversation: 'c', message: 'm', ...turn }), null);
    for (let n = 0; n < 5; n++) client.memory.recordTyping({ place, path: 'src/a.ts', symbol: 'PagePool' });
    const refused = { kind: 'memoryOff', message: /Switch it on/ };
    await assert.rejects(client.memory.add({ place, text: 'Nothing of this.' }), refused);
    await assert.rejects(client.memory.search({ place, query, top: 5 }), refused);
    await assert.rejects(client.memory.index({ place }), refused);
    await client.restart();
    assert.equal((await client.memory.status({ place })).on, false);
    assert.deepEqual(contentOf(memoryIn(workspace)), before);
    // The whole folder, byte for byte, after a session and the end of the engine that had it.
    assert.deepEqual(namesOfOther(contentOf(data), expected), []);

    assert.equal((await client.memory.switch({ place, on: true })).on, true);
    assert.equal((await client.memory.search({ place, query, top: 1 }))?.hits[0]?.item.kind, 'fact');
  });

  it('is not there without trust or without a folder, and says so', async () => {
    const untrusted = await open('untrusted', { trusted: false });
    const workspace = await client.openWorkspace({ folder: null, name: 'alone', trusted: true });
    const before = readdirSync(path.join(data, 'memory'));
    for (const [place, words] of [
      [untrusted.place, /not trusted/],
      [{ workspace }, /Open a folder/],
    ] as const) {
      const status = await client.memory.status({ place });
      assert.equal(status.on, false);
      assert.match(status.indexing.waits ?? '', words);
      await assert.rejects(client.memory.add({ place, text: 'Nothing of this.' }), {
        kind: 'memoryOff',
        message: words,
      });
      await assert.rejects(client.memory.switch({ place, on: true }), { kind: 'memoryOff', message: words });
      await assert.rejects(client.memory.erase({ place }), { kind: 'memoryOff' });
    }
    assert.deepEqual(readdirSync(path.join(data, 'memory')), before);
  });
});

describe('memory/erase', () => {
  const planted = 'The planted pangolin answers on port 4711.';

  it('leaves no byte of it in the data folder, nor the pages of prompts that it stood in', async () => {
    const { place, workspace } = await open('erased');
    await client.memory.add({ place, text: planted });
    const { memories } = (await client.memory.activate({
      place,
      query: 'On which port does our planted pangolin answer?',
      tokens: 2000,
      for: 'chat',
    }))!;
    assert.equal(memories[0]?.text, planted);
    // A look at the files one by one may miss what a checkpoint moves from one to the other meanwhile.
    for (let looks = 0; looks < 50 && filesWith(data, 'pangolin').length === 0; looks++) await sleep(20);
    assert(filesWith(data, 'pangolin').length > 0);

    const { id: model } = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const document = 'file:///prompt.md';
    client.tell(pinDocumentsNotification, { workspace, keys: [document] });
    const params: CompletionParams = {
      model,
      workspace,
      class: 'keystroke',
      document,
      segments: [{ text: `${planted} `.repeat(40) }],
      maxTokens: 1,
      ngram: false,
      oneLine: false,
    };
    const { promptTokens } = await client.complete(params);
    const pages = Math.floor(promptTokens / 32);
    assert(pages > 3);
    while ((await client.status()).models[0]!.kv.disk.pages < pages) await sleep(50);
    assert((await client.complete(params)).cachedTokens > 0);
    assert(filesWith(cache, workspace).length > 0);

    const erased = await client.memory.erase({ place });
    assert.deepEqual([erased.items, erased.pages], [1, true]);
    assert(erased.bytes > 0);
    for (const place of [data, cache]) {
      assert.deepEqual(filesWith(place, 'pangolin'), []);
      assert.deepEqual(filesWith(place, 'Pangolin'), []);
    }
    assert.deepEqual(filesWith(cache, workspace), []);
    assert.equal(existsSync(memoryIn(workspace)), false);
    assert.equal((await client.complete(params)).cachedTokens, 0);
    assert.equal((await client.memory.list({ place })).total, 0);
  });

  it('does not read the files again by itself, but when it is asked to', async () => {
    write('reread', 'src/a.ts', POOL);
    const { place, workspace } = await open('reread', { reads: true });
    await client.memory.index({ place });
    assert((await client.memory.erase({ place })).items > 1);
    client.tell(readWorkspaceNotification, { workspace, on: true });
    assert.equal((await client.memory.status({ place })).indexing.total, 0);
    assert.equal((await client.memory.list({ place })).total, 0);
    await client.memory.index({ place });
    assert((await client.memory.list({ place })).total > 1);
  });

  it('takes what was set aside, and what is switched off, too', async () => {
    const { place, workspace } = await open('broken');
    await client.memory.add({ place, text: planted });
    await client.memory.switch({ place, on: false });
    const [file] = readdirSync(memoryIn(workspace)).filter((name) => name.endsWith('.sqlite'));
    writeFileSync(path.join(memoryIn(workspace), `${file}.broken-2026-01-01`), planted);
    await client.memory.erase({ place });
    assert.deepEqual(filesWith(data, 'pangolin'), []);
    assert.equal((await client.memory.status({ place })).on, false);
  });
});
