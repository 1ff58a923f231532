import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STEPS, type Step } from './world/steps.ts';
import { World } from './world/world.ts';

const RUNS = 60;
const STEPS_A_RUN = 250;
/** What the steps have to lead to, or they prove little. */
const EVENTS = ['evicted', 'spilled', 'restored', 'refused', 'no room', 'not forked'];
/** Bytes of a saved page of the simulated model. */
const PAGE_BYTES = 304;

const pages = (min: number, max: number) => fc.integer({ min, max }).map((count) => count * PAGE_BYTES);

const world = fc.record(
  {
    pages: fc.integer({ min: 10, max: 32 }),
    leases: fc.integer({ min: 2, max: 5 }),
    branches: fc.integer({ min: 2, max: 8 }),
    tiers: fc.record({ ram: pages(0, 20), queue: pages(0, 10), disk: pages(0, 60) }),
    pageMs: fc.constantFrom(0.1, 1, 10),
  },
  { requiredKeys: ['pages', 'leases', 'branches', 'pageMs'] },
);
const number = fc.nat(10_000);
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.oneof(
    ...Object.entries(STEPS).map(([what, weight]) => ({ arbitrary: fc.constant(what as Step['what']), weight })),
  ),
  a: number,
  b: number,
  c: number,
});

test('whatever happens: nothing wrong is said, shared, promised or left behind', async () => {
  const seen: Record<string, number> = {};
  let steps = 0;
  const things = fc.array(step, { minLength: STEPS_A_RUN, maxLength: STEPS_A_RUN, size: 'max' });
  await fc.assert(
    fc.asyncProperty(world, things, async (options, things) => {
      const here = new World(options);
      try {
        for (const thing of things) await here.do(thing);
        here.end();
      } finally {
        await here.dispose();
      }
      steps += things.length;
      for (const [what, count] of Object.entries(here.seen)) seen[what] = (seen[what] ?? 0) + count;
    }),
    // Fewer steps of 250 rarely fail in the same way: the seed and the path of the failure say more than a shrunk list.
    { numRuns: RUNS, endOnFailure: true },
  );
  assert(steps >= 10_000);
  for (const what of [...Object.keys(STEPS), ...EVENTS]) assert((seen[what] ?? 0) > 0, `It never came to: ${what}.`);
});
