/** What makes the vectors of a memory: a model that is open in the engine, else the table that comes with Quire. */
import type { Embedder, Found, Store } from './items.ts';
import type { ModelVectors, VectorModel } from './modelVectors.ts';
import type { MemoryStore } from './store/memoryStore.ts';

/** For so long after it was opened, a memory whose vectors are a model's waits for that model before it makes others. */
const PATIENCE_MS = 120_000;

/** With what a question is compared. */
export interface Asking {
  embedder: Embedder;
  byVector: Store['byVector'];
}

export class Embedders {
  /** That is open now. */
  model: VectorModel | undefined;
  readonly #store: Pick<MemoryStore, 'byVector' | 'status'>;
  readonly #table: Embedder | undefined;
  readonly #vectors: ModelVectors;
  readonly #opened = performance.now();

  /** @param table needs no model; undefined where it is not there. */
  constructor(store: Pick<MemoryStore, 'byVector' | 'status'>, table: Embedder | undefined, vectors: ModelVectors) {
    this.#store = store;
    this.#table = table;
    this.#vectors = vectors;
  }

  /** For what is stored; undefined: not now. */
  get forStored(): Embedder | undefined {
    if (this.model) return this.#vectors.embedderOf(this.model, 'background');
    const { embedder } = this.#store.status();
    const isOfModel = embedder !== null && embedder !== this.#table?.id;
    return isOfModel && performance.now() - this.#opened < PATIENCE_MS ? undefined : this.#table;
  }

  /** For a question of a person. */
  get forQuestion(): Asking {
    return this.#asking(this.model ? this.#vectors.embedderOf(this.model, 'chat') : this.#table);
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
