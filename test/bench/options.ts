/** Command line of the bench. */
import { parseArgs } from 'node:util';
import type { GpuPreference } from '../../src/engine/protocol/index.ts';

export interface BenchOptions {
  /** Which benches; empty: all. */
  names: string[];
  /** A model file for the serving bench, in place of the bundled model and the one in the shape of a larger. */
  model?: string;
  gpu: GpuPreference;
  /** Few samples: to see that it works, not to compare. */
  quick: boolean;
}

const GPUS: readonly string[] = ['auto', 'cuda', 'metal', 'vulkan', 'off'] satisfies GpuPreference[];

/** @throws TypeError, in words, on an unknown option, bench or value. */
export function parseOptions(argv: string[], benches: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      model: { type: 'string' },
      gpu: { type: 'string', default: process.env.QUIRE_BENCH_GPU ?? 'off' },
      quick: { type: 'boolean', default: false },
    },
  });
  for (const name of positionals) {
    if (!benches.includes(name)) throw new TypeError(`there is no bench ${name}; there are ${benches.join(', ')}`);
  }
  if (!GPUS.includes(values.gpu)) throw new TypeError(`--gpu must be one of ${GPUS.join(', ')}, not '${values.gpu}'`);
  const { model, quick } = values;
  return { names: positionals, gpu: values.gpu as GpuPreference, quick, ...(model === undefined ? {} : { model }) };
}
