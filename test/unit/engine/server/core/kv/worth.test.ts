import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { Driver } from './driver.ts';

const range = (pages: number, from: number): number[] => [
  ...Array.from({ length: pages * PAGE_TOKENS }, (_, i) => (from + i * 7) % 250),
  250,
];

function setUp(computeMs: (start: number) => number) {
  const driver = new Driver(new SimulatedBackend({ cells: 64 * PAGE_TOKENS, sequences: 12 }), { computeMs });
  const { pool, branches } = driver.cache;
  const cached = (tokens: number[], document?: string): number =>
    driver.run(tokens, document === undefined ? {} : { document }).cached / PAGE_TOKENS;
  return { driver, cached, makeRoom: (pages: number) => assert(branches.makeRoom(pool.free + pages)) };
}

test('what was used longest ago goes first, from its end', () => {
  const { cached, makeRoom } = setUp(() => 1);
  cached(range(4, 1));
  cached(range(4, 2));
  makeRoom(6);
  assert.equal(cached(range(4, 1)), 0);
  assert.equal(cached(range(4, 2)), 2);
});

test('open documents are kept longer', () => {
  const { driver, cached, makeRoom } = setUp(() => 1);
  driver.cache.setOpen('w', ['open']);
  cached(range(4, 1), 'open');
  cached(range(4, 2), 'closed');
  makeRoom(6);
  assert.equal(cached(range(4, 2)), 0);
  assert.equal(cached(range(4, 1)), 2);
});

test('what is dear to compute again is kept longer', () => {
  const { cached, makeRoom } = setUp((start) => 1 + start / 100);
  cached(range(20, 1));
  cached(range(1, 2));
  cached(range(1, 3));
  makeRoom(2);
  assert.equal(cached(range(20, 1)), 20);
  assert.equal(cached(range(1, 2)), 0);
});

test('a page that was taken anew is not worth what it was before', () => {
  const { driver, cached, makeRoom } = setUp(() => 1);
  driver.cache.setOpen('w', ['open']);
  cached(range(60, 1), 'open');
  makeRoom(60);
  cached(range(30, 2));
  cached(range(30, 3), 'open');
  makeRoom(30);
  assert.equal(cached(range(30, 3)), 30);
});
