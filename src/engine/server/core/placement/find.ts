/** Finds layouts: the program's and the simple rule's, both bettered step by step (refine.ts); a second of computing, on a thread of its own (findWorker.ts). */
import { evaluate } from './evaluate.ts';
import type { Layout, PlacedModel } from './layout.ts';
import { type Pools, poolsOf } from './pools.ts';
import { programOf } from './program.ts';
import type { RatedMachine } from './rates.ts';
import { refine } from './refine.ts';
import { leastPlan, rankOf, simplePlan } from './simple.ts';

export interface Question {
  models: readonly PlacedModel[];
  machine: RatedMachine;
  /** For the program; what was found by then counts. */
  seconds: number;
}

/** Layouts in the order of the models; undefined where none fits. `simple` is the rule's, `best` what costs least of all. */
export interface Found {
  best: { by: 'optimised' | 'simple'; layouts: Layout[] } | undefined;
  simple: Layout[] | undefined;
}

/** @returns values of the variables of a program in the LP format; undefined where none were found. */
export type Solve = (text: string, seconds: number) => Readonly<Record<string, number>> | undefined;

/** Time to better what was found, beyond that of the program: a share of it, and seconds at the most. */
const REFINING = { share: 1 / 3, most: 1 };
/** The program knows mean layers: where real ones overflow a memory, it is solved again with so much less there. */
const ROUNDS = 4;

/** @param solve absent: what the rules say is all, in a moment. */
export function find(question: Question, solve?: Solve): Found {
  const { models } = question;
  // In which order the models are named is of no account either.
  const rank = ({ roles, parts }: PlacedModel): string => `${rankOf(roles)} ${parts.name}`;
  const order = [...models.keys()].sort((a, b) => rank(models[a]!).localeCompare(rank(models[b]!)));
  const { best, simple } = findFor({ ...question, models: order.map((index) => models[index]!) }, solve);
  const asNamed = (layouts: Layout[]): Layout[] => models.map((_, index) => layouts[order.indexOf(index)]!);
  return { best: best && { ...best, layouts: asNamed(best.layouts) }, simple: simple && asNamed(simple) };
}

function findFor({ models, machine, seconds }: Question, solve?: Solve): Found {
  const pools = poolsOf(machine);
  const cost = (layouts: readonly Layout[]): number => evaluate(layouts, pools, machine).cost;
  const simple = simplePlan(models, pools, machine);
  const withoutGpus = simplePlan(models, pools, machine, []);
  const found = [simple, withoutGpus].flatMap((layouts) => (layouts ? [layouts] : []));
  if (solve) {
    const solved = solutions(models, pools, machine, seconds, solve);
    const end = performance.now() + 1000 * Math.min(REFINING.most, REFINING.share * seconds);
    for (const start of [...solved.reverse(), simple ?? leastPlan(models, pools, machine), withoutGpus]) {
      const refined = start && refine(start, pools, machine, end);
      if (refined) found.push(refined);
    }
  }
  // Of those that cost the same, the rule's own.
  const [best] = found.sort((a, b) => cost(a) - cost(b));
  return { best: best && { by: best === simple ? 'simple' : 'optimised', layouts: best }, simple };
}

/** @returns layouts as the program has them, the last of which may fit. */
function solutions(
  models: readonly PlacedModel[],
  pools: Pools,
  machine: RatedMachine,
  seconds: number,
  solve: Solve,
): Layout[][] {
  const limits = pools.limits.map(({ bytes }) => bytes);
  const end = performance.now() + 1000 * seconds;
  const found: Layout[][] = [];
  while (found.length < ROUNDS) {
    const left = (end - performance.now()) / 1000;
    const program = programOf(models, pools, machine.link, limits);
    const values = left > 0 ? solve(program.text, left) : undefined;
    if (!values) break;
    const layouts = program.read(values);
    found.push(layouts);
    const cost = evaluate(layouts, pools, machine);
    if (cost.fits) break;
    cost.left.forEach(({ bytes }, index) => {
      if (bytes < 0) limits[index]! += bytes;
    });
  }
  return found;
}
