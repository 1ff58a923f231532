/** Keeps the engine told whether a folder's memory is wanted, and the view told how its indexing goes. */
import * as vscode from 'vscode';
import type { MemoryStatus } from '../engine/protocol/index.ts';
import type { MemoryClient } from './client.ts';
import type { FolderStore } from './stores.ts';

export interface IndexingNeeds {
  client: MemoryClient;
  /** Every folder that the engine may know, and whether its memory is wanted. */
  folders(): { store: FolderStore; on: boolean }[];
  /** The status of a store is known anew. */
  statusIs(key: string, status: MemoryStatus): void;
  /** Memories are on or off, or have changed as a whole. */
  switched(): void;
  log(words: string): void;
}

/** While it reads it is asked how far it is; only the view that is seen asks. */
const POLL_MS = 1_000;

export class IndexingFeed implements vscode.Disposable {
  readonly #needs: IndexingNeeds;
  readonly #running = new Map<string, AbortController>();
  #serving = false;
  #poll: NodeJS.Timeout | undefined;

  constructor(needs: IndexingNeeds) {
    this.#needs = needs;
  }

  /** An engine begins to serve, or ends: it knows nothing of what was told to another. */
  async serving(now: boolean): Promise<void> {
    if (now === this.#serving) return;
    this.#serving = now;
    if (now) await this.tellAll();
  }

  /** The person wants other memories than before, or other folders are open. */
  async tellAll(): Promise<void> {
    if (!this.#serving) return;
    for (const { store, on } of this.#needs.folders()) {
      try {
        const place = await store.place();
        const status = await this.#needs.client.switch({ place, on });
        this.#needs.statusIs(store.key, status);
        if (status.on && status.indexing.state !== 'paused') void this.index(store);
      } catch (error) {
        this.#needs.log(`a memory could not be switched: ${String(error)}`);
      }
    }
    await this.#tellContext();
    this.#needs.switched();
  }

  /** Brings a store up to date, with its progress in the view. */
  async index(store: FolderStore): Promise<void> {
    if (this.#running.has(store.key)) return;
    const running = new AbortController();
    this.#running.set(store.key, running);
    const { client, log } = this.#needs;
    await this.#tellContext();
    this.#look();
    try {
      const place = await store.place();
      await vscode.window.withProgress({ location: { viewId: 'quire.memory' } }, () =>
        client.index({ place }, { signal: running.signal }),
      );
    } catch (error) {
      log(`indexing ended: ${String(error)}`);
    } finally {
      this.#running.delete(store.key);
      await this.#tellContext();
      await this.look(store);
      this.#needs.switched();
    }
  }

  /** @returns undefined where it could not be had. */
  async look(store: FolderStore): Promise<MemoryStatus | undefined> {
    const status = await store
      .place()
      .then((place) => this.#needs.client.status({ place }))
      .catch(() => undefined);
    if (status) this.#needs.statusIs(store.key, status);
    return status;
  }

  async pause(paused: boolean): Promise<void> {
    for (const { store, on } of this.#needs.folders()) {
      if (!on) continue;
      await this.#needs.client.pause({ place: await store.place(), paused });
      if (!paused) void this.index(store);
      await this.look(store);
    }
    await this.#tellContext();
  }

  dispose(): void {
    clearTimeout(this.#poll);
    for (const running of this.#running.values()) running.abort();
  }

  #look(): void {
    clearTimeout(this.#poll);
    this.#poll = setTimeout(async () => {
      const stores = this.#needs.folders().filter(({ store }) => this.#running.has(store.key));
      await Promise.all(stores.map(({ store }) => this.look(store)));
      if (this.#running.size > 0) this.#look();
    }, POLL_MS);
  }

  /** For `when` clauses: `running`, `paused`, `idle`, `off`. */
  async #tellContext(): Promise<void> {
    const statuses: MemoryStatus[] = [];
    for (const { store, on } of this.#needs.folders()) {
      const status = on && this.#serving ? await this.look(store) : undefined;
      if (status) statuses.push(status);
    }
    const states = statuses.map(({ on, indexing }) => (on ? indexing.state : 'off'));
    const state =
      states.find((one) => one === 'running') ?? states.find((one) => one === 'paused') ?? states[0] ?? 'off';
    await vscode.commands.executeCommand('setContext', 'quire.memory.state', state);
  }
}
