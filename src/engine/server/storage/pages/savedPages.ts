/** The engine's handle on the file of saved pages, which all models share. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Storage } from '../storage.ts';
import { DiskTier } from './diskTier.ts';
import type { PagesEvent } from './pagesService.ts';
import { PAGES } from './pageTable.ts';

export interface SavedPagesOptions {
  /** Of saved pages alone; made where it is missing. */
  folder: string;
  /** Bytes on disk, over all models. 0: nothing is kept there, and what is there is deleted. */
  maxBytes: number;
}

export class SavedPages {
  readonly #storage: Storage;
  readonly #folder: string;
  #maxBytes: number;
  readonly #tiers = new Map<number, DiskTier>();
  #count = 0;

  constructor(storage: Storage, { folder, maxBytes }: SavedPagesOptions) {
    this.#storage = storage;
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    storage.listen('pages', (event) => {
      const { tier, gone, status } = event as PagesEvent;
      this.#tiers.get(tier)?.report(status, gone);
    });
    storage.onGone(() => {
      for (const tier of this.#tiers.values()) tier.end();
    });
    if (maxBytes === 0) void this.setLimit(0);
  }

  /** @param model stands for the model and the cache's layout: pages of another are never seen, but count for the bound. */
  tier(model: string): DiskTier {
    const number = this.#count++;
    const folder = this.#folder;
    const options = { tier: number, folder, model, maxBytes: this.#maxBytes };
    const tier = new DiskTier(this.#storage, options, {
      forget: (workspace) => this.forget(workspace),
      onClosed: () => this.#tiers.delete(number),
    });
    this.#tiers.set(number, tier);
    return tier;
  }

  /**
   * Removes what any model has of a workspace from disk, to the last byte, whether models are open or not. What a model
   * still has in memory is to be forgotten first, or it may be written again.
   * @returns false when another program kept the file from being cleaned, or the storage is gone.
   */
  async forget(workspace: string): Promise<boolean> {
    if (!existsSync(path.join(this.#folder, PAGES.name))) return true;
    return this.#storage.call('pages', 'forget', { folder: this.#folder, workspace }).catch(() => false);
  }

  /** Bounds the file from now on. 0 deletes it; models that are open go on without. @returns false when it could not be. */
  async setLimit(maxBytes: number): Promise<boolean> {
    this.#maxBytes = maxBytes;
    const idle = this.#tiers.size === 0;
    if (idle && (maxBytes > 0 || !existsSync(path.join(this.#folder, PAGES.name)))) return true;
    const limited = this.#storage.call('pages', 'limit', { folder: this.#folder, maxBytes });
    return limited.then(
      () => true,
      () => false,
    );
  }
}
