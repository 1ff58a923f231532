import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DiskTier } from '../../../../../src/engine/server/storage/pages/diskTier.ts';
import { keyOf } from '../../../../../src/engine/server/storage/pages/pageRecord.ts';
import { SavedPages } from '../../../../../src/engine/server/storage/pages/savedPages.ts';
import { Storage } from '../../../../../src/engine/server/storage/storage.ts';
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
});
