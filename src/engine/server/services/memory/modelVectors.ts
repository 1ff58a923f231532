/** Vectors that a model of the engine makes, for the thread, which has no models. */
import { ModelEmbedder } from './embedding/modelEmbedder.ts';
import type { Embedder } from './items.ts';
import type { MemoryEvent } from './messages.ts';

/** A model for vectors that is open in the engine. */
export interface VectorModel {
  /** Of the engine, which is another with each file. */
  id: string;
  dimensions: number;
}

/** `background` for what is stored; `chat` for what is asked: somebody waits for it. */
export type VectorClass = 'background' | 'chat';

/** What became of an ask. */
export type Embedded = { ask: number } & ({ vectors: Float32Array[] } | { error: string });

interface Waiting {
  resolve(vectors: Float32Array[]): void;
  reject(error: unknown): void;
}

export class ModelVectors {
  readonly #emit: (event: MemoryEvent) => void;
  readonly #waiting = new Map<number, Waiting>();
  #asks = 0;

  /** @param emit reaches the engine, which answers by {@link embedded}. */
  constructor(emit: (event: MemoryEvent) => void) {
    this.#emit = emit;
  }

  /** Texts that are too long lose their end. */
  embedderOf({ id, dimensions }: VectorModel, kind: VectorClass): Embedder {
    return new ModelEmbedder({ id, dimensions, vectors: (texts, signal) => this.#embed(id, texts, kind, signal) });
  }

  embedded(told: Embedded): void {
    const waiting = this.#waiting.get(told.ask);
    this.#waiting.delete(told.ask);
    if ('vectors' in told) waiting?.resolve(told.vectors);
    else waiting?.reject(new Error(told.error));
  }

  async #embed(
    model: string,
    texts: readonly string[],
    kind: VectorClass,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    const ask = this.#asks++;
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>();
    const stop = () => {
      this.#waiting.delete(ask);
      this.#emit({ kind: 'unembed', ask });
      reject(signal!.reason);
    };
    this.#waiting.set(ask, { resolve, reject });
    signal?.addEventListener('abort', stop, { once: true });
    this.#emit({ kind: 'embed', ask, model, class: kind, texts: [...texts] });
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}
