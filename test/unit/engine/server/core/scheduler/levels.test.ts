import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { charge, join, promote, quantum } from '../../../../../../src/engine/server/core/scheduler/levels.ts';

const duration = fc.double({ min: 0, max: 1e5, noNaN: true });

test('the quantum is 10 ms, and twice that of the level above', () => {
  assert.deepEqual([0, 1, 2, 10].map(quantum), [10, 20, 40, 10_240]);
});

test('joins at the highest level whose quantum its prompt fits into', () => {
  const levels = [0, 9.9, 10, 10.1, 20, 21, 40, 79, 81, 10_240].map((promptMs) => join(promptMs, 5).level);
  assert.deepEqual(levels, [0, 0, 0, 1, 1, 2, 2, 3, 4, 10]);
  assert.deepEqual(join(30, 5), { level: 2, usedMs: 0, steppedAt: 5 });
  fc.assert(
    fc.property(duration, (promptMs) => {
      const { level } = join(promptMs, 0);
      assert(promptMs <= quantum(level) && (level === 0 || promptMs > quantum(level - 1)));
    }),
  );
});

test('goes down one level when more than the quantum is used, and begins anew there', () => {
  const standing = join(0, 0);
  assert.equal(charge(standing, 10, 10), undefined);
  assert.deepEqual(standing, { level: 0, usedMs: 10, steppedAt: 10 });
  assert.equal(charge(standing, 1, 20), 'demoted');
  assert.deepEqual(standing, { level: 1, usedMs: 0, steppedAt: 20 });
  assert.equal(charge(standing, 500, 30), 'demoted');
  assert.deepEqual(standing, { level: 2, usedMs: 0, steppedAt: 30 });
});

test('to reach a level takes at least the quanta of those above it', () => {
  fc.assert(
    fc.property(duration, fc.array(duration, { maxLength: 100 }), (promptMs, steps) => {
      const standing = join(promptMs, 0);
      const joined = standing.level;
      let [now, used] = [0, 0];
      for (const ms of steps) {
        now += ms;
        used += ms;
        charge(standing, ms, now);
        let above = 0;
        for (let level = joined; level < standing.level; level++) above += quantum(level);
        assert(used >= above * (1 - 1e-9));
        assert(standing.usedMs <= quantum(standing.level));
        assert.equal(standing.steppedAt, now);
      }
    }),
  );
});

test('is at the top again after three seconds without being served, lower down after eight quanta', () => {
  const standing = join(100, 1000);
  assert.equal(promote(standing, 3999), false);
  assert.equal(standing.level, 4);
  assert.equal(promote(standing, 4000), true);
  assert.deepEqual(standing, { level: 0, usedMs: 0, steppedAt: 1000 });
  assert.equal(promote(standing, 9000), false);
  for (const [level, patience] of [
    [5, 3000],
    [6, 5120],
    [8, 20_480],
  ] as const) {
    const low = { level, usedMs: 0, steppedAt: 0 };
    assert.equal(promote(low, patience - 1), false);
    assert.equal(promote(low, patience), true);
  }
});

test('being served puts starvation off', () => {
  const standing = join(1000, 0);
  for (let now = 2000; now < 20_000; now += 2000) {
    charge(standing, 1, now);
    assert.equal(promote(standing, now + 1999), false);
  }
});
