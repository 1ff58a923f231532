/** The caches of all models as far as workspaces concern them: what is read, held longer, left and forgotten. */
import type { SavedPages } from '../storage/pages/savedPages.ts';
import { EngineFailure } from './failure.ts';
import type { CacheStrategy } from './kv/strategy.ts';
import { OpenKeys } from './openKeys.ts';

/** A model's cache, and when it may be changed: not while the model computes. */
export interface ServingCache {
  cache: CacheStrategy;
  /** Runs `change` once the model computes nothing, in the order of the calls. Resolves when that is done, or the model is closed. */
  atRest(change: () => void): Promise<void>;
}

export class WorkspaceCaches {
  readonly #serving: () => Iterable<ServingCache>;
  readonly #disk: SavedPages | undefined;
  /** Workspaces that are open: for models that are opened later. */
  readonly #prepared = new Set<string>();
  /** Whose pages are held longer: documents and conversations. */
  readonly #pinned = new OpenKeys((workspace, keys) => {
    void this.#change((cache) => cache.setOpen(workspace, keys));
  });

  /** @param serving the models that are open now. */
  constructor(serving: () => Iterable<ServingCache>, disk: SavedPages | undefined) {
    this.#serving = serving;
    this.#disk = disk;
  }

  /** A model's cache begins to serve: it is told what the others know. */
  begin(cache: CacheStrategy): void {
    for (const workspace of this.#prepared) cache.prepare(workspace);
    for (const [workspace, keys] of this.#pinned.all) cache.setOpen(workspace, keys);
  }

  /** The workspace is open: what is saved of it is read, for the models that are open and those to come. */
  prepare(workspace: string): void {
    this.#prepared.add(workspace);
    void this.#change((cache) => cache.prepare(workspace));
  }

  /** The documents of a workspace whose pages are held longer, and are kept on disk. */
  pin(workspace: string, documents: readonly string[]): void {
    this.#pinned.set('documents', workspace, documents);
  }

  /** The conversations of a workspace, by the keys that their requests name in `supersedes`: as {@link pin}. */
  pinConversations(workspace: string, conversations: readonly string[]): void {
    this.#pinned.set('conversations', workspace, conversations);
  }

  /** Nobody has the workspace open: its pages leave the device and memory, and stay on disk. */
  closeWorkspace(workspace: string): void {
    this.#pinned.clear(workspace);
    this.#prepared.delete(workspace);
    void this.#change((cache) => cache.closeWorkspace(workspace));
  }

  /**
   * Removes what is cached of a workspace, wherever it is. Resolves when nothing is left of it on disk, to the last byte.
   * @throws EngineFailure `internal` where something could not be removed from disk.
   */
  async forgetWorkspace(workspace: string): Promise<void> {
    await this.#change((cache) => {
      cache.forgetWorkspace(workspace);
      cache.setOpen(workspace, this.#pinned.of(workspace));
    });
    if ((await this.#disk?.forget(workspace)) === false) {
      throw new EngineFailure(
        'internal',
        'Saved pages of the workspace could not be removed from disk, because another program uses the file. Forget it once more.',
      );
    }
  }

  async #change(change: (cache: CacheStrategy) => void): Promise<void> {
    await Promise.all([...this.#serving()].map((serving) => serving.atRest(() => change(serving.cache))));
  }
}
