/** `plan` of every client: where models would lie, on this machine or another one. Nothing is loaded. */
import {
  type ModelRole,
  type PlannedModel,
  type PlanParams,
  type PlanResult,
  planRequest,
} from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { readModelParts } from '../../core/placement/fromHeader.ts';
import { partsOfShape } from '../../core/placement/fromShape.ts';
import { type PlacedModel, placedModel } from '../../core/placement/layout.ts';
import type { MeasuredRates } from '../../core/placement/measuredRates.ts';
import { Planner } from '../../core/placement/planner.ts';
import { rated } from '../../core/placement/rates.ts';
import { type FoundDevice, thisMachine } from '../../core/placement/thisMachine.ts';
import type { ServedClient, Service } from '../../service.ts';

export class PlanService implements Service {
  readonly #devices: () => Promise<readonly FoundDevice[]>;
  readonly #planner: Planner;
  readonly #rates: MeasuredRates | undefined;

  /**
   * @param devices of this machine, with what is free of them now.
   * @param rates of theirs that were measured.
   */
  constructor(devices: () => Promise<readonly FoundDevice[]>, planner = new Planner(), rates?: MeasuredRates) {
    this.#devices = devices;
    this.#planner = planner;
    this.#rates = rates;
  }

  serve(client: ServedClient): void {
    client.onRequest(planRequest, (params) => this.plan(params));
  }

  /** @throws EngineFailure `outOfMemory`, in words, where nothing fits; `modelMissing`, `modelCorrupt`. */
  async plan({ models, machine: given, inForce, seconds }: PlanParams): Promise<PlanResult> {
    if (models.length === 0) throw new EngineFailure('internal', 'A plan is for one model at least.');
    const machine = rated(given ?? (await thisMachine(await this.#devices(), this.#rates)));
    const placed = await placedModels(models);
    const start = performance.now();
    const plan = await this.#planner.plan({ models: placed, machine, inForce, seconds });
    return { machine, plan, solveMs: Math.round(performance.now() - start) };
  }
}

/** Completion and chat with one file are one model. */
async function placedModels(models: readonly PlannedModel[]): Promise<PlacedModel[]> {
  const groups = new Map<string, { model: PlannedModel['model']; roles: ModelRole[]; contextTokens: number }>();
  for (const { role, model, contextTokens = 0 } of models) {
    const key = JSON.stringify([model, role === 'embedding']);
    const group = groups.get(key) ?? { model, roles: [], contextTokens: 0 };
    if (!group.roles.includes(role)) group.roles.push(role);
    group.contextTokens = Math.max(group.contextTokens, contextTokens);
    groups.set(key, group);
  }
  return Promise.all(
    [...groups.values()].map(async ({ model, roles, contextTokens }) => {
      const parts = 'path' in model ? await readModelParts(model.path) : partsOfShape(model.shape);
      return placedModel(parts, roles, contextTokens || undefined);
    }),
  );
}
