/** What a client holds in its engine, whichever process that is: models and workspaces, opened again in each fresh one. */
import {
  closeModelRequest,
  type ModelInfo,
  type ModelSpec,
  openModelRequest,
  openWorkspaceRequest,
  type WorkspaceSpec,
} from '../protocol/index.ts';
import { EngineError, LostError, toEngineError } from './errors.ts';
import type { Session } from './session.ts';

/** A held model in an engine that has taken the place of a lost one: opened again, or why it was not. */
export type ModelEvent = { spec: ModelSpec } & ({ info: ModelInfo } | { error: EngineError });

interface HeldModel {
  spec: ModelSpec;
  id: string;
  /** Why it could not be opened again. */
  error?: EngineError;
}

export class Holdings {
  /** By what makes them one in the engine; with their ids of now. */
  readonly #models = new Map<string, HeldModel>();
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

  /**
   * Follows a model from one engine to the next, where it may have another id. One that the client does not hold keeps its.
   * @returns the id of now; it throws an EngineError in words where the model was let go of, or could not be opened again.
   */
  modelIdOf(id: string): () => string {
    const [key] = [...this.#models].find(([, held]) => held.id === id) ?? [];
    if (key === undefined) return () => id;
    return () => {
      const held = this.#models.get(key);
      if (held?.error) throw held.error;
      if (held) return held.id;
      throw new EngineError('modelUnknown', 'The model of this conversation was closed. Choose a chat model.');
    };
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
      delete held.error;
      event = { spec, info };
    } catch (error) {
      if (error instanceof LostError) throw error;
      event = { spec, error: toEngineError(error) };
      const held = this.#models.get(key);
      if (held) held.error = event.error;
    }
    for (const listener of this.#listeners) listener(event);
  }
}

const keyOf = ({ path, contextTokens, role }: ModelSpec): string =>
  JSON.stringify([path, contextTokens, role === 'embedding']);
