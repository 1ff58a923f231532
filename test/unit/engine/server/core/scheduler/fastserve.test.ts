import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CPU, GPU, type Policy, simulate } from '../../../../../bench/fastserve.ts';

/** A simulation of one seed is the same everywhere. */
const seed = 1;
const POLICIES: Policy[] = ['fcfs', 'mlfq', 'published', 'skipJoin'];

function run(machine: typeof CPU, workload: { load: number; budgetMs?: number }) {
  const [fcfs, mlfq, published, skipJoin] = POLICIES.map((policy) =>
    simulate(policy, machine, { ...workload, requests: 800, seed }),
  );
  return { fcfs: fcfs!, mlfq: mlfq!, published: published!, skipJoin: skipJoin! };
}

test('unequal answers complete sooner on average with skip-join than in a plain queue or in order of arrival', () => {
  for (const [machine, workload] of [
    [GPU, { load: 0.9 }],
    [CPU, { load: 0.9 }],
    [CPU, { load: 0.7, budgetMs: 100 }],
  ] as const) {
    const { fcfs, mlfq, published, skipJoin } = run(machine, workload);
    assert(skipJoin.meanMs < 0.9 * fcfs.meanMs, `${skipJoin.meanMs} against ${fcfs.meanMs} in order of arrival`);
    assert(skipJoin.meanMs < mlfq.meanMs, `${skipJoin.meanMs} against ${mlfq.meanMs} in a plain queue`);
    assert(skipJoin.meanMs < published.meanMs, `${skipJoin.meanMs} against ${published.meanMs} as published`);
    assert(skipJoin.p95Ms < 1.05 * fcfs.p95Ms, `p95 ${skipJoin.p95Ms} against ${fcfs.p95Ms}`);
    assert(skipJoin.p95Ms <= mlfq.p95Ms, `p95 ${skipJoin.p95Ms} against ${mlfq.p95Ms}`);
  }
});

test('where nobody waits the policy does not matter', () => {
  const { fcfs, mlfq, skipJoin } = run(GPU, { load: 0.05 });
  assert.equal(mlfq.meanMs, fcfs.meanMs);
  assert.equal(skipJoin.meanMs, fcfs.meanMs);
});

test('a simulation is repeated exactly', () => {
  const once = () => simulate('skipJoin', CPU, { requests: 200, load: 0.8, seed: 9, budgetMs: 60 });
  assert.deepEqual(once(), once());
});
