/**
 * Says where a model that is about to be opened is to lie: in the memory that is free beside those that are open, or, where
 * it finds no good place there, in the place that a plan for all of them together gives it. Loaded tensors do not move, so
 * the others are opened anew for that, when nobody uses them. A model for chat or vectors leaves the one for completion
 * its place while that is not open.
 */
import path from 'node:path';
import type { LogEvent, ModelPlan, ModelRole, ModelSpec, Plan } from '../../../protocol/index.ts';
import type { ModelListener, OpenModel } from '../modelHandle.ts';
import { readModelParts } from './fromHeader.ts';
import { type PlacedModel, placedModel } from './layout.ts';
import { MeasuredRates } from './measuredRates.ts';
import type { OpenModels } from './openModels.ts';
import type { Planner } from './planner.ts';
import { type RatedMachine, rated } from './rates.ts';
import { Refusal } from './refusal.ts';
import { type FoundDevice, thisMachine } from './thisMachine.ts';
import { movesOf, openModel, takenBy, withMemoryOf } from './together.ts';

export interface PlaceRequest {
  spec: ModelSpec;
  /** So often the model did not fit where it was planned. */
  shortages: number;
  /** All devices, with what is free of them now, and the GPUs among them that may be used. */
  look: () => { devices: readonly FoundDevice[]; chosen: readonly FoundDevice[] };
}

/** Share of a GPU's free memory that is reckoned with, by how often there was less than had been thought. */
const TRUST = [1, 0.9, 0.7];
/** A model that has to make room is waited for so long: an answer in it takes its time. */
const PATIENCE_MS = 60_000;

export interface PlacingOptions {
  planner: Pick<Planner, 'plan'>;
  open: OpenModels;
  log: (level: LogEvent['level'], message: string) => void;
  rates?: MeasuredRates;
}

export class Placing implements ModelListener {
  readonly #options: PlacingOptions;
  readonly #rates: MeasuredRates;
  readonly #lastOf = new Map<ModelRole, ModelSpec>();
  /** By the models that were planned for. */
  readonly #inForce = new Map<string, Plan>();
  #devices: readonly FoundDevice[] = [];

  constructor(options: PlacingOptions) {
    this.#options = options;
    this.#rates = options.rates ?? new MeasuredRates();
  }

  /**
   * @returns undefined where there is nothing to choose: without a GPU and with memory enough, or where a GPU does not say
   * what it has.
   * @throws EngineFailure `outOfMemory`, in words, where the models do not fit; `modelMissing`, `modelCorrupt`.
   */
  async place(request: PlaceRequest): Promise<ModelPlan | undefined> {
    const { spec, shortages } = request;
    this.#lastOf.set(roleOf(spec), spec);
    const { devices, chosen } = request.look();
    this.#devices = devices;
    if (chosen.length === 0 && shortages === 0) return undefined;
    if (chosen.some(({ totalBytes }) => totalBytes === 0)) return undefined;
    const plan = await this.#placed(request);
    this.#log('info', `${path.basename(spec.path)} is planned: ${[...plan.where, ...plan.why].join('; ')}.`);
    return plan;
  }

  /** Takes in how quick a model is on its devices, by what was measured when it was opened. */
  async modelOpened({ handle: { plan }, loop }: OpenModel): Promise<void> {
    if (!plan) return;
    const { tokens, ms } = loop.decodeMs;
    const { devices } = rated(await thisMachine(this.#devices, this.#rates));
    const device = this.#rates.learn(plan, devices, ms, tokens);
    if (device === undefined) return;
    const [{ bandwidth = 0 } = {}] = this.#rates.of(devices.filter(({ name }) => name === device));
    this.#log(
      'info',
      `${device} reads ${(bandwidth / 1e9).toFixed(0)} GB/s, by what ${path.basename(plan.model)} takes.`,
    );
  }

  modelUnloaded(): void {
    // What it taught of the devices stays.
  }

  async #placed({ spec, shortages, look }: PlaceRequest): Promise<ModelPlan> {
    const free = () => this.#machine(look(), shortages);
    const beside = await this.#beside(spec, await free());
    if (!(beside instanceof Refusal) && !beside.models[0]!.short) return beside.models[0]!;
    const better = await this.#together(spec, beside, await free());
    if (better && !(better instanceof Refusal)) return better;
    if (!(beside instanceof Refusal)) return beside.models[0]!;
    const more = this.#options.open.unloadUnheld() || this.#forgetReserved(spec);
    if (!more) throw better ?? beside;
    return this.#placed({ spec, shortages, look });
  }

