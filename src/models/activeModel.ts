/** The model in force: opened when the selection asks for it, one after the other, the last wish wins. */
import type { ModelInfo, ModelSpec } from '../engine/protocol/index.ts';
import type { Selection } from './selection.ts';

/** The part of the engine client that is needed. */
export interface ModelEngine {
  openModel(spec: ModelSpec): Promise<ModelInfo>;
  closeModel(id: string): Promise<void>;
}

export interface ActiveModelEvents {
  opening(): void;
  opened(info: ModelInfo): void;
  /** `error` is an EngineError, or an Error about the setting itself. */
  failed(error: unknown): void;
}

/** The setting `quire.model.path` does not name a file. */
export class SelectionError extends Error {
  readonly kind = 'modelPathInvalid';
}

export class ActiveModel {
  readonly #engine: ModelEngine;
  readonly #events: ActiveModelEvents;
  #info: ModelInfo | undefined;
  /** What is held in the engine; may be one that is being replaced. */
  #held: string | undefined;
  #spec: ModelSpec | undefined;
  #wish: Selection | undefined;
  #working: Promise<void> | undefined;

  constructor(engine: ModelEngine, events: ActiveModelEvents) {
    this.#engine = engine;
    this.#events = events;
  }

  /** Undefined while none is open. */
  get info(): ModelInfo | undefined {
    return this.#info;
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

  /** The engine was started anew and has opened a held model again, perhaps on another device, or could not. */
  reopened(event: { spec: ModelSpec } & ({ info: ModelInfo } | { error: unknown })): void {
    const { path, contextTokens } = event.spec;
    const isOurs = this.#spec?.path === path && this.#spec.contextTokens === contextTokens;
    if (this.#working || !isOurs) return;
    if ('info' in event) {
      this.#held = event.info.id;
      this.#info = event.info;
      this.#events.opened(event.info);
    } else {
      this.#info = undefined;
      this.#events.failed(event.error);
    }
  }

  async #work(): Promise<void> {
    while (this.#wish) {
      const wish = this.#wish;
      this.#wish = undefined;
      this.#info = undefined;
      this.#events.opening();
      try {
        if (wish.kind === 'invalid') throw new SelectionError(wish.message);
        const info = await this.#engine.openModel(wish.spec);
        await this.#letGo(info.id);
        this.#held = info.id;
        this.#spec = wish.spec;
        if (this.#wish) continue;
        this.#info = info;
        this.#events.opened(info);
      } catch (error) {
        await this.#letGo(undefined);
        if (!this.#wish) this.#events.failed(error);
      }
    }
  }

  /** Gives up the held model unless it is the one to keep. */
  async #letGo(keep: string | undefined): Promise<void> {
    const held = this.#held;
    if (held === undefined || held === keep) return;
    this.#held = undefined;
    await this.#engine.closeModel(held).catch(() => undefined); // an engine that is gone holds nothing
  }
}
