/** What a client holds in its engine, whichever process that is: models and workspaces, opened again in each fresh one. */
import {
  closeModelRequest,
  type ModelInfo,
  type ModelSpec,
  openModelRequest,
  openWorkspaceRequest,
  type WorkspaceSpec,
} from '../protocol/index.ts';
import { type EngineError, LostError, toEngineError } from './errors.ts';
import type { Session } from './session.ts';

/** A held model in an engine that has taken the place of a lost one: opened again, or why it was not. */
export type ModelEvent = { spec: ModelSpec } & ({ info: ModelInfo } | { error: EngineError });

export class Holdings {
  /** By what makes them one in the engine; with their ids of now. */
  readonly #models = new Map<string, { spec: ModelSpec; id: string }>();
  /** By their ids, which stay the same. */
  readonly #workspaces = new Map<string, WorkspaceSpec>();
  readonly #listeners = new Set<(event: ModelEvent) => void>();

  /** Every model that is opened again. */
  onModel(listener: (event: ModelEvent) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  holdModel(spec: ModelSpec, { id }: ModelInfo): void {
    this.#models.set(keyOf(spec), { spec, id });
  }

  dropModel(id: string): void {
    for (const [key, held] of this.#models) if (held.id === id) this.#models.delete(key);
  }

  holdWorkspace(id: string, spec: WorkspaceSpec): void {
    this.#workspaces.set(id, spec);
  }

  dropWorkspace(id: string): void {
    this.#workspaces.delete(id);
  }

  /** @throws LostError; EngineError where a workspace cannot be opened. */
  async reopen(session: Session): Promise<void> {
    for (const [key, { spec }] of [...this.#models]) await this.#reopenModel(session, key, spec);
    for (const spec of [...this.#workspaces.values()]) {
      await session.run((connection) => connection.sendRequest(openWorkspaceRequest, spec));
    }
  }

  /** A model that cannot be opened any more must not keep the engine from serving the others. */
  async #reopenModel(session: Session, key: string, spec: ModelSpec): Promise<void> {
    let event: ModelEvent;
    try {
      const info = await session.run((connection) => connection.sendRequest(openModelRequest, spec));
      const held = this.#models.get(key);
      if (!held) {
        // It was let go of meanwhile.
        await session.run((connection) => connection.sendRequest(closeModelRequest, { model: info.id }));
        return;
      }
      held.id = info.id;
      event = { spec, info };
    } catch (error) {
      if (error instanceof LostError) throw error;
      event = { spec, error: toEngineError(error) };
    }
    for (const listener of this.#listeners) listener(event);
  }
}

const keyOf = ({ path, contextTokens, role }: ModelSpec): string =>
  JSON.stringify([path, contextTokens, role === 'embedding']);
