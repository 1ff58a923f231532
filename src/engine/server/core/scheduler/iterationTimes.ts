/** How long the last iterations took: a ring of samples and their quantiles. */
import type { Quantiles } from '../../../protocol/index.ts';
import { quantiles } from '../../../quantiles.ts';

const CAPACITY = 4096;

export class IterationTimes {
  readonly #samples = new Float64Array(CAPACITY);
  /** Iterations ever. */
  count = 0;

  add(ms: number): void {
    this.#samples[this.count++ % CAPACITY] = ms;
  }

  /** Of the last samples, in ms. */
  quantiles(): Quantiles {
    return quantiles(this.#samples.subarray(0, Math.min(this.count, CAPACITY)));
  }
}
