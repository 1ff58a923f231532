import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LatencyProfile, TILED } from '../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';
import { assertWithin, CAPACITY, contextOf, LAWS, Machine, PLACES } from './machine.ts';

describe('learning', () => {
  for (const law of LAWS) {
    for (const seed of [1, 2, 3]) {
      test(`${law.name}: from noisy iterations to within a fifth, and again when it gets busy (seed ${seed})`, () => {
        const machine = new Machine(law, seed);
        const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: law.tiled !== undefined });
        machine.teach(profile, 1500);
        assertWithin(0.2, machine, profile);
        machine.scale = 3;
        machine.teach(profile, 25);
        assertWithin(0.25, machine, profile);
        machine.teach(profile, 200);
        assertWithin(0.2, machine, profile);
        machine.scale = 1;
        machine.teach(profile, 25);
        assertWithin(0.25, machine, profile);
      });
    }
  }

  test('a machine without noise is known exactly at the sizes that it ran', () => {
    const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: false });
    for (let i = 0; i < 300; i++) for (const tokens of [1, 16, 256]) profile.observe(tokens, 0, 2 + tokens / 8);
    for (const n of [1, 16, 256]) assert(Math.abs(profile.predict(n, 0) / (2 + n / 8) - 1) < 0.01, String(n));
  });

  test('one measurement far off changes little, whatever it is', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (seed, ms) => {
        const machine = new Machine(LAWS[0]!, seed);
        const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: false });
        machine.teach(profile, 300);
        // Not the third in a row: that would be news.
        profile.observe(8, contextOf(500, 8), profile.predict(8, contextOf(500, 8)));
        const before = PLACES.map(({ tokens, context }) => profile.predict(tokens, context));
        profile.observe(8, contextOf(500, 8), ms);
        PLACES.forEach(({ tokens, context }, at) => {
          const change = profile.predict(tokens, context) / before[at]!;
          assert(change > 0.5 && change < 2, `${tokens} tokens: x ${change}`);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('decodes alone tell that prompts became slow, too', () => {
    const machine = new Machine(LAWS[1]!, 5);
    const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: false });
    machine.teach(profile, 1000);
    machine.scale = 3;
    for (let i = 0; i < 20; i++) profile.observe(2, 4000, machine.run(2, 4000));
    assertWithin(0.2, machine, profile);
  });

  test('long decoding does not unlearn the prompts', () => {
    const machine = new Machine(LAWS[0]!, 6);
    const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: false });
    machine.teach(profile, 1500);
    for (let i = 0; i < 5000; i++) profile.observe(3, 3000, machine.run(3, 3000));
    assertWithin(0.2, machine, profile);
  });

  test('what cannot be a measurement is not taken in', () => {
    const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: false });
    const before = profile.predict(100, 100);
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) profile.observe(100, 100, ms);
    profile.observe(0, 0, 5);
    assert.equal(profile.predict(100, 100), before);
  });
});

describe('prediction', () => {
  const taught = fc
    .array(
      fc.record({
        tokens: fc.integer({ min: 1, max: CAPACITY }),
        start: fc.nat(20_000),
        ms: fc.double({ min: 0.01, max: 10_000, noNaN: true }),
      }),
      { maxLength: 60 },
    )
    .map((samples) => {
      const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: true });
      for (const { tokens, start, ms } of samples) profile.observe(tokens, contextOf(start, tokens), ms);
      return profile;
    });

  test('goes on believing that tiles save half, whatever a busy machine says of some of them', () => {
    const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: true });
    for (let i = 0; i < 50; i++) {
      profile.observe(16, contextOf(1000, 16), 40);
      profile.observe(128, contextOf(1000, 128), 900);
    }
    for (let i = 0; i < 20; i++) profile.observe(16, contextOf(1000, 16), 40);
    const beyond = (tokens: number) => profile.predict(tokens, tokens * 1000) - profile.predict(tokens, 0);
    assert.ok(beyond(64) <= 0.5 * 4 * beyond(16) * (1 + 1e-9));
  });

  test('a length that was hindered once does not make longer ones dear that were measured', () => {
    const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: true });
    const sizes: [tokens: number, ms: number][] = [
      [1, 2.5],
      [16, 10],
      [64, 22],
      [256, 100],
    ];
    for (const [tokens, ms] of [...sizes, ...sizes]) profile.observe(tokens, contextOf(0, tokens), ms);
    assert.ok(profile.predict(32, 0) > 11 && profile.predict(32, 0) < 18, `${profile.predict(32, 0)} ms`);
    profile.observe(41, contextOf(0, 41), 155);
    for (let i = 0; i < 3; i++) profile.observe(1, 200, 3);
    const ratio = profile.predict(64, contextOf(0, 64)) / profile.predict(16, contextOf(0, 16));
    assert.ok(ratio < 3, `64 tokens take ${ratio} times as long as 16`);
  });

  test('knows no tiles where there are none', () => {
    const profile = new LatencyProfile({ batchTokens: CAPACITY, tiles: false });
    const beyond = (tokens: number) => profile.predict(tokens, tokens * 1000) - profile.predict(tokens, 0);
    assert.ok(Math.abs(beyond(64) / beyond(32) - 2) < 1e-9);
  });

  test('never falls with more tokens or a longer context, whatever was measured, but where tiles begin', () => {
    fc.assert(
      fc.property(taught, fc.nat(1000), fc.nat(200), fc.nat(1e6), fc.nat(1e6), (profile, tokens, more, at, further) => {
        const ms = profile.predict(tokens, at);
        assert(ms >= 0 && ms < Number.POSITIVE_INFINITY && (tokens === 0) === (ms === 0));
        const tilesBegin = tokens < TILED && tokens + more >= TILED;
        assert(tilesBegin || profile.predict(tokens + more, at) >= ms * (1 - 1e-9));
        assert(profile.predict(tokens, at + further) >= ms);
      }),
    );
  });

  test('the largest chunk is the largest that fits', () => {
    const amount = fc.nat(CAPACITY);
    fc.assert(
      fc.property(
        taught,
        fc.double({ min: 0, max: 500, noNaN: true }),
        amount,
        amount,
        (profile, budget, rows, start) => {
          const context = contextOf(start, rows);
          const cost = (chunk: number) => profile.predict(rows + chunk, context + contextOf(start, chunk));
          const chunk = profile.largestChunk(budget, rows, context, start, 300);
          assert(Number.isInteger(chunk) && chunk >= 0 && chunk <= 300);
          if (chunk > 0) assert(cost(chunk) <= budget);
          for (let larger = chunk + 1; larger <= 300; larger++) assert(cost(larger) > budget);
          assert.equal(profile.largestChunk(budget, rows, context, start, 0), 0);
        },
      ),
    );
  });

  test('a prompt costs the sum of its chunks', () => {
    fc.assert(
      fc.property(
        taught,
        fc.nat(3000),
        fc.nat(5000),
        fc.integer({ min: 1, max: CAPACITY }),
        (profile, n, start, chunk) => {
          let sum = 0;
          for (let at = 0; at < n; at += chunk) {
            const tokens = Math.min(chunk, n - at);
            sum += profile.predict(tokens, contextOf(start + at, tokens));
          }
          assert(Math.abs(profile.prompt(n, start, chunk) - sum) <= 1e-6 * (1 + sum));
        },
      ),
    );
  });

  test('before anything was measured a chunk is neither tiny nor endless', () => {
    const chunk = new LatencyProfile({ batchTokens: CAPACITY, tiles: true }).largestChunk(30, 0, 0, 0, CAPACITY);
    assert(chunk >= 16 && chunk <= 64, String(chunk));
  });
});
