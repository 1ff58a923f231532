import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { SavedPages } from '../../../../../../src/engine/server/storage/pages/savedPages.ts';
import { checkIntegrity } from '../../../../../helpers/cacheIntegrity.ts';
import { LocalStorage } from '../../storage/localStorage.ts';
import { temporaryFolder } from '../../storage/pages/savedPages.ts';
import { answerTo } from './answers.ts';
import { Driver } from './driver.ts';

const range = (pages: number, from = 0): number[] =>
  Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250);
const TOKENS = [...range(6), 1];

const opened: LocalStorage[] = [];
after(async () => {
  for (const local of opened) await local.close();
});

/** With a document that is open in two workspaces: a page on the device, others in memory and on disk. */
async function setUp() {
  const local = new LocalStorage();
  opened.push(local);
  const saved = new SavedPages(local.storage, { folder: temporaryFolder(), maxBytes: 1 << 20 });
  const driver = new Driver(new SimulatedBackend({ cells: 32 * PAGE_TOKENS, sequences: 12 }), {
    tiers: new PageTiers({ ramBytes: 1 << 20, disk: saved.tier('m') }),
  });
  const { cache } = driver;
  for (const workspace of ['w', 'other']) {
    cache.setOpen(workspace, ['a']);
    driver.run(TOKENS, { workspace, document: 'a' });
  }
  cache.branches.makeRoom(cache.pool.free + 8);
  const save = async () => {
    while (!cache.idle(1)) await local.settle();
  };
  await save();
  const settle = () => local.settle();
  return { driver, cache, saved, save, settle, roots: () => [...cache.tree.roots].map(({ workspace }) => workspace) };
}

describe('A workspace that is forgotten', () => {
  it('is nowhere any more, and no other one loses anything', async () => {
    const { driver, cache, saved, settle, roots } = await setUp();
    const { disk } = cache.status();
    cache.forgetWorkspace('w');
    checkIntegrity(cache);
    assert.deepEqual(roots(), ['other']);
    const [erased] = await Promise.all([saved.forget('w'), settle()]);
    assert.equal(erased, true);
    assert.equal(cache.status().disk.pages, disk.pages / 2);
    assert.equal(driver.run(TOKENS).cached, 0);
    assert.equal(driver.run(TOKENS, { workspace: 'other' }).cached, 6 * PAGE_TOKENS);
    checkIntegrity(cache);
    cache.dispose();
  });

  it('may be one that was never opened', async () => {
    const { cache, roots } = await setUp();
    cache.forgetWorkspace('unknown');
    cache.closeWorkspace('unknown');
    assert.deepEqual(roots(), ['w', 'other']);
    cache.dispose();
  });
});

describe('A workspace that is closed', () => {
  it('is read from disk when it is opened again', async () => {
    const { driver, cache, settle, roots } = await setUp();
    cache.closeWorkspace('w');
    checkIntegrity(cache);
    assert.deepEqual(roots(), ['other']);
    assert.equal(cache.documents.isOpen('w', 'a'), false);
    cache.prepare('w');
    await settle();
    const lease = driver.acquire(TOKENS)!;
    for (let gained = 1; gained > 0; await settle())
      gained = cache.catchUp(lease, TOKENS, 1000) + (cache.outlook(lease, TOKENS) ? 1 : 0);
    cache.release(lease, TOKENS);
    assert.equal(driver.run(TOKENS).cached, 6 * PAGE_TOKENS);
    checkIntegrity(cache);
    cache.dispose();
  });

  it('leaves nothing, however many there were', async () => {
    const { driver, cache, save, roots } = await setUp();
    const { free } = cache.pool;
    for (let i = 0; i < 500; i++) {
      const workspace = `untitled ${i}`;
      cache.setOpen(workspace, ['a']);
      driver.run([...range(2, i), 1], { workspace, document: 'a' });
      if (i % 7 === 0) await save();
      cache.setOpen(workspace, []);
      cache.closeWorkspace(workspace);
      assert.equal(cache.pool.free, free);
    }
    assert.deepEqual(roots(), ['w', 'other']);
    await save();
    checkIntegrity(cache);
    cache.dispose();
  });
});

describe('Who still runs in a workspace that is left', () => {
  for (const leave of ['forgetWorkspace', 'closeWorkspace'] as const) {
    it(`goes on by itself (${leave})`, async () => {
      const { driver, cache } = await setUp();
      const prompts = [
        [...range(4), ...range(2, 50), 3],
        [...range(4), ...range(2, 90), 3],
      ];
      const leases = prompts.map((tokens) => driver.acquire(tokens, { reserve: 300, document: 'a' })!);
      leases.forEach((lease, i) => void driver.compute(lease, prompts[i]!, 40));
      cache[leave]('w');
      checkIntegrity(cache);
      const again = driver.acquire(prompts[0]!)!;
      leases.forEach((lease, i) => {
        const next = driver.compute(lease, prompts[i]!);
        assert.equal(next, answerTo(prompts[i]!));
        const twin = cache.fork(lease, prompts[i]!);
        checkIntegrity(cache);
        if (twin) cache.release(twin, prompts[i]!);
      });
      cache.discard(leases[0]!);
      cache.release(leases[1]!, prompts[1]!);
      checkIntegrity(cache);
      driver.compute(again, prompts[0]!);
      cache.release(again, prompts[0]!);
      cache[leave]('w');
      checkIntegrity(cache);
      assert.equal(cache.pool.leased, 0);
      cache.dispose();
    });
  }
});
