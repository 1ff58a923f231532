/** A user's embedding model, which another thread runs. */
import type { Embedder } from '../items.ts';

export interface ModelEmbedderOptions {
  /** Tells files apart: of their content, or name and size. */
  id: string;
  dimensions: number;
  /** Asks the engine's embedding service, in class background. One vector of length 1 for each text. */
  vectors: (texts: readonly string[], signal: AbortSignal | undefined) => Promise<Float32Array[]>;
}

/** The service takes no more in one request. */
const MOST_TEXTS = 1024;

export class ModelEmbedder implements Embedder {
  readonly id: string;
  readonly dimensions: number;
  readonly #vectors: ModelEmbedderOptions['vectors'];

  constructor({ id, dimensions, vectors }: ModelEmbedderOptions) {
    // So that no file's name makes it the table's.
    this.id = `model:${id}`;
    this.dimensions = dimensions;
    this.#vectors = vectors;
  }

  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += MOST_TEXTS) {
      signal?.throwIfAborted();
      const some = texts.slice(at, at + MOST_TEXTS);
      const got = await this.#vectors(some, signal);
      signal?.throwIfAborted();
      if (got.length !== some.length)
        throw new Error(`The embedding model gave ${got.length} vectors for ${some.length} texts.`);
      vectors.push(...got);
    }
    return vectors;
  }
}
