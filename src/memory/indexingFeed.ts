/** Keeps the engine told whether a folder's memory is wanted, and the view told how its indexing goes. */
import * as vscode from 'vscode';
import type { MemoryStatus } from '../engine/protocol/index.ts';
import type { MemoryClient } from './client.ts';
import type { FolderStore } from './stores.ts';

export interface IndexingNeeds {
  client: MemoryClient;
  /** The trusted folders, and whether the memory of each is wanted. */
  folders(): { store: FolderStore; on: boolean }[];
  /** The status of a store is known anew. */
  statusIs(key: string, status: MemoryStatus): void;
  /** Memories are on or off, or have changed as a whole. */
  switched(): void;
  log(words: string): void;
}

/** While it reads it is asked how far it is. */
const POLL_MS = 1_000;

export class IndexingFeed implements vscode.Disposable {
  readonly #needs: IndexingNeeds;
  #serving = false;
  #poll: NodeJS.Timeout | undefined;
  /** Ends the bar in the view. */
  #shown: (() => void) | undefined;
  #state = '';

  constructor(needs: IndexingNeeds) {
    this.#needs = needs;
  }

  /** An engine begins to serve, or ends: it knows nothing of what was told to another. */
  async serving(now: boolean): Promise<void> {
    if (now === this.#serving) return;
    this.#serving = now;
    if (now) await this.tellAll();
  }

  /** The person wants other memories than before, or other folders are open. The engine reads what is on by itself. */
  async tellAll(): Promise<void> {
    if (!this.#serving) return;
    for (const { store, on } of this.#needs.folders()) {
      try {
        this.#needs.statusIs(store.key, await this.#needs.client.switch({ place: await store.place(), on }));
      } catch (error) {
        this.#needs.log(`a memory could not be switched: ${String(error)}`);
      }
    }
    this.#needs.switched();
    await this.look();
  }

  /** Brings all that is on up to date now, whatever today's budget says: a person asked. */
  async index(): Promise<void> {
    const { client, folders } = this.#needs;
    const places = await Promise.all(folders().flatMap(({ store, on }) => (on ? [store.place()] : [])));
    const indexing = Promise.all(places.map((place) => client.index({ place })));
    await this.look();
    await indexing;
    await this.look();
  }

  async pause(paused: boolean): Promise<void> {
    for (const { store, on } of this.#needs.folders()) {
      if (on) await this.#needs.client.pause({ place: await store.place(), paused });
    }
    await this.look();
  }

  /** Asks how it goes, and again as long as something goes on. */
  async look(): Promise<void> {
    clearTimeout(this.#poll);
    const states: string[] = [];
    for (const { store } of this.#serving ? this.#needs.folders() : []) {
      const status = await store
        .place()
        .then((place) => this.#needs.client.status({ place }))
        .catch(() => undefined);
      if (!status) continue;
      this.#needs.statusIs(store.key, status);
      states.push(status.on ? status.indexing.state : 'off');
    }
    await this.#tell(states);
    clearTimeout(this.#poll);
    if (states.includes('running')) this.#poll = setTimeout(() => void this.look(), POLL_MS);
  }

  dispose(): void {
    this.#serving = false;
    clearTimeout(this.#poll);
    this.#shown?.();
  }

  /** For `when` clauses: `running`, `paused`, `idle`, `off`. While it runs, a bar in the view says so. */
  async #tell(states: readonly string[]): Promise<void> {
    const state = ['running', 'paused', 'idle'].find((one) => states.includes(one)) ?? 'off';
    if (state === this.#state) return;
    this.#state = state;
    this.#shown?.();
    this.#shown = undefined;
    if (state === 'running') {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#shown = resolve;
      void vscode.window.withProgress({ location: { viewId: 'quire.memory' } }, () => promise);
    }
    await vscode.commands.executeCommand('setContext', 'quire.memory.state', state);
  }
}
