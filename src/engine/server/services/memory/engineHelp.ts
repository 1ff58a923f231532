/** What the memory thread needs of the engine's models: vectors, and to know when requests run. */
import type { OpenEmbedder } from '../../core/modelHandle.ts';
import type { Models } from '../../core/models.ts';
import { RANK } from '../../core/scheduler/request.ts';
import { reasonOf } from '../../storage/databaseFile.ts';
import type { EmbeddingService } from '../embedding/service.ts';
import type { MemoryEvent } from './messages.ts';
import type { Embedded, VectorModel } from './modelVectors.ts';

/** Work in the thread takes longer than this at a time, so that it need not be told sooner. */
const POLL_MS = 5;

export class EngineHelp {
  /** Not 0 while a request of a person runs; the thread reads it, too. */
  readonly busy = new Int32Array(new SharedArrayBuffer(4));
  readonly #models: Pick<Models, 'list' | 'embedders'>;
  readonly #embedding: Pick<EmbeddingService, 'embed'>;
  readonly #answer: (embedded: Embedded) => void;
  readonly #asks = new Map<number, AbortController>();
  #poll: NodeJS.Timeout | undefined;

  /** @param answer reaches the thread. */
  constructor(
    models: Pick<Models, 'list' | 'embedders'>,
    embedding: Pick<EmbeddingService, 'embed'>,
    answer: (embedded: Embedded) => void,
  ) {
    this.#models = models;
    this.#embedding = embedding;
    this.#answer = answer;
  }

  /** The model that makes vectors now: one that a client opened for that. */
  get vectorModel(): VectorModel | undefined {
    const [open]: OpenEmbedder[] = this.#models.embedders();
    return open && { id: open.handle.info.id, dimensions: open.embedder.dimensions };
  }

  /** Takes in what concerns models; other events are nothing to it. */
  hear(event: MemoryEvent): void {
    if (event.kind === 'working') this.#watch(event.on);
    else if (event.kind === 'unembed') this.#asks.get(event.ask)?.abort();
    else if (event.kind === 'embed') void this.#embed(event);
  }

  /** The thread ended: nobody waits for anything. */
  forget(): void {
    this.#watch(false);
    for (const ask of this.#asks.values()) ask.abort();
  }

  async #embed({ ask, model, texts, class: kind }: Extract<MemoryEvent, { kind: 'embed' }>): Promise<void> {
    const stop = new AbortController();
    this.#asks.set(ask, stop);
    try {
      const { vectors } = await this.#embedding.embed(model, texts, kind, stop.signal);
      if (!stop.signal.aborted) this.#answer({ ask, vectors });
    } catch (error) {
      if (!stop.signal.aborted) this.#answer({ ask, error: reasonOf(error) });
    } finally {
      this.#asks.delete(ask);
    }
  }

  /** Looks at the models while long work goes on in the thread. */
  #watch(on: boolean): void {
    clearInterval(this.#poll);
    Atomics.store(this.busy, 0, 0);
    if (!on) return;
    const look = () => {
      const runs = this.#models.list().some(({ loop }) => loop.busy && loop.rank !== RANK.background);
      Atomics.store(this.busy, 0, runs ? 1 : 0);
    };
    this.#poll = setInterval(look, POLL_MS).unref();
    look();
  }
}
