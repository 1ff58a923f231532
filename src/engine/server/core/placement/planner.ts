/**
 * Makes plans: the program's, the simple rule's, or the one in force, whichever costs least by the one judge (evaluate.ts).
 * The one in force stays unless another is clearly better, as a change loads models anew.
 */
import { LRUCache } from 'lru-cache';
import type { Plan } from '../../../protocol/index.ts';
import { evaluate } from './evaluate.ts';
import type { Found } from './find.ts';
import { Finder, type FindPlaces } from './finder.ts';
import type { Layout, PlacedModel } from './layout.ts';
import { layoutOf, modelPlan } from './modelPlan.ts';
import { type Pools, poolsOf } from './pools.ts';
import type { RatedMachine } from './rates.ts';
import { refusal } from './refusal.ts';

export interface PlanRequest {
  models: readonly PlacedModel[];
  machine: RatedMachine;
  inForce?: Plan | undefined;
  /** For the program. */
  seconds?: number | undefined;
}

/** By how much a plan has to be better than the one in force. */
export const HYSTERESIS = 0.1;
const SECONDS = 1.5;
/** Free memory changes all the time; plans are made for whole steps of it. */
const STEP = 64 * 2 ** 20;
const KEPT = 32;

export class Planner {
  readonly #find: FindPlaces;
  readonly #found = new LRUCache<string, Promise<Found>>({ max: KEPT });

  constructor(
    find: FindPlaces = (
      (finder) => (question) =>
        finder.find(question)
    )(new Finder()),
  ) {
    this.#find = find;
  }

  /** @throws EngineFailure `outOfMemory`, in words, where the models do not fit. */
  async plan({ models, machine: exact, inForce, seconds = SECONDS }: PlanRequest): Promise<Plan> {
    const machine = inSteps(exact);
    const pools = poolsOf(machine);
    const key = JSON.stringify([models, machine, seconds]);
    const finding = this.#found.get(key) ?? this.#find({ models, machine, seconds });
    this.#found.set(key, finding);
    const { best, simple } = await finding;
    if (!best) throw refusal(models, pools, machine);
    const kept = inForce && stillGood(inForce, best.layouts, models, pools, machine);
    const { by, layouts } = kept ? { by: 'kept' as const, layouts: kept } : best;
    const { cost, left, models: costs } = evaluate(layouts, pools, machine);
    return {
      models: layouts.map((layout, index) => modelPlan(layout, costs[index]!, pools, left)),
      by,
      cost,
      simpleCost: simple ? evaluate(simple, pools, machine).cost : null,
      leftBytes: Object.fromEntries(left.map(({ name, bytes }) => [name, bytes])),
    };
  }
}

/** The layouts in force where they are for these models and devices, fit, and nothing is better by the hysteresis. */
function stillGood(
  inForce: Plan,
  best: readonly Layout[],
  models: readonly PlacedModel[],
  pools: Pools,
  machine: RatedMachine,
): Layout[] | undefined {
  if (inForce.models.length !== models.length) return undefined;
  const layouts = models.flatMap((model, index) => {
    const plan = inForce.models[index]!;
    const same = plan.model === model.parts.name && plan.roles.join() === model.roles.join();
    return (same ? layoutOf(plan, model, pools) : undefined) ?? [];
  });
  if (layouts.length < models.length) return undefined;
  const { cost, fits } = evaluate(layouts, pools, machine);
  const better = evaluate(best, pools, machine).cost <= (1 - HYSTERESIS) * cost;
  return fits && !better ? layouts : undefined;
}

function inSteps(machine: RatedMachine): RatedMachine {
  const devices = machine.devices.map((device) => ({
    ...device,
    freeBytes: Math.floor(device.freeBytes / STEP) * STEP,
  }));
  return { ...machine, devices };
}
