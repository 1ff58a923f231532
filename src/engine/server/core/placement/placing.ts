/**
 * Says where a model that is about to be opened is to lie, in the memory that is free beside those that are open. Loaded
 * tensors do not move; so a model for chat or vectors is planned together with the one for completion while that is not
 * open, and leaves it its place.
 */
import type { ModelPlan, ModelRole, ModelSpec, Plan } from '../../../protocol/index.ts';
import { readModelParts } from './fromHeader.ts';
import { type PlacedModel, placedModel } from './layout.ts';
import type { Planner } from './planner.ts';
import { rated } from './rates.ts';
import { type FoundDevice, thisMachine } from './thisMachine.ts';

export class Placing {
  readonly #planner: Pick<Planner, 'plan'>;
  readonly #isOpen: (path: string) => boolean;
  readonly #lastOf = new Map<ModelRole, ModelSpec>();
  /** By the models that were planned for. */
  readonly #inForce = new Map<string, Plan>();

  constructor(planner: Pick<Planner, 'plan'>, isOpen: (path: string) => boolean) {
    this.#planner = planner;
    this.#isOpen = isOpen;
  }

  /**
   * @param devices all there are, with what is free of them now.
   * @param chosen the GPUs among them that may be used.
   * @returns undefined where there is nothing to choose: without a GPU, or where one does not say what it has.
   * @throws EngineFailure `outOfMemory`, in words, where the models do not fit; `modelMissing`, `modelCorrupt`.
   */
  async place(
    spec: ModelSpec,
    devices: readonly FoundDevice[],
    chosen: readonly FoundDevice[],
  ): Promise<ModelPlan | undefined> {
    const { role = 'completion' } = spec;
    this.#lastOf.set(role, spec);
    if (chosen.length === 0 || chosen.some(({ totalBytes }) => totalBytes === 0)) return undefined;
    const first = this.#lastOf.get('completion');
    const reserved =
      role !== 'completion' && first && first.path !== spec.path && !this.#isOpen(first.path) ? [first] : [];
    const models = await Promise.all([spec, ...reserved].map(placedSpec));
    const machine = rated(await thisMachine([...chosen, ...devices.filter(({ kind }) => kind === 'cpu')]));
    const key = JSON.stringify(models.map(({ parts, roles, contexts }) => [parts.name, roles, contexts]));
    const plan = await this.#planner.plan({ models, machine, inForce: this.#inForce.get(key) });
    this.#inForce.set(key, plan);
    return plan.models[0];
  }
}

async function placedSpec({ path, role = 'completion', contextTokens }: ModelSpec): Promise<PlacedModel> {
  return placedModel(await readModelParts(path), [role], contextTokens || undefined);
}
