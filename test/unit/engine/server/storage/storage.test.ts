import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { DiskTier } from '../../../../../src/engine/server/storage/pages/diskTier.ts';
import { keyOf } from '../../../../../src/engine/server/storage/pages/pageRecord.ts';
import { SavedPages } from '../../../../../src/engine/server/storage/pages/savedPages.ts';
import { connectStorage, Storage } from '../../../../../src/engine/server/storage/storage.ts';
import type { Line } from '../../../../../src/engine/server/storage/thread.ts';
import { pageOf, temporaryFolder } from './pages/savedPages.ts';

const folder = temporaryFolder();

const tokens = [1, 2, 3];
const record = { key: keyOf('w', null, tokens), parent: null, workspace: 'w', tokens };

function open(name: string) {
  const logged: string[] = [];
  const storage = new Storage({ log: (_level, message) => logged.push(message) });
  const pages = new SavedPages(storage, { folder: path.join(folder, name), maxBytes: 1e8 });
  return { storage, logged, pages, tier: pages.tier('m') };
}

/** Pages in a thread of its own. */
describe('Storage', () => {
  it('writes, loads and fetches in its thread; bytes change hands', async () => {
    const before = open('a');
    const page = pageOf('p', 50_000);
    before.tier.put({ record, page }, { keep: true });
    before.tier.put({ record, page }, { keep: false });
    assert.equal(page.byteLength, 0);
    await before.storage.close();
    const { storage, tier, logged } = open('a');
    const loaded = await tier.load('w');
    assert.deepEqual([...loaded.records()], [record]);
    assert.deepEqual(await tier.fetch(record.key), { record, page: pageOf('p', 50_000) });
    assert.equal(tier.status.pages, 1);
    await storage.close();
    assert.deepEqual([before.logged, logged], [[], []]);
  });

  it('answers with what a store throws, and goes on', async () => {
    const { storage, logged } = open('b');
    const nowhere = path.join(folder, 'nul\0');
    await assert.rejects(storage.call('pages', 'limit', { folder: nowhere, maxBytes: 0 }), /null byte/);
    storage.send('pages', 'limit', { folder: nowhere, maxBytes: 0 });
    assert.equal(await storage.call('pages', 'forget', { folder: path.join(folder, 'none'), workspace: 'w' }), true);
    assert.match(logged.join(), /null byte/);
    await storage.close();
  });

  it('calls nothing any more once it was closed', async () => {
    const { storage, pages, tier } = open('c');
    await storage.close();
    await assert.rejects(storage.call('pages', 'tidy', { tier: 0 }), /no storage/);
    assert.equal(await pages.setLimit(5), false);
    assert.equal(await tier.fetch(record.key), undefined);
    assert.equal(new DiskTier(storage, { tier: 1, folder, model: 'm', maxBytes: 1 }, () => undefined).on, false);
    await storage.close();
  });

  it('begins again when its thread ends, with what was written; not for ever', async () => {
    const logged: string[] = [];
    const threads: Line[] = [];
    let now = 0;
    const connect = () => {
      threads.push(connectStorage());
      return threads.at(-1)!;
    };
    const storage = new Storage({ log: (_level, message) => logged.push(message), connect, now: () => now });
    const pages = new SavedPages(storage, { folder: path.join(folder, 'd'), maxBytes: 1e8 });
    const tier = pages.tier('m');
    const lost: string[] = [];
    tier.listen((key) => lost.push(key));
    const put = (name: string, bytes = 1000) =>
      tier.put({ record: { ...record, key: name }, page: pageOf(name, bytes) }, { keep: true });
    /** Ends the real thread. */
    const kill = async () => {
      const before = logged.length;
      await threads.at(-1)!.end();
      while (logged.length === before) await turn();
    };
    const written = async (name: string) => {
      put(name);
      while (!tier.settled) await turn();
      assert.equal(tier.has(name), true, name);
    };
    await written('first');
    // Nothing to pack: Node ends the process where a thread is ended just as it begins to (`close before init`).
    put('on its way', 0);
    await kill();
    while (!tier.settled) await turn();
    assert.deepEqual(lost, tier.has('on its way') ? [] : ['on its way']);
    assert.deepEqual((await tier.fetch('first'))?.page, pageOf('first', 1000), 'what was written is there');
    await written('second');

    await kill();
    now = 599_999;
    await kill();
    await written('third');
    now = 600_001; // the first two restarts are ten minutes old, and count no more
    await kill();
    await written('fourth');
    assert.deepEqual([threads.length, storage.on, tier.on], [5, true, true]);
    await kill();
    now += 1;
    assert.deepEqual([threads.length, storage.on, tier.on, tier.has('first')], [6, true, true, true]);
    await kill();
    assert.deepEqual([threads.length, storage.on, tier.on, tier.has('first')], [6, false, false, false]);
    assert.match(logged.at(-1)!, /until the engine is started again/);
    await assert.rejects(storage.call('pages', 'tidy', { tier: 0 }), /no storage/);
    await storage.close();
  });
});
