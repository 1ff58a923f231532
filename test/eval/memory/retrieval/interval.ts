/** A mean and how sure it is. */

const ROUNDS = 1_000;

/** Mean, and the middle 95 % of those of as many drawn anew (bootstrap), by a generator that always starts alike. */
export function withInterval(values: readonly number[]): string {
  const random = generator(1);
  const means = Array.from({ length: ROUNDS }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!;
    return sum / values.length;
  }).sort((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `${mean.toFixed(3)} [${means[Math.floor(0.025 * ROUNDS)]!.toFixed(3)}, ${means[Math.floor(0.975 * ROUNDS)]!.toFixed(3)}]`;
}

/** Mulberry32: numbers from 0 to 1, the same for a seed. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
