/**
 * From a model file to a model that serves: with its context, its share of the memory for pages, and its place in the one
 * order of all models on its device.
 */
import path from 'node:path';
import type { ModelPlan, ModelSpec } from '../../protocol/index.ts';
import { Arbiter } from './arbiter.ts';
import { cellsFor } from './cells.ts';
import { EngineFailure } from './failure.ts';
import type { ModelHandle, ModelOpener, OpenEmbedder, Opening, OpenModel } from './modelHandle.ts';
import { Refusal } from './placement/refusal.ts';
import { type ServingOptions, serve } from './serving.ts';

/** A model gets this share of the memory for pages that is left when it is opened: the first half of all, the next a quarter. */
const RAM_SHARE = 0.5;
/** So often a model is planned for less memory, where it did not fit as it was planned. */
const MOST_SHORTAGES = 3;

export class Loader {
  readonly #opener: ModelOpener;
  #serving: ServingOptions;
  readonly #devices = new Map<string, Arbiter>();
  /** Share of the memory for pages that no model has. */
  #left = 1;
  /** Models are opened one at a time: each is planned for the memory that those before it left. Never rejects. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(opener: ModelOpener, serving: ServingOptions) {
    this.#opener = opener;
    this.#serving = serving;
  }

  /**
   * @param begin what is to be done with a model that writes text before it counts as open.
   * @throws EngineFailure when the file is missing, corrupt, unfit for its role, or does not fit into memory.
   */
  load(spec: ModelSpec, begin: (model: OpenModel) => Promise<void>): Promise<OpenModel | OpenEmbedder> {
    const load = this.#last.then(() => this.#loadSomewhere(spec, begin));
    this.#last = load.catch(() => undefined);
    return load;
  }

  /** By a plan that was made with another model's, while that is opened. @throws as {@link load}. */
  loadBy(
    plan: ModelPlan | undefined,
    spec: ModelSpec,
    begin: (model: OpenModel) => Promise<void>,
  ): Promise<OpenModel | OpenEmbedder> {
    return this.#load(spec, plan ? { plan } : {}, begin);
  }

  /** Other programs take memory between a plan and its end, and a plan may err: then another is made. */
  async #loadSomewhere(spec: ModelSpec, begin: (model: OpenModel) => Promise<void>): Promise<OpenModel | OpenEmbedder> {
    for (let shortages = 0; ; shortages++) {
      try {
        return await this.#load(spec, { shortages }, begin);
      } catch (error) {
        const short = error instanceof EngineFailure && error.kind === 'outOfMemory' && !(error instanceof Refusal);
        if (!short || shortages === MOST_SHORTAGES) throw error;
        const name = path.basename(spec.path);
        this.#serving.log('warn', `${name} did not fit where it was to lie, and is planned anew: ${error.message}`);
      }
    }
  }

  async #load(
    spec: ModelSpec,
    opening: Opening,
    begin: (model: OpenModel) => Promise<void>,
  ): Promise<OpenModel | OpenEmbedder> {
    const handle = await this.#opener(spec, opening);
    return spec.role === 'embedding' ? this.#loadEmbedder(handle) : this.#loadText(handle, begin);
  }

  /** Another bound of the memory for pages, over all models: those that are `open` and those to come. */
  setMemory(ramBytes: number, open: readonly OpenModel[]): void {
    this.#serving = { ...this.#serving, ramBytes };
    for (const { loop, share } of open) loop.cache.setMemory(this.#shared(share).ramBytes);
  }

  /** Frees a model; what is under way in it fails. */
  free(model: OpenModel | OpenEmbedder): void {
    if ('embedder' in model) {
      model.embedder.dispose();
    } else {
      model.loop.end(new EngineFailure('engineStopped', 'The model was unloaded.'));
      model.loop.cache.dispose();
      model.backend.dispose();
      this.#left += model.share;
    }
    model.handle.dispose();
  }

  #loadEmbedder(handle: ModelHandle): OpenEmbedder {
    try {
      return { handle, embedder: handle.createEmbedder(), device: this.#device(handle.info.device) };
    } catch (error) {
      handle.dispose();
      throw error;
    }
  }

  async #loadText(handle: ModelHandle, begin: (model: OpenModel) => Promise<void>): Promise<OpenModel> {
    const share = RAM_SHARE * this.#left;
    this.#left -= share;
    try {
      const cells = handle.cells ?? cellsFor(handle.info.contextTokens);
      const { backend, loop } = await serve(handle, cells, this.#shared(share), this.#device(handle.info.device));
      const model = { handle, backend, loop, share };
      await begin(model);
      return model;
    } catch (error) {
      this.#left += share;
      handle.dispose();
      throw error;
    }
  }

  /** All models of a device are served in one order. */
  #device(name: string): Arbiter {
    const device = this.#devices.get(name) ?? new Arbiter();
    this.#devices.set(name, device);
    return device;
  }

  #shared(share: number): ServingOptions {
    return { ...this.#serving, ramBytes: Math.floor(share * this.#serving.ramBytes) };
  }
}
