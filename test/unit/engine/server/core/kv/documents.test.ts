import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DiskTier } from '../../../../../../src/engine/server/core/kv/diskTier.ts';
import { checkIntegrity } from '../../../../../../src/engine/server/core/kv/integrity.ts';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import type { PageRecord } from '../../../../../../src/engine/server/core/kv/pageRecord.ts';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { answerTo } from './answers.ts';
import { Driver } from './driver.ts';
import { temporaryFolder } from './savedPages.ts';

const range = (pages: number, from = 0): number[] =>
  Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250);

interface SetUp {
  folder?: string;
  ramBytes?: number;
  /** Changes what is read from disk. */
  tamper?: (records: PageRecord[]) => PageRecord[];
}

function setUp({ folder, ramBytes = 1 << 20, tamper = (records) => records }: SetUp = {}) {
  const driver = new Driver(new SimulatedBackend({ cells: 32 * PAGE_TOKENS, sequences: 12 }), {
    tiers: (onLost) => {
      const log = (_level: string, message: string): void => assert.fail(message);
      const disk = folder === undefined ? undefined : new DiskTier({ folder, model: 'm', maxBytes: 1 << 20, log });
      const tiers = new PageTiers({ ramBytes, onLost, ...(disk ? { disk } : {}) });
      const load = tiers.load.bind(tiers);
      tiers.load = (workspace) => tamper(load(workspace));
      return tiers;
    },
  });
  const { cache } = driver;
  return { driver, cache, tiers: cache.spill!.tiers };
}

describe('Documents: the newest prompt replaces the one before', () => {
  it('also where the end of the old one was evicted', () => {
    const { driver, cache } = setUp();
    driver.run([...range(4), ...range(2, 100), 1], { document: 'a' });
    cache.branches.makeRoom(cache.pool.free + 1);
    checkIntegrity(cache);
    driver.run([...range(4), ...range(2, 200), 1], { document: 'a' });
    checkIntegrity(cache);
    const ends = [...cache.tree.nodes()].filter(({ children }) => children.length === 0);
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
    assert(cache.wantsRestore(lease, tokens));
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

  it('are there after a crash', () => {
    const folder = temporaryFolder();
    const before = setUp({ folder });
    before.cache.setOpen('w', ['a']);
    before.driver.run(tokens, { document: 'a' });
    before.driver.run(range(3, 9), { document: 'closed' });
    while (!before.cache.idle(1));
    const { driver, cache } = setUp({ folder });
    const { cached, next } = driver.run(tokens);
    assert.equal(cached, 6 * PAGE_TOKENS);
    assert.equal(next, answerTo(tokens));
    assert.equal(driver.run(range(3, 9)).cached, 0);
    checkIntegrity(cache);
    before.cache.dispose();
    cache.dispose();
  });

  it('are saved from wherever they are by then, and when the document is opened later', () => {
    const folder = temporaryFolder();
    const before = setUp({ folder });
    before.driver.run(tokens, { document: 'a' });
    before.cache.branches.makeRoom(before.cache.pool.free + 3);
    before.cache.setOpen('w', ['a']);
    while (!before.cache.idle(1));
    before.cache.dispose();
    const { driver, cache } = setUp({ folder });
    assert.equal(driver.run(tokens).cached, 6 * PAGE_TOKENS);
    cache.dispose();
  });

  it('are not saved once it is closed', () => {
    const { driver, cache, tiers } = setUp({ folder: temporaryFolder() });
    cache.setOpen('w', ['a']);
    driver.run(tokens, { document: 'a' });
    cache.setOpen('w', []);
    assert(cache.idle(1));
    assert.equal(tiers.status().disk.pages, 0);
    cache.dispose();
  });

  it('are of no other workspace', () => {
    const folder = temporaryFolder();
    const before = setUp({ folder });
    before.cache.setOpen('w', ['a']);
    before.driver.run(tokens, { document: 'a' });
    while (!before.cache.idle(1));
    before.cache.dispose();
    const { driver, cache } = setUp({ folder });
    assert.equal(driver.run(tokens, { workspace: 'other' }).cached, 0);
    cache.dispose();
  });

  it('are refused when they are not called what they spell, with all behind them', () => {
    const folder = temporaryFolder();
    const before = setUp({ folder });
    before.cache.setOpen('w', ['a']);
    before.driver.run(tokens, { document: 'a' });
    while (!before.cache.idle(1));
    before.cache.dispose();
    const other = range(1, 5);
    const tamper = (records: PageRecord[]): PageRecord[] =>
      records.map((record, i) => (i === 2 ? { ...record, tokens: other } : record));
    const { driver, cache } = setUp({ folder, tamper });
    const wrong = [...range(2), ...other, ...range(3, 3 * PAGE_TOKENS * 7), 1];
    assert.equal(driver.run(wrong).cached, 2 * PAGE_TOKENS);
    assert.equal([...cache.tree.nodes()].filter(({ page }) => page < 0).length, 0);
    checkIntegrity(cache);
    cache.dispose();
  });
});
