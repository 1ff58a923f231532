/** What makes the vectors of a memory: a model that is open in the engine, else the table that comes with Quire. */

import type { EngineAsks } from './engineAsks.ts';
import type { Embedder, Found, Store } from './items.ts';
import type { OpenModels } from './messages.ts';
import type { MemoryStore } from './store/memoryStore.ts';

/** For so long after it was opened, a memory whose vectors are a model's waits for that model before it makes others. */
const PATIENCE_MS = 120_000;

/** With what a question is compared. */
export interface Asking {
  embedder: Embedder;
  byVector: Store['byVector'];
}

export class Embedders {
  readonly #store: Pick<MemoryStore, 'byVector' | 'status'>;
  readonly #table: Embedder | undefined;
  readonly #asks: EngineAsks;
  readonly #models: () => OpenModels;
  readonly #opened = performance.now();

  /**
   * @param table needs no model; undefined where it is not there.
   * @param models those that are open now.
   */
  constructor(
    store: Pick<MemoryStore, 'byVector' | 'status'>,
    table: Embedder | undefined,
    asks: EngineAsks,
    models: () => OpenModels,
  ) {
    this.#store = store;
    this.#table = table;
    this.#asks = asks;
    this.#models = models;
  }

  /** For what is stored; undefined: not now. */
  get forStored(): Embedder | undefined {
    const { vectors } = this.#models();
    if (vectors) return this.#asks.embedderOf(vectors, 'background');
    const { embedder } = this.#store.status();
    const isOfModel = embedder !== null && embedder !== this.#table?.id;
    return isOfModel && performance.now() - this.#opened < PATIENCE_MS ? undefined : this.#table;
  }

  /** For a question of a person. */
  get forQuestion(): Asking {
    const { vectors } = this.#models();
    return this.#asking(vectors ? this.#asks.embedderOf(vectors, 'chat') : this.#table);
  }

  /** For what is typed, which waits for no model: by the table's vectors, else by words alone. */
  get forTyping(): Asking {
    return this.#asking(this.#table);
  }

  /** Vectors of another embedder are never compared. */
  #asking(embedder: Embedder | undefined): Asking {
    if (!embedder) return { embedder: WORDS_ALONE, byVector: () => [] };
    const byVector = (...[vector, limit, kinds]: Parameters<Store['byVector']>): Found[] =>
      this.#store.byVector(vector, limit, kinds, embedder.id);
    return { embedder, byVector };
  }
}

/** Where nothing makes vectors. */
const WORDS_ALONE: Embedder = {
  id: 'none',
  dimensions: 0,
  embed: async (texts) => texts.map(() => new Float32Array(0)),
};
