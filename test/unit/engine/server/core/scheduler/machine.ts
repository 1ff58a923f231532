/** Machines for the latency profile to learn: a law of what an iteration costs, and noise. */
import assert from 'node:assert/strict';
import { type LatencyProfile, TILED } from '../../../../../../src/engine/server/core/scheduler/latencyProfile.ts';

/** Longest batch, in tokens. */
export const CAPACITY = 512;

export interface Law {
  name: string;
  rows: (tokens: number) => number;
  attention: number;
  /** What is left of it where a batch is long enough for tiles; absent: all. */
  tiled?: number;
}

export const LAWS: Law[] = [
  { name: 'the bundled model on one core', rows: (n) => 0.45 + 0.11 * n, attention: 2e-5 },
  { name: '0.5B on a CPU', rows: (n) => Math.max(50, 30 + 6.3 * n), attention: 5e-4 },
  { name: '7B on a CPU', rows: (n) => Math.max(400, 100 + 80 * n), attention: 3e-3 },
  { name: '7B on a GPU', rows: (n) => Math.max(9, 6 + 0.02 * n), attention: 1e-6 },
  { name: 'attention in tiles', rows: (n) => 2 + 0.65 * n, attention: 5e-4, tiled: 0.15 },
];
/** Batches to predict, all over the range. */
export const PLACES = [1, 2, 4, 12, 30, 64, 100, 256, 500].flatMap((tokens) =>
  [0, 2000, 8000].map((start) => ({ tokens, context: contextOf(start, tokens) })),
);

/** Positions that `tokens` rows attend to in all, the first of them at position `start`. */
export function contextOf(start: number, tokens: number): number {
  return tokens * start + (tokens * (tokens + 1)) / 2;
}

/** Mulberry32: numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A machine that takes what the law says, 10 % more or less, and one time in twenty five times as long. */
export class Machine {
  scale = 1;
  readonly law: Law;
  readonly draw: () => number;

  constructor(law: Law, seed: number) {
    this.law = law;
    this.draw = random(seed);
  }

  true(tokens: number, context: number): number {
    const { rows, attention, tiled = 1 } = this.law;
    return this.scale * (rows(tokens) + attention * (tokens < TILED ? 1 : tiled) * context);
  }

  run(tokens: number, context: number): number {
    const gauss = Math.sqrt(-2 * Math.log(1 - this.draw())) * Math.cos(2 * Math.PI * this.draw());
    return this.true(tokens, context) * Math.exp(0.1 * gauss) * (this.draw() < 0.05 ? 5 : 1);
  }

  /** Decodes of a few requests, and chunks of all lengths, at any position. */
  teach(profile: LatencyProfile, iterations: number): void {
    for (let i = 0; i < iterations; i++) {
      const tokens = Math.floor(CAPACITY ** this.draw());
      const context = contextOf(Math.floor(8000 * this.draw()), tokens);
      profile.observe(tokens, context, this.run(tokens, context));
    }
  }

  /** How far off the profile is where it is worst. */
  worst(profile: LatencyProfile): number {
    const off = PLACES.map(({ tokens, context }) => profile.predict(tokens, context) / this.true(tokens, context) - 1);
    return Math.max(...off.map(Math.abs));
  }
}

export function assertWithin(limit: number, machine: Machine, profile: LatencyProfile): void {
  const worst = machine.worst(profile);
  assert(worst < limit, `${worst} off`);
}
