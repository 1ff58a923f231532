/** What the thread, which has no models, asks of those of the engine: vectors, and text under a grammar. */
import { ModelEmbedder } from './embedding/modelEmbedder.ts';
import type { Embedder } from './items.ts';
import type { EngineAnswer, EngineQuestion, MemoryEvent, VectorModel } from './messages.ts';
import type { SummaryModel } from './summaries/summaryModel.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

export class EngineAsks {
  readonly #emit: (event: MemoryEvent) => void;
  readonly #waiting = new Map<number, Waiting>();
  #asks = 0;

  /** @param emit reaches the engine, which answers by {@link answered}. */
  constructor(emit: (event: MemoryEvent) => void) {
    this.#emit = emit;
  }

  /**
   * Texts that are too long lose their end.
   * @param kind `background` for what is stored; `chat` for what is asked: somebody waits for it.
   */
  embedderOf({ id, dimensions }: VectorModel, kind: 'background' | 'chat'): Embedder {
    const vectors = (texts: readonly string[], signal: AbortSignal | undefined) =>
      this.#ask<Float32Array[]>({ what: 'vectors', model: id, class: kind, texts: [...texts] }, signal);
    return new ModelEmbedder({ id, dimensions, vectors });
  }

  /** @param file of the memory that it writes for. @param kind `chat`: somebody waits for it. */
  writerOf(model: string, file: string, kind: 'background' | 'chat'): SummaryModel {
    return {
      generate: ({ signal, ...request }) => this.#ask({ what: 'text', model, file, class: kind, ...request }, signal),
    };
  }

  answered(told: EngineAnswer): void {
    const waiting = this.#waiting.get(told.ask);
    this.#waiting.delete(told.ask);
    if ('result' in told) waiting?.resolve(told.result);
    else waiting?.reject(new Error(told.error));
  }

  async #ask<R>(question: EngineQuestion, signal: AbortSignal | undefined): Promise<R> {
    signal?.throwIfAborted();
    const ask = this.#asks++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const stop = () => {
      this.#waiting.delete(ask);
      this.#emit({ kind: 'unask', ask });
      reject(signal!.reason);
    };
    this.#waiting.set(ask, { resolve, reject });
    signal?.addEventListener('abort', stop, { once: true });
    this.#emit({ kind: 'ask', ask, question });
    try {
      return (await promise) as R;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
}
