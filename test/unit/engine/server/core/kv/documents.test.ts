import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import type { LeaseOptions } from '../../../../../../src/engine/server/core/kv/lease.ts';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { MOMENT_MS } from '../../../../../../src/engine/server/core/kv/patience.ts';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { SavedPages } from '../../../../../../src/engine/server/storage/pages/savedPages.ts';
import { checkIntegrity, nodesOf } from '../../../../../helpers/cacheIntegrity.ts';
import { LocalStorage } from '../../storage/localStorage.ts';
import { temporaryFolder } from '../../storage/pages/savedPages.ts';
import { answerTo } from './answers.ts';
import { Driver } from './driver.ts';
import { keysOf } from './world/checks.ts';

const range = (pages: number, from = 0): number[] =>
  Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250);

const opened: LocalStorage[] = [];
after(async () => {
  for (const local of opened) await local.close();
});

function setUp(folder?: string) {
  const local = new LocalStorage();
  opened.push(local);
  const pages = folder === undefined ? undefined : new SavedPages(local.storage, { folder, maxBytes: 1 << 20 });
  const driver = new Driver(new SimulatedBackend({ cells: 32 * PAGE_TOKENS, sequences: 12 }), {
    tiers: new PageTiers({ ramBytes: 1 << 20, ...(pages && { disk: pages.tier('m') }) }),
  });
  const { cache } = driver;
  return {
    driver,
    cache,
    tiers: cache.spill.tiers,
    settle: () => local.settle(),
    /** All that can be saved is. */
    save: async () => {
      while (!cache.idle(1)) await local.settle();
    },
    dispose: async () => {
      cache.dispose();
      await local.settle();
    },
    /** A whole request that waits for the disk however long it takes. */
    run: async (tokens: readonly number[], options: Partial<LeaseOptions> = {}) => {
      const lease = driver.acquire(tokens, options)!;
      for (let before = -1; before < lease.computed; ) {
        before = lease.computed;
        await local.settle();
        while (cache.catchUp(lease, tokens, 1000) > 0);
        await local.settle();
        cache.catchUp(lease, tokens, 1000);
      }
      const cached = lease.computed;
      let next: number | undefined;
      while (lease.computed < tokens.length) next = driver.decode(lease, tokens);
      cache.release(lease, tokens);
      return { cached, next };
    },
  };
}

describe('Documents: the newest prompt replaces the one before', () => {
  it('also where the end of the old one was evicted', () => {
    const { driver, cache } = setUp();
    driver.run([...range(4), ...range(2, 100), 1], { document: 'a' });
    cache.branches.makeRoom(cache.pool.free + 1);
    checkIntegrity(cache);
    driver.run([...range(4), ...range(2, 200), 1], { document: 'a' });
    checkIntegrity(cache);
    const ends = [...nodesOf(cache.tree)].filter(({ children }) => children.length === 0);
    assert.deepEqual(
      ends.map(({ start, tokens }) => start + tokens.length),
      [6 * PAGE_TOKENS],
    );
  });

  it('but not what is about to be brought back', () => {
    const { driver, cache } = setUp();
    const tokens = [...range(8), 1, 2];
    driver.run(tokens, { document: 'a' });
    cache.branches.makeRoom(cache.pool.free + 3);
    const lease = driver.acquire(tokens, { document: 'a' })!;
    assert.equal(cache.catchUp(lease, tokens, 0), 0);
    assert.equal(lease.computed, 5 * PAGE_TOKENS);
    assert.equal(cache.outlook(lease, tokens), 'near');
    while (cache.catchUp(lease, tokens, 0.001) > 0);
    assert.equal(lease.computed, 8 * PAGE_TOKENS);
    cache.release(lease, tokens);
    checkIntegrity(cache);
  });

  it('and leaves what others go on from', () => {
    const { driver } = setUp();
    driver.run([...range(4), 1], { document: 'a' });
    driver.run([...range(4), ...range(2, 100), 1], { document: 'b' });
    driver.run([...range(3), ...range(2, 200), 1], { document: 'a' });
    assert.equal(driver.run([...range(4), ...range(2, 100), 1]).cached, 6 * PAGE_TOKENS);
  });

  it('remembers 64 documents', () => {
    const { driver, cache } = setUp();
    driver.run([...range(4), ...range(1, 100), 1], { document: 'a' });
    for (let i = 0; i < 64; i++) driver.run([...range(1, 3), 1], { document: `${i}` });
    driver.run([...range(4), ...range(1, 200), 1], { document: 'a' });
    checkIntegrity(cache);
    assert.equal(driver.run([...range(4), ...range(1, 100), 1]).cached, 5 * PAGE_TOKENS);
  });
});

