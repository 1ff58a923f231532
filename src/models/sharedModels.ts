/**
 * The models that one window holds, for whatever roles. The engine knows one hold for each client, so they are counted
 * here: a model that completion and chat share stays open until neither has it any more.
 */
import type { ModelInfo, ModelSpec } from '../engine/protocol/index.ts';

/** The part of the engine client that is needed. */
export interface ModelEngine {
  openModel(spec: ModelSpec): Promise<ModelInfo>;
  closeModel(id: string): Promise<void>;
}

interface Shared {
  holds: number;
  /** Undefined until it was open once. */
  id: string | undefined;
}

export class SharedModels {
  readonly #engine: ModelEngine;
  readonly #shared = new Map<string, Shared>();

  constructor(engine: ModelEngine) {
    this.#engine = engine;
  }

  /** Opens a model and holds it once more. @throws what the engine throws; then it is not held. */
  async open(spec: ModelSpec): Promise<ModelInfo> {
    const key = keyOf(spec);
    const shared = this.#shared.get(key) ?? { holds: 0, id: undefined };
    this.#shared.set(key, shared);
    // Counted before it is open: nobody else may close it meanwhile.
    shared.holds++;
    try {
      const info = await this.#engine.openModel(spec);
      shared.id = info.id;
      return info;
    } catch (error) {
      await this.release(spec);
      throw error;
    }
  }

  /** Ends one hold; the last one closes the model. */
  async release(spec: ModelSpec): Promise<void> {
    const key = keyOf(spec);
    const shared = this.#shared.get(key);
    if (!shared || --shared.holds > 0) return;
    this.#shared.delete(key);
    if (shared.id !== undefined) await this.#engine.closeModel(shared.id).catch(() => undefined); // a lost engine holds nothing
  }

  /** Another engine has opened the model again. */
  reopened(spec: ModelSpec, { id }: ModelInfo): void {
    const shared = this.#shared.get(keyOf(spec));
    if (shared) shared.id = id;
  }
}

/** @returns whether the engine has one loaded model for both: completion and chat share. */
export const isSameModel = (a: ModelSpec, b: ModelSpec): boolean => keyOf(a) === keyOf(b);

const keyOf = ({ path, contextTokens, role }: ModelSpec): string =>
  JSON.stringify([path, contextTokens, role === 'embedding']);
