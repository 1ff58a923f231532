import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { PageTiers } from '../../../../../../src/engine/server/core/kv/tiers.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { keyOf } from '../../../../../../src/engine/server/storage/pages/pageRecord.ts';
import { checkIntegrity, nodesOf } from '../../../../../helpers/cacheIntegrity.ts';
import { answerTo } from './answers.ts';
import { Driver } from './driver.ts';
import { keysOf } from './world/checks.ts';

const range = (pages: number, from = 0): number[] =>
  Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250);

/** `pageTokenMs`: what saving and restoring a token takes; computing a page takes 10 ms. */
function setUp(pageTokenMs = 0.01, ramBytes = 1 << 20) {
  const backend = new SimulatedBackend({ cells: 16 * PAGE_TOKENS, sequences: 12, costs: { pageTokenMs } });
  const events: string[] = [];
  const driver = new Driver(backend, {
    computeMs: () => 10,
    tiers: new PageTiers({ ramBytes }),
    onEvent: (what, pages) => events.push(`${what} ${pages}`),
  });
  const { pool, branches, spill } = driver.cache;
  return { driver, cache: driver.cache, spill, events, evict: (n: number) => branches.makeRoom(pool.free + n) };
}

describe('keys', () => {
  it('stand for the workspace and everything up to the end of the page', () => {
    const [a, b] = [range(1), range(1, 3)];
    const key = keyOf('w', null, a);
    assert.match(key, /^[0-9a-f]{64}$/);
    assert.equal(keyOf('w', null, a), key);
    const others = [keyOf('v', null, a), keyOf('w', null, b), keyOf('w', key, a), keyOf(key, null, a)];
    assert.equal(new Set([key, ...others]).size, 5);
  });

  it('are found for a page and all above it, once one is asked for', () => {
    const { driver, cache, spill } = setUp();
    const tokens = range(6);
    driver.run(tokens.slice(0, 5 * PAGE_TOKENS));
    driver.run([...tokens.slice(0, 2 * PAGE_TOKENS), ...range(1, 9)]);
    driver.run(tokens);
    const nodes = [...nodesOf(cache.tree)].filter(({ start, tokens: own }) => own[0] === tokens[start]);
    assert(nodes.every(({ key }) => key === undefined));
    const [expected, last] = [keysOf('w', tokens), nodes.at(-1)!];
    assert.equal(spill.key(nodes[2]!), expected[2]);
    assert.deepEqual(spill.record(last), {
      key: expected[5],
      parent: expected[4],
      workspace: 'w',
      tokens: tokens.slice(5 * PAGE_TOKENS),
    });
    assert.deepEqual(
      nodes.map(({ key }) => key),
      expected,
    );
    assert.equal(spill.record(nodes[0]!).parent, null);
  });
});

describe('Spill', () => {
  it('brings evicted pages back instead of computing them again', () => {
    const { driver, cache, spill, events, evict } = setUp();
    const tokens = [...range(6), 1];
    driver.run(tokens);
    evict(4);
    assert.deepEqual([spill.spills, spill.cold.size], [4, 4]);
    const { cached, next } = driver.run(tokens);
    assert.deepEqual([cached, next], [6 * PAGE_TOKENS, answerTo(tokens)]);
    assert.deepEqual([spill.restores, spill.cold.size], [4, 0]);
    assert.deepEqual(events, ['evicted 4', 'spilled 4', 'restored 4']);
    evict(4); // the copies are still there
    assert.equal(spill.spills, 4);
    checkIntegrity(cache);
  });

  it('brings back no more than there is time for, and one page where there is any', () => {
    const { driver, cache, evict } = setUp();
    const tokens = [...range(6), 1];
    driver.run(tokens);
    evict(5);
    const lease = driver.acquire(tokens)!;
    assert.equal(cache.catchUp(lease, tokens, 0), 0);
    assert.equal(cache.catchUp(lease, tokens, 0.001), PAGE_TOKENS);
    assert.equal(cache.catchUp(lease, tokens, 0.33), 2 * PAGE_TOKENS);
    assert.equal(cache.outlook(lease, tokens), 'near');
    assert.equal(cache.catchUp(lease, tokens, 100), 2 * PAGE_TOKENS);
    assert.equal(cache.outlook(lease, tokens), undefined);
    checkIntegrity(cache);
  });

  it('learns what is cheaper: saving pages that take long to save stops', () => {
    const { driver, spill, evict } = setUp(0.2); // 6.4 ms a page, each way
    driver.run([...range(6), 1]);
    evict(6);
    assert.equal(spill.spills, 1);
    assert.equal(spill.saveMs?.toFixed(1), '6.4');
  });

  it('computes what it takes longer to bring back', () => {
    const { driver, cache, spill, evict } = setUp(0.1);
    const tokens = [...range(3), 1];
    driver.run(tokens);
    evict(3);
    spill.restoreMs = 11;
    assert.equal(driver.run(tokens).cached, 0);
    assert.equal(spill.cold.size, 0);
    checkIntegrity(cache);
  });

  it('computes again what is damaged, and forgets all behind it', () => {
    const { driver, cache, spill, evict } = setUp();
    const tokens = [...range(6), 1];
    driver.run(tokens);
    evict(6);
    const [, , third] = keysOf('w', tokens);
    spill.tiers.get(third!)![60]! ^= 1;
    const { cached, next } = driver.run(tokens);
    assert.deepEqual([cached, next], [2 * PAGE_TOKENS, answerTo(tokens)]);
    checkIntegrity(cache);
  });

  it('keeps nothing where there is no room for a page', () => {
    const { driver, cache, spill, evict } = setUp(0.01, 100);
    driver.run([...range(6), 1]);
    evict(6);
    assert.deepEqual([spill.spills, spill.cold.size], [0, 0]);
    checkIntegrity(cache);
  });
});
