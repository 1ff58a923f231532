/** The engine's handle on the file of saved pages, which all models share. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Storage } from '../storage.ts';
import { DiskTier } from './diskTier.ts';
import { isVolatile } from './pageRecord.ts';
import type { PagesEvent } from './pagesService.ts';
import { PAGES } from './pageTable.ts';

export interface SavedPagesOptions {
  /** Of saved pages alone; made where it is missing. Undefined: nothing is kept on disk. */
  folder: string | undefined;
  /** Bytes on disk, over all models. 0: nothing is kept there, and what is there is deleted. */
  maxBytes: number;
}

export class SavedPages {
  readonly #storage: Storage;
  #folder: string | undefined;
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
    storage.onEnded(() => {
      for (const tier of this.#tiers.values()) tier.resume(this.#maxBytes);
    });
    if (maxBytes === 0) void this.setLimit(0);
  }

  /** Pages may be kept on disk. */
  get on(): boolean {
    return this.#folder !== undefined && this.#maxBytes > 0;
  }

  /** @param model stands for the model and the cache's layout: pages of another are never seen, but count for the bound. */
  tier(model: string): DiskTier {
    const number = this.#count++;
    const options = { tier: number, folder: this.#folder, model, maxBytes: this.#maxBytes };
    const tier = new DiskTier(this.#storage, options, () => this.#tiers.delete(number));
    this.#tiers.set(number, tier);
    return tier;
  }

  /**
   * Removes what any model has of a workspace from disk, to the last byte, whether models are open or not. What a model
   * still has in memory is to be forgotten first, or it may be written again.
   * @returns false when another program kept the file from being cleaned, or the storage is gone.
   */
  async forget(workspace: string): Promise<boolean> {
    const folder = this.#folder;
    if (isVolatile(workspace) || folder === undefined || this.#untouched(folder)) return true;
    return this.#storage.call('pages', 'forget', { folder, workspace }).catch(() => false);
  }

  /** As {@link configure}, where the pages are now. */
  setLimit(maxBytes: number): Promise<boolean> {
    return this.configure({ folder: this.#folder, maxBytes });
  }

  /**
   * Another place or bound from now on. A bound of 0 deletes the file; models that are open go on without. What is in
   * another folder stays there. @returns false when it could not be.
   */
  async configure({ folder, maxBytes }: SavedPagesOptions): Promise<boolean> {
    const moved = folder !== this.#folder;
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    if (moved) for (const tier of this.#tiers.values()) tier.moveTo(folder, maxBytes);
    const idle = this.#tiers.size === 0 && maxBytes > 0;
    if (folder === undefined || idle || this.#untouched(folder)) return true;
    return this.#storage.call('pages', 'limit', { folder, maxBytes }).then(
      () => true,
      () => false,
    );
  }

  /** There is no file, and none is about to be made by what was asked before. */
  #untouched(folder: string): boolean {
    return this.#count === 0 && !existsSync(path.join(folder, PAGES.name));
  }
}
