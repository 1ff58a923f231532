/** Model files that were chosen before, remembered by the editor. */

/** The part of `vscode.Memento` that is needed. */
export interface KeyValueStore {
  get<T>(key: string, defaultValue: T): T;
  update(key: string, value: unknown): PromiseLike<void>;
}

const RECENT_KEY = 'models.recent';
const RECENT_LIMIT = 5;

/** Paths of GGUF files that were chosen before, the last one first. */
export class RecentModels {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  list(): string[] {
    return this.#store.get<string[]>(RECENT_KEY, []);
  }

  async add(path: string): Promise<void> {
    await this.#store.update(RECENT_KEY, [path, ...this.#without(path)].slice(0, RECENT_LIMIT));
  }

  async remove(path: string): Promise<void> {
    await this.#store.update(RECENT_KEY, this.#without(path));
  }

  #without(path: string): string[] {
    return this.list().filter((entry) => entry !== path);
  }
}
