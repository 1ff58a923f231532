/** The storage thread's store of saved pages: one table for each model that is open, in one file for each folder. */
import { setImmediate as turn } from 'node:timers/promises';
import type { TierStatus } from '../../../protocol/status.ts';
import { removeDatabaseFile } from '../databaseFile.ts';
import { Moved, whole } from '../messages.ts';
import type { StoreHost } from '../stores.ts';
import { erase } from './erasure.ts';
import { type PackedRecords, packRecords } from './loadedPages.ts';
import type { SavedPage } from './pageRecord.ts';
import { PageStore } from './pageStore.ts';
import { PAGES } from './pageTable.ts';

/** What became of a tier: told whenever it is another than before. */
export interface PagesEvent {
  tier: number;
  /** Keys that left the disk though nobody dropped them. */
  gone: string[];
  status: TierStatus;
}

interface Tier {
  folder: string;
  model: string;
  /** None while the limit is 0. */
  store: PageStore | undefined;
  gone: string[];
  /** As it was told last. */
  told: string;
}

/** Tidying stops so often for what is asked meanwhile, ms. */
const TIDY_MS = 8;

/** Tiers have the numbers that their openers gave them. */
export function pagesService({ log, emit }: StoreHost<PagesEvent>) {
  const tiers = new Map<number, Tier>();

  const begin = (tier: Tier, maxBytes: number): void => {
    if (maxBytes === 0) return;
    tier.store = new PageStore({ folder: tier.folder, model: tier.model, maxBytes, log });
    tier.store.listen((key) => tier.gone.push(key));
  };
  const report = (number: number): void => {
    const tier = tiers.get(number);
    if (!tier) return;
    const status = tier.store?.status() ?? { pages: 0, bytes: 0, limitBytes: 0 };
    const told = JSON.stringify(status);
    if (told === tier.told && tier.gone.length === 0) return;
    tier.told = told;
    emit({ tier: number, gone: tier.gone.splice(0), status });
  };
  const of = (folder: string) => [...tiers].filter(([, tier]) => tier.folder === folder);
  /** What `work` returns; what became of the tier is told first. */
  const at = <T>(number: number, work: (store: PageStore) => T): T | undefined => {
    const store = tiers.get(number)?.store;
    try {
      return store && work(store);
    } finally {
      report(number);
    }
  };

  return {
    open({ tier, folder, model, maxBytes }: { tier: number; folder: string; model: string; maxBytes: number }): void {
      const opened: Tier = { folder, model, store: undefined, gone: [], told: '' };
      tiers.set(tier, opened);
      begin(opened, maxBytes);
      report(tier);
    },

    /** @returns whether the page is on disk now. After `until`, by `Date.now()`, nothing is written. */
    put({ tier, saved, until }: { tier: number; saved: SavedPage; until?: number }): boolean {
      if (until !== undefined && Date.now() >= until) return false;
      return at(tier, (store) => store.put(saved)) ?? false;
    },

    /** A page exactly as it was put; undefined when it is not there, or is damaged. */
    fetch({ tier, key }: { tier: number; key: string }): Moved<SavedPage> | undefined {
      const found = at(tier, (store) => store.get(key));
      if (!found) return undefined;
      const page = whole(found.page);
      return new Moved({ record: found.record, page }, [page.buffer]);
    },

    load({ tier, workspace }: { tier: number; workspace: string }): Moved<PackedRecords> {
      const packed = at(tier, (store) => packRecords(store.load(workspace), (key) => store.refuse(key)));
      const records = packed ?? packRecords([], () => undefined);
      return new Moved(records, [records.parents.buffer, records.ends.buffer, records.tokens.buffer]);
    },

    /** Pages that were used, the latest last, and such as are not wanted any more. */
    mark({ tier, used, removed }: { tier: number; used: string[]; removed: string[] }): void {
      at(tier, (store) => {
        for (const key of removed) store.drop(key);
        for (const key of used) store.touch(key);
      });
    },

    /** Work that can wait. */
    async tidy({ tier }: { tier: number }): Promise<void> {
      while (at(tier, (store) => store.tidy(performance.now() + TIDY_MS)) === false) await turn();
    },

    leave({ tier }: { tier: number }): void {
      tiers.get(tier)?.store?.close();
      tiers.delete(tier);
    },

    /** Removes what any model has of a workspace. @returns whether nothing of it is left in the files. */
    async forget({ folder, workspace }: { folder: string; workspace: string }): Promise<boolean> {
      const erased = await erase({ folder, workspace, log });
      for (const [number] of of(folder)) at(number, (store) => store.refresh());
      return erased;
    },

    /** Bounds the file; 0 deletes it. */
    limit({ folder, maxBytes }: { folder: string; maxBytes: number }): void {
      for (const [number, tier] of of(folder)) {
        if (maxBytes === 0) {
          tier.store?.clear();
          tier.store = undefined;
        } else if (tier.store) tier.store.setMaxBytes(maxBytes);
        else begin(tier, maxBytes);
        report(number);
      }
      if (maxBytes === 0) removeDatabaseFile(folder, PAGES);
    },

    close(): void {
      for (const { store } of tiers.values()) store?.close();
      tiers.clear();
    },
  };
}