  /** In what is free, with a place for completion. */
  async #beside(spec: ModelSpec, machine: RatedMachine): Promise<Plan | Refusal> {
    const reserved = this.#reserved(spec);
    const models = await Promise.all([spec, ...reserved].map(placedSpec));
    const key = JSON.stringify(models.map(({ parts, roles, contexts }) => [parts.name, roles, contexts]));
    const plan = await this.#plan(models, machine, this.#inForce.get(key));
    if (!(plan instanceof Refusal)) this.#inForce.set(key, plan);
    return plan;
  }

  /**
   * Plans a model with all that are open, and moves those that have to make room.
   * @returns undefined where its place is no better so, or one of them is in use that need not move; a Refusal where it
   * has no place of its own and they have none together, or one that has to move was in use for all the time.
   */
  async #together(
    spec: ModelSpec,
    beside: Plan | Refusal,
    machine: RatedMachine,
  ): Promise<ModelPlan | Refusal | undefined> {
    const others = this.#options.open.placed();
    if (others.length === 0) return undefined;
    const needed = beside instanceof Refusal;
    const [opened, fresh] = await Promise.all([
      Promise.all(others.map(openModel)),
      Promise.all([spec, ...this.#reserved(spec)].map(placedSpec)),
    ]);
    const inForce = needed ? undefined : { ...beside, models: [...others.map(({ plan }) => plan), ...beside.models] };
    const plan = await this.#plan([...opened, ...fresh], withMemoryOf(others, machine), inForce);
    if (plan instanceof Refusal) return needed ? plan : undefined;
    if (plan.by === 'kept') return undefined;
    const own = plan.models[others.length]!;
    const name = path.basename(spec.path);
    const moves = movesOf(others, plan, name);
    const inUse = moves.filter(({ model }) => model.used).map(({ model }) => model.name);
    if (!needed && inUse.length > 0) {
      this.#log(
        'info',
        `${name} would have a better place if ${inUse.join(' and ')}, now in use, were opened after it.`,
      );
      return undefined;
    }
    for (const { model, plan: to } of moves) {
      this.#log('info', `${model.name} is opened anew, to make room for ${name}: ${to.where.join('; ')}.`);
      const result = await this.#options.open.move(model.id, to, needed ? PATIENCE_MS : 0);
      if (result === 'moved') continue;
      if (!needed) return undefined;
      return new Refusal('outOfMemory', noRoom(name, model.name, result === 'used'));
    }
    return own;
  }

  async #plan(models: PlacedModel[], machine: RatedMachine, inForce?: Plan): Promise<Plan | Refusal> {
    try {
      return await this.#options.planner.plan({ models, machine, inForce });
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  #reserved(spec: ModelSpec): ModelSpec[] {
    const first = this.#lastOf.get('completion');
    if (roleOf(spec) === 'completion' || !first || first.path === spec.path) return [];
    return this.#options.open.isOpen(first.path) ? [] : [first];
  }

  /** Completion that is not open has no claim to what another cannot do without. */
  #forgetReserved(spec: ModelSpec): boolean {
    return this.#reserved(spec).length > 0 && this.#lastOf.delete('completion');
  }

  /** The devices that may be used, with as much of their memory as is trusted; without GPUs at last. */
  async #machine({ devices, chosen }: ReturnType<PlaceRequest['look']>, shortages: number): Promise<RatedMachine> {
    const trust = TRUST[shortages];
    const open = this.#options.open.placed();
    const gpus = chosen.flatMap((gpu) => {
      if (trust === undefined) return [];
      // There are drivers that say of all of it that it is free.
      const free = Math.min(gpu.freeBytes, gpu.totalBytes - takenBy(open, gpu.name));
      return { ...gpu, freeBytes: Math.max(0, trust * free) };
    });
    return rated(await thisMachine([...gpus, ...devices.filter(({ kind }) => kind === 'cpu')], this.#rates));
  }

  #log(level: LogEvent['level'], message: string): void {
    this.#options.log(level, message);
  }
}

const roleOf = ({ role = 'completion' }: ModelSpec): ModelRole => role;

async function placedSpec(spec: ModelSpec): Promise<PlacedModel> {
  return placedModel(await readModelParts(spec.path), [roleOf(spec)], spec.contextTokens || undefined);
}

const noRoom = (name: string, other: string, used: boolean): string =>
  used
    ? `${name} fits only where ${other} makes room, which is in use. Try again when it has answered.`
    : `${name} fits only where ${other} makes room, which it could not. Choose a smaller model.`;
