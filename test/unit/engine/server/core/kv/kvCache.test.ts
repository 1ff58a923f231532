import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { checkIntegrity } from '../../../../../helpers/cacheIntegrity.ts';
import { Driver } from './driver.ts';

const range = (length: number, from = 0): number[] => Array.from({ length }, (_, i) => (from + i * 7) % 250);

function setUp(cells = 1024, sequences = 12) {
  const backend = new SimulatedBackend({ cells, sequences });
  return { backend, driver: new Driver(backend) };
}

const alone = (tokens: readonly number[]): number => setUp(4096).driver.run(tokens).next;

describe('KvCache', () => {
  it('shares whole pages, and the beginning of a page that goes on differently', () => {
    const { driver } = setUp();
    const head = range(80);
    driver.run([...head, 1, 2, 3, 4]);
    const { cached, next } = driver.run([...head, 9, 8, 7]);
    assert.equal(cached, 80);
    assert.equal(next, alone([...head, 9, 8, 7]));
    checkIntegrity(driver.cache);
  });

  it('leaves the last token to compute', () => {
    const { driver } = setUp();
    const tokens = range(64);
    driver.run(tokens);
    assert.equal(driver.run(tokens).cached, 63);
    checkIntegrity(driver.cache);
  });

  it('keeps nothing behind `keep`', () => {
    const { driver } = setUp();
    const tokens = range(100);
    driver.run(tokens, { keep: 70 });
    assert.equal(driver.run(tokens).cached, 64); // a tail of 6 is not worth a page
    driver.run([3, ...tokens], { keep: 90 });
    assert.equal(driver.run([3, ...tokens]).cached, 90);
  });

  it('takes nothing and leaves nothing without reuse', () => {
    const { driver } = setUp();
    driver.run(range(100), { reuse: false });
    assert.equal(driver.run(range(100)).cached, 0);
    assert.equal(driver.run(range(100), { reuse: false }).cached, 0);
    checkIntegrity(driver.cache);
  });

  it('never matches across workspaces', () => {
    const { driver } = setUp();
    driver.run(range(100));
    assert.equal(driver.run(range(100), { workspace: 'other' }).cached, 0);
  });

  it('replaces the end of a document as it is typed, and keeps it where the cursor jumped', () => {
    const { driver } = setUp();
    const head = range(120);
    for (let typed = 1; typed < 40; typed++)
      driver.run([...head, ...range(typed, 5), 255], { document: 'a', keep: 120 + typed });
    checkIntegrity(driver.cache);
    assert.ok(driver.cache.pool.total - driver.cache.pool.free <= 6, `${driver.cache.pool.idle}`);
    driver.run([...range(10), ...range(120, 3)], { document: 'a' });
    assert.ok(driver.run([...head, ...range(30, 5), 1], { document: 'a' }).cached >= 150);
  });

  it('shares what a running request has computed so far', () => {
    const { driver } = setUp();
    const tokens = range(200);
    const first = driver.acquire(tokens)!;
    driver.compute(first, tokens, 100);
    const second = driver.acquire([...tokens, 1])!;
    driver.compute(second, [...tokens, 1], 1);
    assert.equal(second.start, 96);
    checkIntegrity(driver.cache);
    driver.compute(first, tokens);
    driver.cache.release(first, tokens);
    assert.equal(driver.compute(second, [...tokens, 1]), alone([...tokens, 1]));
    checkIntegrity(driver.cache);
    driver.cache.release(second, [...tokens, 1]);
    checkIntegrity(driver.cache);
  });

  it('evicts what was used least recently, one page at a time', () => {
    const { driver } = setUp(320);
    driver.run(range(160, 1));
    driver.run(range(128, 2));
    assert.equal(driver.run(range(160, 1)).cached, 159);
    driver.run(range(64, 3));
    checkIntegrity(driver.cache);
    assert.equal(driver.run(range(160, 1)).cached, 159);
    assert.ok(driver.cache.branches.evictions >= 1);
  });

  it('refuses a lease for which no pages can be had, and changes nothing', () => {
    const { driver } = setUp(320);
    const lease = driver.acquire(range(200))!;
    driver.compute(lease, range(200));
    assert.equal(driver.acquire(range(200, 3)), undefined);
    checkIntegrity(driver.cache);
    driver.cache.release(lease, range(200));
    assert.ok(driver.acquire(range(200, 3)));
  });

  it('forks: both go on, and differ', () => {
    const { driver } = setUp();
    const tokens = range(100);
    const lease = driver.acquire(tokens)!;
    driver.compute(lease, tokens);
    const twin = driver.cache.fork(lease, tokens)!;
    checkIntegrity(driver.cache);
    const [one, two] = [
      [...tokens, ...range(50, 2)],
      [...tokens, ...range(50, 4)],
    ];
    assert.equal(driver.compute(lease, one), alone(one));
    assert.equal(driver.compute(twin, two), alone(two));
    driver.cache.release(lease, one);
    driver.cache.release(twin, two);
    checkIntegrity(driver.cache);
    assert.ok(driver.backend.lastPosition(lease.sequence) < 0);
  });

  it('forks from where a lease was before', () => {
    const { driver } = setUp();
    const prompt = range(70);
    const lease = driver.acquire(prompt, { keep: 69 })!;
    driver.compute(lease, prompt);
    const answered = [...prompt, ...range(20, 2)];
    driver.compute(lease, answered);
    const twin = driver.cache.fork(lease, answered, 75)!;
    assert.equal(twin.computed, 75);
    checkIntegrity(driver.cache);
    const other = [...answered.slice(0, 75), ...range(5, 4)];
    assert.equal(driver.compute(twin, other), alone(other));
    const longer = [...answered, ...range(30, 6)];
    assert.equal(driver.compute(lease, longer), alone(longer));
    driver.cache.release(twin, other);
    driver.cache.release(lease, longer);
    checkIntegrity(driver.cache);
  });

  it('does not fork from inside what everybody has', () => {
    const { driver } = setUp();
    const tokens = range(100);
    const lease = driver.acquire(tokens)!;
    driver.compute(lease, tokens);
    assert.equal(driver.cache.fork(lease, tokens, 40), undefined);
    driver.cache.release(lease, tokens);
    checkIntegrity(driver.cache);
  });
});
