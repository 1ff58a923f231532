/** Solves mixed-integer programs on a thread of its own: a solution may take a second, and keys are served meanwhile. */
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';

export interface SolverTask {
  id: number;
  /** In the LP format. */
  text: string;
  seconds: number;
}

/** `values` by name of the variable. */
export type SolverOutcome = { id: number } & (
  | { found: 'solution'; values: Record<string, number> }
  | { found: 'infeasible' }
  | { found: 'nothing'; why: string }
);

// It finds its WebAssembly beside itself, so it stays outside the bundle.
const { default: load }: typeof import('highs') = createRequire(import.meta.url)('highs');
const highs = load();
/** Of the optimum that a solution may miss: the numbers are no more exact than that. */
const GAP = 0.005;

async function solve({ id, text, seconds }: SolverTask): Promise<SolverOutcome> {
  try {
    const { Status, Columns } = (await highs).solve(text, {
      time_limit: seconds,
      mip_rel_gap: GAP,
      output_flag: false,
    });
    if (Status === 'Infeasible') return { id, found: 'infeasible' };
    const values = Object.fromEntries(
      Object.entries(Columns).flatMap(([name, column]) =>
        'Primal' in column ? [[name, column.Primal as number]] : [],
      ),
    );
    // A time limit leaves the best that was found by then.
    const whole = (Status === 'Optimal' || Status === 'Time limit reached') && Object.keys(values).length > 0;
    return whole ? { id, found: 'solution', values } : { id, found: 'nothing', why: Status };
  } catch (error) {
    return { id, found: 'nothing', why: error instanceof Error ? error.message : String(error) };
  }
}

parentPort!.on('message', (task: SolverTask) => void solve(task).then((outcome) => parentPort!.postMessage(outcome)));
