/** The caches of all models as far as workspaces concern them: what is read, held longer, left and forgotten. */
import type { SavedPages } from '../storage/pages/savedPages.ts';
import { EngineFailure } from './failure.ts';
import type { CacheStrategy } from './kv/strategy.ts';
import { OpenKeys } from './openKeys.ts';

export class WorkspaceCaches {
  readonly #caches: () => Iterable<CacheStrategy>;
  readonly #disk: SavedPages | undefined;
  /** Workspaces that are open: for models that are opened later. */
  readonly #prepared = new Set<string>();
  /** Whose pages are held longer: documents and conversations. */
  readonly #pinned = new OpenKeys((workspace, keys) => {
    for (const cache of this.#caches()) cache.setOpen(workspace, keys);
  });

  /** @param caches of the models that are open now. */
  constructor(caches: () => Iterable<CacheStrategy>, disk: SavedPages | undefined) {
    this.#caches = caches;
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
    for (const cache of this.#caches()) cache.prepare(workspace);
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
    for (const cache of this.#caches()) cache.closeWorkspace(workspace);
  }

  /**
   * Removes what is cached of a workspace, wherever it is. Resolves when nothing is left of it on disk, to the last byte.
   * @throws EngineFailure `internal` where something could not be removed from disk.
   */
  async forgetWorkspace(workspace: string): Promise<void> {
    for (const cache of this.#caches()) {
      cache.forgetWorkspace(workspace);
      cache.setOpen(workspace, this.#pinned.of(workspace));
    }
    if ((await this.#disk?.forget(workspace)) === false) {
      throw new EngineFailure(
        'internal',
        'Saved pages of the workspace could not be removed from disk, because another program uses the file. Forget it once more.',
      );
    }
  }
}
