import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Arbiter } from '../../../../../../src/engine/server/core/arbiter.ts';
import { calibrate, measure } from '../../../../../../src/engine/server/core/scheduler/calibration.ts';
import { LatencyProfile } from '../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { SimulatedBackend } from '../../../../../../src/engine/server/core/simulated/backend.ts';
import { CAPACITY, contextOf, LAWS } from './machine.ts';

/** Sizes that are run on a machine that takes `cost(tokens)` ms, and what is known then. */
async function learn(
  cost: (tokens: number) => number | undefined,
  budgetMs: number,
  most = CAPACITY,
  longestMs?: number,
) {
  const ran: number[] = [];
  const profile = new LatencyProfile({ batchTokens: most, tiles: true });
  const run = async (tokens: number) => {
    ran.push(tokens);
    return cost(tokens);
  };
  await measure(profile, most, run, budgetMs, longestMs);
  return { ran, profile };
}

describe('measure', () => {
  it('runs larger and larger batches while they fit into the budget', async () => {
    const law = LAWS[0]!;
    const { ran, profile } = await learn(law.rows, 300);
    assert.deepEqual(ran, [1, 1, 1, 16, 16, 64, 64, 256, 256, 512, 512]);
    for (const n of [1, 16, 100, 512]) assert(Math.abs(profile.predict(n, 0) / law.rows(n) - 1) < 0.15, String(n));
  });

  it('measures a slow machine with one token and a short chunk, once', async () => {
    const { ran, profile } = await learn((tokens) => 400 + 100 * tokens, 150);
    assert.deepEqual(ran, [1, 1, 16]);
    assert(Math.abs(profile.predict(1, 1) / 500 - 1) < 0.2);
    assert(Math.abs(profile.predict(16, contextOf(0, 16)) / 2000 - 1) < 0.2);
  });

  it('runs no long batch that may take longer than it should', async () => {
    const { ran } = await learn(LAWS[0]!.rows, 300, CAPACITY, 30);
    assert.deepEqual(ran, [1, 1, 1, 16, 16, 64, 64, 256, 256]);
  });

  it('ends where the batch is longest, and where a run fails', async () => {
    for (const batchTokens of [1, 2, 96]) {
      const { ran, profile } = await learn((tokens) => tokens / 1e3, 150, batchTokens);
      assert.equal(ran.at(-1), batchTokens);
      assert(profile.predict(1, 1) > 0 && profile.predict(1, 1) < 1);
    }
    const before = new LatencyProfile({ batchTokens: CAPACITY, tiles: true }).predict(64, 0);
    let runs = 0;
    const { profile } = await learn(() => (++runs > 1 ? undefined : 1), 150);
    assert.equal(runs, 2);
    assert.equal(profile.predict(64, 0), before);
  });
});

describe('calibrate', () => {
  for (const [fixedMs, tokenMs] of [
    [1, 0.1],
    [100, 20],
  ] as const) {
    it(`learns what a decode of ${fixedMs} ms costs, leaves the cache empty, and lets keys of others pass`, async () => {
      const backend = new SimulatedBackend({ cells: 1024, costs: { fixedMs, tokenMs } });
      const profile = new LatencyProfile(backend);
      const device = new Arbiter();
      let calibrated = false;
      const done = calibrate(backend, profile, device).then(() => {
        calibrated = true;
      });
      const order: boolean[] = [];
      for (let i = 0; i < 3; i++) await device.once(0, () => order.push(calibrated) && 1);
      await done;
      assert.deepEqual(order, [false, false, false]);
      assert.equal(backend.usedCells, 0);
      const expected = fixedMs + tokenMs;
      assert(Math.abs(profile.predict(1, 1) / expected - 1) < 0.3, `${profile.predict(1, 1)} for ${expected}`);
    });
  }
});
