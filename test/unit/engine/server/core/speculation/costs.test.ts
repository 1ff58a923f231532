import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LatencyProfile } from '../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { StepCosts } from '../../../../../../src/engine/server/core/speculation/costs.ts';

describe('StepCosts', () => {
  it('begins with the profile, and learns what logits at every row cost on top', () => {
    const profile = new LatencyProfile({ batchTokens: 512, tiles: true });
    for (let i = 0; i < 50; i++) for (const rows of [1, 4, 16]) profile.observe(rows, 0, 10 + 2 * rows);
    const costs = new StepCosts(profile);
    assert.equal(costs.predict(4, 0), profile.predict(4, 0));
    for (let i = 0; i < 50; i++) costs.observe(4, 0, 27);
    assert(Math.abs(costs.predict(4, 0) - 27) < 0.5);
    assert.equal(costs.predict(1, 0), profile.predict(1, 0), 'another size is another matter');
  });

  it('begins with what was measured, knows what lies between by a line, and does not take neighbours for each other', () => {
    const profile = new LatencyProfile({ batchTokens: 512, tiles: true });
    for (let i = 0; i < 50; i++) profile.observe(1, 0, 20);
    const near = (rows: number, ms: number) =>
      assert(Math.abs(costs.predict(rows, 0) / ms - 1) < 0.03, `${rows} rows ${costs.predict(rows, 0)} ms, not ${ms}`);
    // The machine was twice as slow then.
    const measured = new Map([
      [1, 40],
      [4, 60],
      [8, 100],
    ]);
    const costs = new StepCosts(profile, measured);
    near(1, 20);
    near(4, 30);
    near(6, 40);
    near(8, 50);
    for (let i = 0; i < 50; i++) costs.observe(6, 0, 60);
    near(6, 60);
    near(8, 50);
    near(7, 55);
    // Twice as much context is what the profile says it is.
    assert.equal(costs.predict(8, 4000) - costs.predict(8, 2000), profile.predict(8, 4000) - profile.predict(8, 2000));
  });

  it('is not led far astray by one step that was interrupted', () => {
    const profile = new LatencyProfile({ batchTokens: 512, tiles: true });
    const costs = new StepCosts(profile);
    const before = costs.predict(2, 0);
    costs.observe(2, 0, 1_000 * before);
    assert(costs.predict(2, 0) < 1.2 * before);
    costs.observe(2, 0, Number.NaN);
    costs.observe(2, 0, 0);
    assert(costs.predict(2, 0) < 1.2 * before);
  });
});
