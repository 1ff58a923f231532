/**
 * Makes plans: the solver's, the simple rule's, or the one in force, whichever costs least by the one judge
 * (evaluate.ts); the one in force stays unless another is clearly better, as a change loads models anew.
 */
import { LRUCache } from 'lru-cache';
import type { Machine, ModelPlan, Plan } from '../../../protocol/index.ts';
import { evaluate, type PlanCost } from './evaluate.ts';
import type { Layout, PlacedModel } from './layout.ts';
import { layoutOf, modelPlan } from './modelPlan.ts';
import { type Pools, poolsOf } from './pools.ts';
import { programOf } from './program.ts';
import { refusal } from './refusal.ts';
import { simplePlan } from './simple.ts';
import { type ProgramSolver, Solver } from './solver.ts';

export interface PlanRequest {
  models: readonly PlacedModel[];
  machine: Machine;
  inForce?: Plan | undefined;
}

/** By how much a plan has to be better than the one in force. */
export const HYSTERESIS = 0.1;
/** Free memory changes all the time; plans are made for whole steps of it. */
const STEP = 64 * 2 ** 20;
/** The program knows mean layers: where real ones overflow a memory, it is solved again with so much less there. */
const ROUNDS = 4;
const KEPT = 32;

interface Candidate {
  by: Plan['by'];
  layouts: Layout[];
  cost: PlanCost;
}

/** The best of a request, and the simple rule's; neither knows of a plan in force. */
interface Found {
  best: Candidate | undefined;
  simple: Candidate | undefined;
}

export class Planner {
  readonly #solver: ProgramSolver;
  readonly #found = new LRUCache<string, Promise<Found>>({ max: KEPT });

  constructor(solver: ProgramSolver = new Solver()) {
    this.#solver = solver;
  }

  /** @throws EngineFailure `outOfMemory`, in words, where the models do not fit. */
  async plan({ models, machine: exact, inForce }: PlanRequest): Promise<Plan> {
    const machine = inSteps(exact);
    const pools = poolsOf(machine);
    const key = JSON.stringify([models, machine]);
    const finding = this.#found.get(key) ?? this.#find(models, pools, machine);
    this.#found.set(key, finding);
    const { best, simple } = await finding;
    if (!best) throw refusal(models, pools, machine);
    const chosen = { ...best, plans: best.layouts.map((layout, i) => modelPlan(layout, best.cost.models[i]!, pools)) };
    const kept = inForce && stillGood(inForce, best, models, pools, machine);
    const { by, cost, plans } = kept ?? chosen;
    return {
      models: plans,
      by,
      cost: cost.cost,
      simpleCost: simple?.cost.cost ?? null,
      leftBytes: Object.fromEntries(cost.left.map(({ name, bytes }) => [name, bytes])),
    };
  }

  async #find(models: readonly PlacedModel[], pools: Pools, machine: Machine): Promise<Found> {
    const layouts = simplePlan(models, pools, machine);
    const simple = layouts && { by: 'simple' as const, layouts, cost: evaluate(layouts, pools, machine) };
    const optimised = await this.#optimise(models, pools, machine);
    const best =
      optimised && simple ? (simple.cost.cost < optimised.cost.cost ? simple : optimised) : (optimised ?? simple);
    return { best, simple };
  }

  async #optimise(models: readonly PlacedModel[], pools: Pools, machine: Machine): Promise<Candidate | undefined> {
    const limits = pools.limits.map(({ bytes }) => bytes);
    for (let round = 0; round < ROUNDS; round++) {
      const program = programOf(models, pools, machine.link, limits);
      const outcome = await this.#solver.solve(program.text);
      if (outcome.found !== 'solution') return undefined;
      const layouts = program.read(outcome.values);
      const cost = evaluate(layouts, pools, machine);
      if (cost.fits) return { by: 'optimised', layouts, cost };
      cost.left.forEach(({ bytes }, index) => {
        if (bytes < 0) limits[index]! += bytes;
      });
    }
    return undefined;
  }
}

/** The plan in force where it is for these models and devices, fits, and nothing is better by the hysteresis. */
function stillGood(
  inForce: Plan,
  best: Candidate,
  models: readonly PlacedModel[],
  pools: Pools,
  machine: Machine,
): { by: 'kept'; cost: PlanCost; plans: ModelPlan[] } | undefined {
  if (inForce.models.length !== models.length) return undefined;
  const layouts: Layout[] = [];
  for (const [index, model] of models.entries()) {
    const plan = inForce.models[index]!;
    const same = plan.model === model.parts.name && plan.roles.join() === model.roles.join();
    const layout = same ? layoutOf(plan, model, pools) : undefined;
    if (!layout) return undefined;
    layouts.push(layout);
  }
  const cost = evaluate(layouts, pools, machine);
  if (!cost.fits || best.cost.cost <= (1 - HYSTERESIS) * cost.cost) return undefined;
  return { by: 'kept', cost, plans: layouts.map((layout, i) => modelPlan(layout, cost.models[i]!, pools)) };
}

function inSteps(machine: Machine): Machine {
  const devices = machine.devices.map((device) => ({
    ...device,
    freeBytes: Math.floor(device.freeBytes / STEP) * STEP,
  }));
  return { ...machine, devices };
}
