/** Memory items in RAM, found by words (BM25) and vectors, for tests and evaluations of what ranks and embeds them. */
import type { MemoryItem, MemoryKind } from '../../src/engine/protocol/index.ts';
import { piecesOf } from '../../src/engine/server/services/memory/embedding/pieces.ts';
import type { Embedder, Found, ItemFilter, Store } from '../../src/engine/server/services/memory/items.ts';

/** A file's item that says nothing, but for the fields given. */
export function itemWith(fields: Partial<MemoryItem> & { id: number }): MemoryItem {
  const text = fields.text ?? '';
  return {
    kind: 'file',
    source: 'code',
    made: 'extracted',
    key: `file:${fields.path ?? fields.id}`,
    title: fields.path?.split('/').at(-1) ?? '',
    path: null,
    text,
    summary: text,
    sentences: [],
    tokens: 0,
    summaryTokens: 0,
    created: 0,
    changed: 0,
    activated: null,
    activations: 0,
    pinned: false,
    supersededBy: null,
    recalled: [],
    embedder: null,
    ...fields,
  };
}

type Searched = Pick<Store, 'byWords' | 'byVector' | 'get' | 'list' | 'body' | 'withoutVector' | 'setVectors'>;

/** Words of titles and paths count more, as in the store on disk. */
const FIELDS = { title: 4, path: 2, text: 1 };
const [K1, B] = [1.2, 0.75];

export class ItemList implements Searched {
  readonly #items = new Map<number, MemoryItem>();
  readonly #counts = new Map<number, { words: Map<string, number>; length: number }>();
  readonly #having = new Map<string, number>();
  readonly #vectors = new Map<string, Map<number, Float32Array>>();

  constructor(items: readonly MemoryItem[]) {
    for (const item of items) this.add(item);
  }

  add(item: MemoryItem): void {
    const words = new Map<string, number>();
    let length = 0;
    for (const [field, weight] of Object.entries(FIELDS)) {
      for (const piece of piecesOf(item[field as keyof typeof FIELDS] ?? '', 5_000)) {
        words.set(piece, (words.get(piece) ?? 0) + weight);
        length += weight;
      }
    }
    for (const word of words.keys()) this.#having.set(word, (this.#having.get(word) ?? 0) + 1);
    this.#items.set(item.id, item);
    this.#counts.set(item.id, { words, length });
  }

  body(): string {
    return '';
  }

  get(id: number): MemoryItem | undefined {
    return this.#items.get(id);
  }

  list({ kinds, superseded, limit }: ItemFilter): { items: MemoryItem[]; total: number } {
    const items = [...this.#of(kinds, superseded)];
    return { items: items.slice(0, limit), total: items.length };
  }

  byWords(query: string, limit: number, kinds?: readonly MemoryKind[]): Found[] {
    const asked = [...new Set(piecesOf(query))].filter((word) => this.#having.has(word));
    const mean = [...this.#counts.values()].reduce((sum, { length }) => sum + length, 0) / this.#counts.size;
    return this.#best(limit, kinds, ({ id }) => {
      const { words, length } = this.#counts.get(id)!;
      let score = 0;
      for (const word of asked) {
        const count = words.get(word) ?? 0;
        const has = this.#having.get(word)!;
        const rarity = Math.log(1 + (this.#counts.size - has + 0.5) / (has + 0.5));
        score += (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * length) / mean));
      }
      return score;
    });
  }

  byVector(vector: Float32Array, limit: number, kinds?: readonly MemoryKind[]): Found[] {
    const of = [...this.#vectors.values()].at(-1);
    return this.#best(
      limit,
      kinds,
      ({ id }) => of?.get(id)?.reduce((sum, value, i) => sum + value * vector[i]!, 0) ?? 0,
    );
  }

  withoutVector(embedder: string, limit: number): number[] {
    const has = this.#vectors.get(embedder);
    return [...this.#items.keys()].filter((id) => !has?.has(id)).slice(0, limit);
  }

  setVectors(embedder: string, vectors: readonly { id: number; vector: Float32Array }[]): void {
    const all = this.#vectors.get(embedder) ?? new Map<number, Float32Array>();
    for (const { id, vector } of vectors) {
      all.set(id, vector);
      this.#items.set(id, { ...this.#items.get(id)!, embedder });
    }
    this.#vectors.delete(embedder);
    this.#vectors.set(embedder, all);
  }

  *#of(kinds: readonly MemoryKind[] | undefined, superseded = false): Iterable<MemoryItem> {
    for (const item of this.#items.values())
      if ((superseded || item.supersededBy === null) && (kinds === undefined || kinds.includes(item.kind))) yield item;
  }

  #best(limit: number, kinds: readonly MemoryKind[] | undefined, scoreOf: (item: MemoryItem) => number): Found[] {
    return [...this.#of(kinds)]
      .map((item) => ({ id: item.id, score: scoreOf(item) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || b.id - a.id)
      .slice(0, limit);
  }
}

/** Finds nothing alike: for what is said of words alone. */
export const noLikeness: Embedder = {
  id: 'none',
  dimensions: 1,
  embed: async (texts) => texts.map(() => new Float32Array(1)),
};
