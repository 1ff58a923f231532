/**
 * A model for each role, several of them open at once. Each is opened when it is first asked for, and from then on it is
 * the one that the settings name.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ModelInfo, ModelRole } from '../engine/protocol/index.ts';
import { ActiveModel, type ActiveModelEvents, type Reopened } from './activeModel.ts';
import type { Selection } from './selection.ts';
import { type ModelEngine, SharedModels } from './sharedModels.ts';

export class RoleModels {
  readonly #selection: (role: ModelRole) => Selection;
  readonly #shared: SharedModels;
  readonly #active: Record<ModelRole, ActiveModel>;
  /** What the settings named last, for the roles that somebody has asked for. */
  readonly #selected = new Map<ModelRole, Selection>();

  /** @param selection what the settings name now. */
  constructor(
    engine: ModelEngine,
    selection: (role: ModelRole) => Selection,
    events: Record<ModelRole, ActiveModelEvents>,
  ) {
    this.#selection = selection;
    this.#shared = new SharedModels(engine);
    this.#active = {
      completion: new ActiveModel(this.#shared, events.completion),
      chat: new ActiveModel(this.#shared, events.chat),
      embedding: new ActiveModel(this.#shared, events.embedding),
    };
  }

  /** The open model of a role; undefined while there is none. */
  info(role: ModelRole): ModelInfo | undefined {
    return this.#active[role].info;
  }

  /** Why a role has none; undefined where nobody has asked for it yet, it is being opened, or is open. */
  error(role: ModelRole): unknown {
    return this.#active[role].error;
  }

  /**
   * The model of a role, which is opened where it is not yet; after a failure it is tried again.
   * @throws EngineError, or an Error about the setting, in words for the user.
   */
  ready(role: ModelRole): Promise<ModelInfo> {
    const active = this.#active[role];
    if (!active.info && !active.opening) void this.select(role);
    return active.ready();
  }

  /** Opens what the settings name, also where it is open already. Never rejects: what goes wrong is an event. */
  select(role: ModelRole): Promise<void> {
    const selection = this.#selection(role);
    this.#selected.set(role, selection);
    return this.#active[role].select(selection);
  }

  /** The settings may name others now. */
  settingsChanged(): void {
    for (const [role, before] of [...this.#selected]) {
      if (!isDeepStrictEqual(before, this.#selection(role))) void this.select(role);
    }
  }

  /** See {@link ActiveModel.reopened}. */
  reopened(event: Reopened): void {
    if ('info' in event) this.#shared.reopened(event.spec, event.info);
    for (const active of Object.values(this.#active)) active.reopened(event);
  }
}
