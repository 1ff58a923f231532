/** Tells a history to a memory stream over the store and the ranking as they are, on the days that it happened. */
import path from 'node:path';
import { mock } from 'node:test';
import type { MemoryHit } from '../../../../src/engine/protocol/index.ts';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { search } from '../../../../src/engine/server/services/memory/ranking/search.ts';
import { MemoryStore } from '../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { MemoryStream } from '../../../../src/engine/server/services/memory/stream/memoryStream.ts';
import type { StreamSwitches } from '../../../../src/engine/server/services/memory/stream/parts.ts';
import type { History } from './histories.ts';

const DAY = 24 * 60 * 60_000;
const BEGINNING = Date.UTC(2026, 0, 5);

/** There is no code that could have changed. */
const checker = { check: async () => [] };

export class Replay {
  readonly store: MemoryStore;
  readonly #embedder: Embedder;
  /** Ids of what is asked for, in the order it was told, and of what it took the place of. */
  readonly wanted: number[] = [];
  readonly outdated: number[] = [];
  #messages = 0;

  constructor(folder: string, name: string, embedder: Embedder) {
    this.store = new MemoryStore(path.join(folder, `${name}.db`));
    this.#embedder = embedder;
  }

  stream(switches: Partial<StreamSwitches> = {}): MemoryStream {
    return new MemoryStream({
      store: this.store,
      recall: (params) => search(params, { store: this.store, embedder: this.#embedder, checker, now: Date.now() }),
      anchors: checker,
      switches,
    });
  }

  async tell({ events, days }: History): Promise<void> {
    const stream = this.stream();
    for (const { day, conversation, question, answer, fact, evidence } of events) {
      setDate(BEGINNING + day * DAY + this.#messages * 60_000);
      const item = fact
        ? stream.addFact({ text: fact }).item
        : (await stream.recordTurn({ conversation, message: `m${this.#messages}`, question, answer, recalled: [] }))
            .item;
      this.#messages++;
      if (item && evidence === 'wanted') this.wanted.push(item.id);
      if (item && evidence === 'outdated') this.outdated.push(item.id);
    }
    await this.embed();
    setDate(BEGINNING + (days + 1) * DAY);
  }

  /** What the worker does while nobody waits. */
  async embed(): Promise<void> {
    for (;;) {
      const ids = this.store.withoutVector(this.#embedder.id, 64);
      if (ids.length === 0 || this.#embedder.dimensions === 0) return;
      const vectors = await this.#embedder.embed(ids.map((id) => textOf(this.store.get(id)!)));
      this.store.setVectors(
        this.#embedder.id,
        ids.map((id, at) => ({ id, vector: vectors[at]! })),
      );
    }
  }

  close(): void {
    this.store.close();
  }
}

const textOf = ({ title, text }: MemoryHit['item']): string => `${title}\n${text}`;

let isMocked = false;
export function setDate(at: number): void {
  if (!isMocked) mock.timers.enable({ apis: ['Date'], now: at });
  isMocked = true;
  mock.timers.setTime(at);
}

/** No vectors: what is found is found by its words. */
export const wordsOnly: Embedder = {
  id: 'none',
  dimensions: 0,
  embed: async (texts) => texts.map(() => new Float32Array(0)),
};
