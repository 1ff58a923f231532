/** The embedder that comes with Quire: a table, no model. Tens of thousands of texts take seconds. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Embedder } from '../items.ts';
import { StaticTable } from './staticTable.ts';

/** So many texts are done at a time; then others of the thread have their turn, and it may be cancelled. */
const AT_ONCE = 256;

export class StaticEmbedder implements Embedder {
  readonly #file: string;
  #table: StaticTable | undefined;

  /** @param file the table; read when it is first needed. */
  constructor(file: string) {
    this.#file = file;
  }

  /** @throws Error where the file is missing or broken, as all of this does. */
  get id(): string {
    return this.#read().name;
  }

  get dimensions(): number {
    return this.#read().dimensions;
  }

  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const table = this.#read();
    const vectors: Float32Array[] = [];
    for (const [at, text] of texts.entries()) {
      if (at > 0 && at % AT_ONCE === 0) await turn();
      signal?.throwIfAborted();
      vectors.push(table.vectorOf(text));
    }
    return vectors;
  }

  #read(): StaticTable {
    this.#table ??= StaticTable.read(this.#file);
    return this.#table;
  }
}
