import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PAGE_TOKENS } from '../../../../../../src/engine/server/core/kv/pagePool.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { checkIntegrity, nodesOf } from '../../../../../helpers/cacheIntegrity.ts';
import { Driver } from './driver.ts';

const LEASES = 3;

/** A tree with few sequence ids and more than enough pages. */
function setUp(branches: number) {
  const driver = new Driver(new SimulatedBackend({ cells: 4096, sequences: LEASES + branches }), { leases: LEASES });
  /** Runs a prompt. @returns how many of its pages were there. */
  const run = (tokens: number[]): number => {
    const { cached } = driver.run([...tokens, 250]);
    checkIntegrity(driver.cache);
    return cached / PAGE_TOKENS;
  };
  return { driver, run };
}

/** One page for each letter. */
const pages = (letters: string): number[] =>
  [...letters].flatMap((letter) => Array<number>(PAGE_TOKENS).fill(letter.charCodeAt(0)));

describe('Branches', () => {
  it('gives a newcomer the id of the branch that is worth least, also where that goes on', () => {
    const { run } = setUp(2);
    run(pages('abcd'));
    run(pages('efgh'));
    run(pages('i'));
    assert.equal(run(pages('i')), 1);
    assert.equal(run(pages('efgh')), 4);
    assert.equal(run(pages('abcd')), 0);
  });

  it('looks at the best leaf of a branch: what many use stays', () => {
    const { run } = setUp(3);
    run(pages('abc'));
    run(pages('d'));
    run(pages('abe'));
    run(pages('fgh'));
    run(pages('ijk'));
    assert.equal(run(pages('abe')), 3);
    assert.equal(run(pages('d')), 0);
  });

  it('gives a branch up with all its leaves', () => {
    const { run } = setUp(2);
    run(pages('abc'));
    run(pages('abd'));
    for (let used = 0; used < 4; used++) run(pages('x'));
    run(pages('y'));
    assert.equal(run(pages('y')), 1);
    assert.equal(run(pages('x')), 1);
    assert.equal(run(pages('abc')), 0);
  });

  it('takes several ids for one prompt before it evicts for one', () => {
    const { run, driver } = setUp(2);
    run(pages('abcd'));
    run(pages('abef'));
    run(pages('ghij'));
    assert.equal(run(pages('ghij')), 4);
    assert.equal(run(pages('abef')), 4);
    assert.equal(driver.cache.branches.evictions, 2);
  });

  it('leaves what is held alone; who then finds no id keeps its pages to itself', () => {
    const { run, driver } = setUp(1);
    const lease = driver.acquire(pages('ab'))!;
    driver.compute(lease, pages('ab'));
    assert.equal(run(pages('cd')), 0);
    assert.equal(run(pages('cd')), 0);
    driver.cache.release(lease, pages('ab'));
    assert.equal(run(pages('cd')), 0);
    assert.equal(run(pages('cd')), 2);
  });

  it('lengthens the branch of a prompt as it is computed, under one id', () => {
    const { driver } = setUp(3);
    const tokens = pages('abcdef');
    const lease = driver.acquire(tokens)!;
    for (let i = 0; i < 6; i++) driver.compute(lease, tokens, PAGE_TOKENS);
    const nodes = [...nodesOf(driver.cache.tree)];
    assert.equal(nodes.length, 6);
    assert.equal(new Set(nodes.map(({ sequence }) => sequence)).size, 1);
    driver.cache.release(lease, tokens);
    checkIntegrity(driver.cache);
  });

  it('calls the library once for all pages in a row under one id', () => {
    const { driver, run } = setUp(3);
    const calls: [what: string, start: number, end: number][] = [];
    const { backend, cache } = driver;
    const [copy, remove] = [backend.copyRange.bind(backend), backend.removeRange.bind(backend)];
    backend.copyRange = (source, target, start, end) => {
      calls.push(['copy', start / PAGE_TOKENS, end / PAGE_TOKENS]);
      copy(source, target, start, end);
    };
    backend.removeRange = (sequence, start, end) => {
      if (end > 0) calls.push(['remove', start / PAGE_TOKENS, end / PAGE_TOKENS]);
      return remove(sequence, start, end);
    };
    run(pages('abcdef'));
    assert.deepEqual(calls.splice(0), [['copy', 0, 6]]); // into the tree
    assert.equal(run(pages('abcdef')), 6);
    assert.deepEqual(calls.splice(0), [['copy', 0, 6]]); // out of it
    const lease = driver.acquire(pages('abcgh'))!;
    driver.decode(lease, pages('abcgh'));
    assert.deepEqual(calls.splice(0), [
      ['copy', 0, 3],
      ['copy', 3, 5],
    ]);
    const twin = driver.acquire(pages('abcgh'), { reserve: 0 })!;
    driver.cache.discard(lease);
    driver.cache.discard(twin);
    calls.splice(0);
    assert(cache.branches.makeRoom(cache.pool.total));
    assert.deepEqual(calls.toSorted(), [
      ['remove', 0, 6],
      ['remove', 3, 5],
    ]);
    checkIntegrity(cache);
  });

  it('makes no more room than it is asked for, the end of a text first', () => {
    const { run, driver } = setUp(3);
    run(pages('abcd'));
    const { free } = driver.cache.pool;
    assert(driver.cache.branches.makeRoom(free + 1));
    assert.equal(driver.cache.pool.free, free + 1);
    checkIntegrity(driver.cache);
    assert.equal(run(pages('abcd')), 3);
    assert(!driver.cache.branches.makeRoom(driver.cache.pool.total + 1));
  });
});
