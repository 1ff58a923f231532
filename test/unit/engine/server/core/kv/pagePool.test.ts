import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAGE_TOKENS, PagePool } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { checkPool } from '../../../../../helpers/cacheIntegrity.ts';

test('hands every page out once, then none', () => {
  const pool = new PagePool(3);
  const pages = [pool.take(), pool.take(), pool.take()];
  assert.deepEqual([...pages].sort(), [0, 1, 2]);
  assert.equal(pool.take(), -1);
  assert.equal(pool.free, 0);
  assert.equal(pool.leased, 3);
  assert.equal(new PagePool(0).take(), -1);
});

test('a page stays as long as anyone holds it', () => {
  const pool = new PagePool(2);
  const page = pool.take();
  pool.cache(page);
  pool.retain(page);
  pool.release(page);
  assert.deepEqual([pool.free, pool.idle, pool.leased], [1, 0, 1]);
  pool.release(page);
  assert.deepEqual([pool.free, pool.idle, pool.leased], [1, 1, 0]);
  pool.uncache(page);
  assert.deepEqual([pool.free, pool.idle, pool.leased], [2, 0, 0]);
  checkPool(pool);
});

test('the tree may let go before the last lease does', () => {
  const pool = new PagePool(1);
  const page = pool.take();
  pool.cache(page);
  pool.uncache(page);
  assert.deepEqual([pool.free, pool.idle, pool.leased], [0, 0, 1]);
  pool.release(page);
  assert.equal(pool.free, 1);
  checkPool(pool);
});

test('a page that is taken again is empty', () => {
  const pool = new PagePool(1);
  const page = pool.take();
  pool.fill(page, PAGE_TOKENS);
  pool.release(page);
  assert.equal(pool.filledCells, 0);
  assert.equal(pool.take(), page);
  assert.equal(pool.filled[page], 0);
});

test('remembers how many were in use at once', () => {
  const pool = new PagePool(4);
  const pages = [pool.take(), pool.take(), pool.take()];
  for (const page of pages) pool.release(page);
  pool.take();
  assert.equal(pool.peak, 3);
});

test('sees what does not add up', () => {
  const damages: ((pool: PagePool, page: number) => void)[] = [
    (pool, page) => pool.refs.fill(0, page, page + 1),
    (pool, page) => pool.cached.fill(1, page, page + 1),
    (pool, page) => pool.filled.fill(7, page, page + 1),
    (pool, page) => pool.refs.fill(1, page + 1, page + 2),
  ];
  for (const damage of damages) {
    const pool = new PagePool(3);
    const page = pool.take();
    checkPool(pool);
    damage(pool, page);
    assert.throws(() => checkPool(pool), Error);
  }
});

const step = fc.record({
  what: fc.constantFrom('take', 'take', 'cache', 'uncache', 'retain', 'release', 'fill'),
  which: fc.nat(),
  tokens: fc.integer({ min: 0, max: PAGE_TOKENS }),
});

test('counts as a list of holders does, whatever is taken and let go', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 200 }), (total, steps) => {
      const pool = new PagePool(total);
      /** For each page in use: how often leases hold it, whether the tree does, its tokens. */
      const held = new Map<number, { leases: number; cached: boolean; filled: number }>();
      for (const { what, which, tokens } of steps) {
        if (what === 'take') {
          const page = pool.take();
          assert.equal(page < 0, held.size === total);
          assert(!held.has(page));
          if (page >= 0) held.set(page, { leases: 1, cached: false, filled: 0 });
        } else {
          const page = [...held.keys()][which % Math.max(1, held.size)];
          const of = page === undefined ? undefined : held.get(page);
          if (page === undefined || !of) continue;
          if (what === 'fill') of.filled = tokens;
          else if (what === 'cache' && !of.cached) of.cached = true;
          else if (what === 'uncache' && of.cached) of.cached = false;
          else if (what === 'retain' && of.cached) of.leases++;
          else if (what === 'release' && of.leases > 0) of.leases--;
          else continue;
          if (what === 'fill') pool.fill(page, tokens);
          else pool[what](page);
          if (of.leases === 0 && !of.cached) held.delete(page);
        }
        checkPool(pool);
        const all = [...held.values()];
        assert.equal(pool.free, total - held.size);
        assert.equal(pool.idle, all.filter(({ leases, cached }) => cached && leases === 0).length);
        assert.equal(pool.leased, all.filter(({ leases }) => leases > 0).length);
        assert.equal(
          pool.filledCells,
          all.reduce((sum, { filled }) => sum + filled, 0),
        );
      }
    }),
  );
});
