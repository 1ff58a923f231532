/** The model in force for one role: opened when the selection asks for it, one after the other, the last wish wins. */
import type { ModelInfo, ModelSpec } from '../engine/protocol/index.ts';
import type { Selection } from './selection.ts';
import { isSameModel, type SharedModels } from './sharedModels.ts';

export interface ActiveModelEvents {
  opening(): void;
  opened(info: ModelInfo): void;
  /** `error` is an EngineError, or an Error about the setting itself. */
  failed(error: unknown): void;
}

/** A held model that another engine has opened again, or could not. */
export type Reopened = { spec: ModelSpec } & ({ info: ModelInfo } | { error: unknown });

/** The setting does not name a file. */
export class SelectionError extends Error {
  readonly kind = 'modelPathInvalid';
}

export class ActiveModel {
  readonly #models: Pick<SharedModels, 'open' | 'release'>;
  readonly #events: ActiveModelEvents;
  #info: ModelInfo | undefined;
  /** Why there is none. */
  #error: unknown;
  /** What is held; may be one that is being replaced. */
  #held: ModelSpec | undefined;
  #wish: Selection | undefined;
  #working: Promise<void> | undefined;

  constructor(models: Pick<SharedModels, 'open' | 'release'>, events: ActiveModelEvents) {
    this.#models = models;
    this.#events = events;
  }

  /** Undefined while none is open. */
  get info(): ModelInfo | undefined {
    return this.#info;
  }

  /** Why there is none; undefined while one is open, or is being opened. */
  get error(): unknown {
    return this.#error;
  }

  get opening(): boolean {
    return this.#working !== undefined;
  }

  /**
   * Opens what is selected and lets the model before it go. Resolves when no wish is left; never rejects: what goes
   * wrong is an event.
   */
  select(selection: Selection): Promise<void> {
    this.#wish = selection;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  /** The model of what was selected last, once it is open. @throws what opening it threw. */
  async ready(): Promise<ModelInfo> {
    while (this.#working) await this.#working;
    if (this.#info) return this.#info;
    throw this.#error;
  }

  /** The engine was started anew and has opened a held model again, perhaps on another device, or could not. */
  reopened(event: Reopened): void {
    if (this.#working || !this.#held || !isSameModel(this.#held, event.spec)) return;
    if ('info' in event) {
      this.#info = event.info;
      this.#error = undefined;
      this.#events.opened(event.info);
    } else {
      this.#info = undefined;
      this.#error = event.error;
      this.#events.failed(event.error);
    }
  }

  async #work(): Promise<void> {
    while (this.#wish) {
      const wish = this.#wish;
      this.#wish = undefined;
      this.#info = undefined;
      this.#error = undefined;
      this.#events.opening();
      try {
        if (!('spec' in wish)) throw new SelectionError(wish.message);
        const info = await this.#models.open(wish.spec);
        await this.#hold(wish.spec);
        if (this.#wish) continue;
        this.#info = info;
        this.#events.opened(info);
      } catch (error) {
        await this.#hold(undefined);
        if (this.#wish) continue;
        this.#error = error;
        this.#events.failed(error);
      }
    }
  }

  /** In place of what was held before. */
  async #hold(spec: ModelSpec | undefined): Promise<void> {
    const before = this.#held;
    this.#held = spec;
    if (before) await this.#models.release(before);
  }
}
