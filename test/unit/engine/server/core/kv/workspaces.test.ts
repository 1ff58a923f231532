import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DiskTier } from '../../../../../../src/engine/server/core/kv/diskTier.ts';
import { checkIntegrity } from '../../../../../../src/engine/server/core/kv/integrity.ts';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { answerTo } from './answers.ts';
import { Driver } from './driver.ts';
import { temporaryFolder } from './savedPages.ts';

const range = (pages: number, from = 0): number[] =>
  Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250);
const TOKENS = [...range(6), 1];

/** With a document that is open in two workspaces: a page on the device, others in memory and on disk. */
function setUp() {
  const driver = new Driver(new SimulatedBackend({ cells: 32 * PAGE_TOKENS, sequences: 12 }), {
    tiers: (onLost) => {
      const log = (_level: string, message: string): void => assert.fail(message);
      const disk = new DiskTier({ folder: temporaryFolder(), model: 'm', maxBytes: 1 << 20, log });
      return new PageTiers({ ramBytes: 1 << 20, disk, onLost });
    },
  });
  const { cache } = driver;
  for (const workspace of ['w', 'other']) {
    cache.setOpen(workspace, ['a']);
    driver.run(TOKENS, { workspace, document: 'a' });
  }
  cache.branches.makeRoom(cache.pool.free + 8);
  while (!cache.idle(1));
  return { driver, cache, roots: () => [...cache.tree.roots].map(({ workspace }) => workspace) };
}

describe('A workspace that is forgotten', () => {
  it('is nowhere any more, and no other one loses anything', () => {
    const { driver, cache, roots } = setUp();
    const { disk } = cache.status();
    cache.forgetWorkspace('w');
    checkIntegrity(cache);
    assert.deepEqual(roots(), ['other']);
    assert.equal(cache.status().disk.pages, disk.pages / 2);
    assert.equal(driver.run(TOKENS).cached, 0);
    assert.equal(driver.run(TOKENS, { workspace: 'other' }).cached, 6 * PAGE_TOKENS);
    checkIntegrity(cache);
    cache.dispose();
  });

  it('may be one that was never opened', () => {
    const { cache, roots } = setUp();
    cache.forgetWorkspace('unknown');
    cache.closeWorkspace('unknown');
    assert.deepEqual(roots(), ['w', 'other']);
    cache.dispose();
  });
});

describe('A workspace that is closed', () => {
  it('is read from disk when it is opened again', () => {
    const { driver, cache, roots } = setUp();
    cache.closeWorkspace('w');
    checkIntegrity(cache);
    assert.deepEqual(roots(), ['other']);
    assert.equal(cache.documents.isOpen('w', 'a'), false);
    assert.equal(driver.run(TOKENS).cached, 6 * PAGE_TOKENS);
    checkIntegrity(cache);
    cache.dispose();
  });

  it('leaves nothing, however many there were', () => {
    const { driver, cache, roots } = setUp();
    const { free } = cache.pool;
    for (let i = 0; i < 500; i++) {
      const workspace = `untitled ${i}`;
      cache.setOpen(workspace, ['a']);
      driver.run([...range(2, i), 1], { workspace, document: 'a' });
      if (i % 7 === 0) while (!cache.idle(1));
      cache.setOpen(workspace, []);
      cache.closeWorkspace(workspace);
      assert.equal(cache.pool.free, free);
    }
    assert.deepEqual(roots(), ['w', 'other']);
    assert(cache.idle(1e9));
    checkIntegrity(cache);
    cache.dispose();
  });
});

describe('Who still runs in a workspace that is left', () => {
  for (const leave of ['forgetWorkspace', 'closeWorkspace'] as const) {
    it(`goes on by itself (${leave})`, () => {
      const { driver, cache } = setUp();
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
