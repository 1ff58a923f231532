/** HiGHS, a solver of mixed-integer programs, compiled to WebAssembly: https://highs.dev */
import { createRequire } from 'node:module';
import type { Solve } from './find.ts';

/** Of the optimum that a solution may miss: the prices are no more exact than that. */
const GAP = 0.005;

/** Loads it. It finds its WebAssembly beside itself, so it stays outside the bundle. */
export async function loadSolver(): Promise<Solve> {
  const { default: load }: typeof import('highs') = createRequire(import.meta.url)('highs');
  const highs = await load();
  return (text, seconds) => {
    const { Columns } = highs.solve(text, { time_limit: seconds, mip_rel_gap: GAP, output_flag: false });
    // A time limit leaves the best that was found by then; without a solution no column has a value.
    const values = Object.entries(Columns).flatMap(([name, column]) =>
      'Primal' in column ? [[name, column.Primal]] : [],
    );
    return values.length > 0 && values.some(([, value]) => value !== 0) ? Object.fromEntries(values) : undefined;
  };
}
