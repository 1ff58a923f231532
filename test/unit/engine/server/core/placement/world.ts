/** A machine in thought, and the models that are open on it: each takes what its plan foretold. */
import type { Device, DeviceBytes, ModelPlan, ModelSpec } from '../../../../../../src/engine/protocol/index.ts';
import { MeasuredRates } from '../../../../../../src/engine/server/core/placement/measuredRates.ts';
import type { Moved, OpenModels, PlacedOpen } from '../../../../../../src/engine/server/core/placement/openModels.ts';
import { type PlaceRequest, Placing } from '../../../../../../src/engine/server/core/placement/placing.ts';
import type { Planner } from '../../../../../../src/engine/server/core/placement/planner.ts';
import { device, GIB } from './models.ts';

export const bytesOn = ({ predicted }: ModelPlan, name: string): number => {
  const { weights, cache, compute }: DeviceBytes = predicted.bytes[name] ?? { weights: 0, cache: 0, compute: 0 };
  return weights + cache + compute;
};

/** Whatever machine the tests run on. */
class Steady extends MeasuredRates {
  override of<D extends Device>(devices: readonly D[]): D[] {
    return devices.map((one) => ({ ...one, bandwidth: one.kind === 'cpu' ? 40e9 : 300e9 }));
  }
}

export class World implements OpenModels {
  readonly log: string[] = [];
  /** The driver says of all of the GPU that it is free. */
  silent = false;
  readonly placing: Placing;
  readonly #open = new Map<string, PlacedOpen>();
  readonly #gib: { gpu: number; cpu: number };

  constructor(planner: Planner, gib: { gpu: number; cpu: number }) {
    this.#gib = gib;
    this.placing = new Placing({
      planner,
      open: this,
      rates: new Steady(),
      log: (_, message) => this.log.push(message),
    });
  }

  /** GPU0, where there is one, and the CPU. */
  readonly look: PlaceRequest['look'] = () => {
    const { gpu, cpu } = this.#gib;
    const free = (name: string, gib: number) =>
      Math.max(0, gib * GIB - this.placed().reduce((sum, { plan }) => sum + bytesOn(plan, name), 0));
    const gpus = gpu === 0 ? [] : [device('gpu', gpu, { freeBytes: this.silent ? gpu * GIB : free('GPU0', gpu) })];
    return { devices: [...gpus, device('cpu', cpu, { freeBytes: free('CPU', cpu) })], chosen: gpus };
  };

  async open(spec: ModelSpec, { shortages = 0, used = false, held = true } = {}): Promise<ModelPlan | undefined> {
    const plan = await this.placing.place({ spec, shortages, look: this.look });
    if (!plan) return undefined;
    const { contextTokens } = plan;
    const id = spec.path;
    this.#open.set(id, { id, name: id, spec, contextTokens, plan, memory: [], used, held });
    return plan;
  }

  planOf(path: string): ModelPlan | undefined {
    return this.#open.get(path)?.plan;
  }

  isOpen(path: string): boolean {
    return this.#open.has(path);
  }

  placed(): PlacedOpen[] {
    return [...this.#open.values()];
  }

  async move(id: string, plan: ModelPlan, patienceMs: number): Promise<Moved> {
    const model = this.#open.get(id)!;
    if (model.used && patienceMs === 0) return 'used';
    this.#open.set(id, { ...model, plan });
    return 'moved';
  }

  unloadUnheld(): boolean {
    const unheld = this.placed().filter(({ held }) => !held);
    for (const { id } of unheld) this.#open.delete(id);
    return unheld.length > 0;
  }

  /** What is free of a device, below 0 where plans overlap. */
  freeOn(name: string): number {
    const gib = name === 'CPU' ? this.#gib.cpu : this.#gib.gpu;
    return gib * GIB - this.placed().reduce((sum, { plan }) => sum + bytesOn(plan, name), 0);
  }
}
