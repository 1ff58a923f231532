import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { outstanding } from '../../../../../../src/engine/server/core/kv/lease.ts';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { checkIntegrity } from '../../../../../helpers/cacheIntegrity.ts';
import { Driver } from './driver.ts';

const range = (pages: number, from = 0): number[] =>
  Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250);

const setUp = (pages: number): Driver =>
  new Driver(new SimulatedBackend({ cells: pages * PAGE_TOKENS, sequences: 12 }));

describe('promises', () => {
  it('are what a lease has not taken yet', () => {
    const { cache } = setUp(10);
    assert.equal(outstanding(cache.leases), 0);
    const lease = cache.acquire(range(3), { workspace: 'w', reuse: true, reserve: 5 * PAGE_TOKENS })!;
    assert.equal(outstanding(cache.leases), 5);
    assert(cache.extend(lease, PAGE_TOKENS + 1));
    assert.equal(outstanding(cache.leases), 3);
    assert.equal(cache.room(lease), 8);
  });

  it('hold against others that come back to what is cached', () => {
    const driver = setUp(10);
    const cached = [...range(8, 3), 1];
    driver.run(cached.slice(0, -1));
    const promised = driver.acquire(range(5))!;
    const other = driver.acquire(cached, { reserve: PAGE_TOKENS })!;
    assert.equal(other.start, 5 * PAGE_TOKENS);
    driver.cache.catchUp(other, cached, 0);
    assert.equal(other.start, 5 * PAGE_TOKENS);
    assert(!driver.cache.extend(other, 6 * PAGE_TOKENS));
    assert(driver.cache.extend(promised, 5 * PAGE_TOKENS));
    checkIntegrity(driver.cache);
  });

  it('are made to forks too, or there is none', () => {
    const driver = setUp(10);
    const lease = driver.acquire(range(1), { reserve: 6 * PAGE_TOKENS })!;
    driver.compute(lease, range(1));
    assert.equal(driver.cache.fork(lease, range(1)), undefined);
    checkIntegrity(driver.cache);
    assert(driver.cache.extend(lease, 6 * PAGE_TOKENS));
  });
});
