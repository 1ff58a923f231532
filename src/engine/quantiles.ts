import type { Quantiles } from './protocol/status.ts';

/** Nearest-rank quantiles, to the thousandth; null without samples. */
export function quantiles(samples: readonly number[] | Float64Array): Quantiles {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number): number | null => {
    const sample = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
    return sample === undefined ? null : Math.round(sample * 1000) / 1000;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