describe('Documents: the pages of open ones', () => {
  const tokens = [...range(6), 1];

  /** A folder with the pages of a document that was open. */
  async function filled(): Promise<string> {
    const folder = temporaryFolder();
    const { cache, driver, save, dispose } = setUp(folder);
    cache.setOpen('w', ['a']);
    driver.run(tokens, { document: 'a' });
    driver.run(range(3, 9), { document: 'closed' });
    await save();
    await dispose();
    return folder;
  }

  it('are there after a crash', async () => {
    const folder = temporaryFolder();
    const before = setUp(folder);
    before.cache.setOpen('w', ['a']);
    before.driver.run(tokens, { document: 'a' });
    before.driver.run(range(3, 9), { document: 'closed' });
    await before.save();
    const { run, cache } = setUp(folder);
    const { cached, next } = await run(tokens);
    assert.equal(cached, 6 * PAGE_TOKENS);
    assert.equal(next, answerTo(tokens));
    assert.equal((await run(range(3, 9))).cached, 0);
    checkIntegrity(cache);
  });

  it('are saved from wherever they are by then, and when the document is opened later', async () => {
    const folder = temporaryFolder();
    const before = setUp(folder);
    before.driver.run(tokens, { document: 'a' });
    before.cache.branches.makeRoom(before.cache.pool.free + 3);
    before.cache.setOpen('w', ['a']);
    await before.save();
    await before.dispose();
    assert.equal((await setUp(folder).run(tokens)).cached, 6 * PAGE_TOKENS);
  });

  it('are not saved once it is closed', async () => {
    const { driver, cache, tiers, save } = setUp(temporaryFolder());
    cache.setOpen('w', ['a']);
    driver.run(tokens, { document: 'a' });
    cache.setOpen('w', []);
    await save();
    assert.equal(tiers.status().disk.pages, 0);
  });

  it('are of no other workspace', async () => {
    const folder = await filled();
    assert.equal((await setUp(folder).run(tokens, { workspace: 'other' })).cached, 0);
  });

  it('are refused when they are not called what they spell, with all behind them', async () => {
    const folder = await filled();
    const other = range(1, 5);
    const database = new DatabaseSync(path.join(folder, 'pages.sqlite'));
    const changed = database.prepare('UPDATE pages SET tokens = ? WHERE key = ?');
    assert.equal(changed.run(Int32Array.from(other), keysOf('w', tokens)[2]!).changes, 1);
    database.close();
    const { run, cache, dispose } = setUp(folder);
    const wrong = [...range(2), ...other, ...range(3, 3 * PAGE_TOKENS * 7), 1];
    assert.equal((await run(wrong)).cached, 2 * PAGE_TOKENS);
    assert.equal([...nodesOf(cache.tree)].filter(({ page }) => page < 0).length, 0);
    checkIntegrity(cache);
    await dispose();
    const after = setUp(folder);
    await after.settle();
    assert.equal(after.tiers.status().disk.pages, 2);
  });

  it('find their place beside what was computed before they came', async () => {
    const folder = await filled();
    for (const computed of [
      [...range(3), 1],
      [...range(2), ...range(1, 5), 1],
      [...range(2), ...range(1, 2 * PAGE_TOKENS * 7).slice(0, 20)],
      tokens,
    ]) {
      const { driver, run, cache, settle } = setUp(folder);
      assert.equal(driver.run(computed).cached, 0);
      await settle();
      checkIntegrity(cache);
      // Behind a tail, which has cells, nothing can be put; what is computed then takes its place.
      const tail = computed.length % PAGE_TOKENS > 1;
      const { cached, next } = await run(tokens);
      assert.equal(cached, tail ? computed.length : 6 * PAGE_TOKENS);
      assert.equal(next, answerTo(tokens));
      checkIntegrity(cache);
    }
  });

  it('are waited for, but not for ever', async (context) => {
    let now = 0;
    context.mock.method(performance, 'now', () => now);
    const { driver, cache, settle } = setUp(await filled());
    let ready = 0;
    cache.onReady = () => ready++;
    const lease = driver.acquire(tokens)!;
    assert.equal(cache.outlook(lease, tokens), 'coming');
    await settle();
    assert.equal(ready, 1);
    assert.equal(cache.catchUp(lease, tokens, 1000), 0);
    assert.equal(cache.outlook(lease, tokens), 'coming');
    now = MOMENT_MS;
    assert.equal(cache.outlook(lease, tokens), undefined);
    await settle();
    assert.equal(ready, 7);
    assert.equal(cache.outlook(lease, tokens), 'near');
    assert.equal(cache.catchUp(lease, tokens, 1000), 6 * PAGE_TOKENS);
  });
});
