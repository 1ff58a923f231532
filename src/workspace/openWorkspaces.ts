/** The workspaces that this window holds in the engine: each is opened when it is first needed, and let go by its name. */
import type { WorkspaceSpec } from '../engine/protocol/index.ts';

/** The part of the engine client that is needed. */
export interface WorkspaceEngine {
  openWorkspace(spec: WorkspaceSpec): Promise<string>;
  closeWorkspace(workspace: string): void;
}

export class OpenWorkspaces {
  readonly #engine: WorkspaceEngine;
  /** By name. */
  readonly #ids = new Map<string, Promise<string>>();

  constructor(engine: WorkspaceEngine) {
    this.#engine = engine;
  }

  /**
   * The engine's id of a workspace. One that could not be opened is tried again when next asked.
   * @throws EngineError
   */
  idOf(spec: WorkspaceSpec): Promise<string> {
    const known = this.#ids.get(spec.name);
    if (known) return known;
    const opening = this.#engine.openWorkspace(spec);
    this.#ids.set(spec.name, opening);
    opening.catch(() => {
      if (this.#ids.get(spec.name) === opening) this.#ids.delete(spec.name);
    });
    return opening;
  }

  close(name: string): void {
    const id = this.#ids.get(name);
    this.#ids.delete(name);
    id?.then((workspace) => this.#engine.closeWorkspace(workspace)).catch(() => undefined);
  }

  /** They are other workspaces now: the user began to trust them. */
  closeAll(): void {
    for (const name of [...this.#ids.keys()]) this.close(name);
  }
}
