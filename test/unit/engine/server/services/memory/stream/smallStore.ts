/** A store in RAM, for tests of what is put into one: found by words alone, with BM25. */
import type { MemoryItem } from '../../../../../../../src/engine/protocol/index.ts';
import type {
  Found,
  ItemFilter,
  NewItem,
  Store,
} from '../../../../../../../src/engine/server/services/memory/items.ts';
import { estimateTokens } from '../../../../../../../src/engine/server/services/memory/stream/parts.ts';
import { tellingStems } from '../../../../../../../src/engine/server/services/memory/stream/wording.ts';

export class SmallStore implements Store {
  readonly #items = new Map<number, MemoryItem>();
  readonly #values = new Map<string, string>();
  readonly #words = new Map<number, Set<string>>();
  #next = 1;
  /** What its journal would tell. */
  readonly changes: string[] = [];
  /** Milliseconds since 1970. */
  now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  put(item: NewItem): MemoryItem {
    const old = this.byKey(item.key);
    const summary = item.summary ?? item.text;
    const stored: MemoryItem = {
      recalled: [],
      ...item,
      id: old?.id ?? this.#next++,
      summary,
      tokens: estimateTokens(item.text),
      summaryTokens: estimateTokens(summary),
      created: old?.created ?? item.created ?? this.now(),
      changed: item.created ?? this.now(),
      activated: old?.activated ?? null,
      activations: old?.activations ?? 0,
      pinned: old?.pinned ?? item.pinned ?? false,
      supersededBy: old?.supersededBy ?? null,
      embedder: null,
    };
    this.#set(stored);
    return { ...stored };
  }

  #set(item: MemoryItem): void {
    this.#items.set(item.id, item);
    this.#words.set(item.id, tellingStems(`${item.title} ${item.path ?? ''} ${item.text}`));
  }

  get(id: number): MemoryItem | undefined {
    const item = this.#items.get(id);
    return item && { ...item };
  }

  byKey(key: string): MemoryItem | undefined {
    for (const item of this.#items.values()) if (item.key === key) return { ...item };
    return undefined;
  }

  list({ kinds, superseded = false, offset = 0, limit = 200 }: ItemFilter): { items: MemoryItem[]; total: number } {
    const all = [...this.#items.values()]
      .filter((item) => (!kinds || kinds.includes(item.kind)) && (superseded || item.supersededBy === null))
      .sort((a, b) => b.changed - a.changed || b.id - a.id);
    return { items: all.slice(offset, offset + limit), total: all.length };
  }

  change(id: number, fields: Parameters<Store['change']>[1]): MemoryItem | undefined {
    const item = this.#items.get(id);
    if (!item) return undefined;
    this.#set({ ...item, ...fields });
    return this.get(id);
  }

  remove(ids: readonly number[]): number {
    return ids.filter((id) => this.#items.delete(id)).length;
  }

  activated(ids: readonly number[], at: number): void {
    for (const id of ids) {
      const item = this.#items.get(id);
      if (item) this.#items.set(id, { ...item, activated: at, activations: item.activations + 1 });
    }
  }

  byWords(query: string, limit: number, kinds?: readonly string[]): Found[] {
    const asked = [...tellingStems(query)];
    const searched = [...this.#items.values()].filter(
      (item) => item.supersededBy === null && (!kinds || kinds.includes(item.kind)),
    );
    const worth = new Map(
      asked.map((word) => {
        const has = searched.filter(({ id }) => this.#words.get(id)!.has(word)).length;
        return [word, Math.log(1 + (searched.length - has + 0.5) / (has + 0.5))];
      }),
    );
    return searched
      .map(({ id }) => {
        const words = this.#words.get(id)!;
        const sum = asked.reduce((total, word) => total + (words.has(word) ? worth.get(word)! : 0), 0);
        return { id, score: sum / (0.7 + words.size / 60) };
      })
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || b.id - a.id)
      .slice(0, limit);
  }

  value(name: string): string | undefined {
    return this.#values.get(name);
  }

  setValue(name: string, value: string | undefined): void {
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
  }

  inTransaction<T>(work: () => T, what?: string): T {
    const before = new Map(this.#items);
    try {
      const done = work();
      if (what !== undefined) this.changes.push(what);
      return done;
    } catch (error) {
      this.#items.clear();
      for (const [id, item] of before) this.#items.set(id, item);
      throw error;
    }
  }

  // Nothing that is tested with this store has vectors or files.
  byVector(): Found[] {
    return [];
  }
  withoutVector(): number[] {
    return [];
  }
  setVectors(): void {}
  file(): undefined {
    return undefined;
  }
  files(): [] {
    return [];
  }
  putFile(): void {}
  removeFiles(): void {}
}
