/** How long the last iterations took: a ring of samples and their quantiles. */
import type { Quantiles } from '../../protocol.ts';

const CAPACITY = 4096;

export class IterationTimes {
  readonly #samples = new Float64Array(CAPACITY);
  /** Iterations ever. */
  count = 0;

  add(ms: number): void {
    this.#samples[this.count++ % CAPACITY] = ms;
  }

  /** Nearest-rank quantiles of the last samples, in ms. */
  quantiles(): Quantiles {
    const sorted = this.#samples.slice(0, Math.min(this.count, CAPACITY)).sort();
    const at = (p: number): number | null => {
      const sample = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
      return sample === undefined ? null : Math.round(sample * 1000) / 1000;
    };
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
  }
}
