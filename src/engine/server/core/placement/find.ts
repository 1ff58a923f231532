/** Finds layouts: the program's, and the simple rule's; a second of computing, on a thread of its own (findWorker.ts). */
import { evaluate } from './evaluate.ts';
import type { Layout, PlacedModel } from './layout.ts';
import { type Pools, poolsOf } from './pools.ts';
import { programOf } from './program.ts';
import type { RatedMachine } from './rates.ts';
import { simplePlan } from './simple.ts';

export interface Question {
  models: readonly PlacedModel[];
  machine: RatedMachine;
  /** For the program; what was found by then counts. */
  seconds: number;
}

/** Layouts in the order of the models; undefined where none fits. `simple` is the rule's, `best` the better one's. */
export interface Found {
  best: { by: 'optimised' | 'simple'; layouts: Layout[] } | undefined;
  simple: Layout[] | undefined;
}

/** @returns values of the variables of a program in the LP format; undefined where none were found. */
export type Solve = (text: string, seconds: number) => Readonly<Record<string, number>> | undefined;

/** The program knows mean layers: where real ones overflow a memory, it is solved again with so much less there. */
const ROUNDS = 4;

export function find({ models, machine, seconds }: Question, solve: Solve): Found {
  const pools = poolsOf(machine);
  const simple = simplePlan(models, pools, machine);
  const optimised = optimise(models, pools, machine, seconds, solve);
  const cost = (layouts: readonly Layout[]): number => evaluate(layouts, pools, machine).cost;
  if (optimised && !(simple && cost(simple) <= cost(optimised)))
    return { best: { by: 'optimised', layouts: optimised }, simple };
  return { best: simple && { by: 'simple', layouts: simple }, simple };
}

function optimise(
  models: readonly PlacedModel[],
  pools: Pools,
  machine: RatedMachine,
  seconds: number,
  solve: Solve,
): Layout[] | undefined {
  const limits = pools.limits.map(({ bytes }) => bytes);
  const end = performance.now() + 1000 * seconds;
  for (let round = 0; round < ROUNDS; round++) {
    const left = (end - performance.now()) / 1000;
    if (left <= 0) return undefined;
    const program = programOf(models, pools, machine.link, limits);
    const values = solve(program.text, left);
    if (!values) return undefined;
    const layouts = program.read(values);
    const cost = evaluate(layouts, pools, machine);
    if (cost.fits) return layouts;
    cost.left.forEach(({ bytes }, index) => {
      if (bytes < 0) limits[index]! += bytes;
    });
  }
  return undefined;
}
