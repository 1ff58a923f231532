/**
 * Where pages go when they leave the device: memory first, then disk. Each tier keeps what was used last.
 *
 *     put -> memory -(no room)-> overflow -(flush, while the engine is idle)-> disk -(no room)-> lost
 *     persist -----------------> wanted ---(flush, before all others)--------^
 *     get <- memory, overflow, wanted, disk: the first that has it; memory keeps it again
 */
import { LRUCache } from 'lru-cache';
import type { TierStatus } from '../../../protocol/status.ts';
import { DiskTier } from './diskTier.ts';
import type { PageRecord, SavedPage } from './pageRecord.ts';
import type { TierLimits } from './strategy.ts';

export type { PageRecord } from './pageRecord.ts';

export interface PageTiersOptions {
  ramBytes: number;
  disk?: DiskTier;
  /** Bytes that may wait for the disk in memory, half for {@link PageTiers.persist}, half for what memory had no room for. */
  queueBytes?: number;
  /**
   * The page is in no tier any more, and not because of `drop` or `forget`. Called at the end of other methods; it may
   * call any itself. The disk has pages that nobody loaded yet: keys may be new to the listener.
   */
  onLost(key: string): void;
}

const QUEUE_BYTES = 128 << 20;
/** The engine waits this long at its end for pages that are not on disk yet. */
const DISPOSE_MS = 500;

export class PageTiers {
  #ramBytes: number;
  readonly #queueBytes: number;
  #disk: DiskTier | undefined;
  #onLost: (key: string) => void;
  #ram: LRUCache<string, SavedPage>;
  readonly #overflow: LRUCache<string, SavedPage>;
  readonly #wanted = new Map<string, SavedPage>();
  #wantedBytes = 0;
  /** Has just been pushed out of memory. */
  readonly #leaving: SavedPage[] = [];
  /** Has just left some tier. */
  readonly #left = new Set<string>();

  constructor(options: PageTiersOptions) {
    this.#ramBytes = options.ramBytes;
    this.#queueBytes = Math.floor((options.queueBytes ?? QUEUE_BYTES) / 2);
    this.#disk = options.disk;
    this.#onLost = options.onLost;
    this.#ram = this.#memory();
    this.#overflow = boundedPages(this.#queueBytes, ({ record }) => this.#left.add(record.key));
    this.#listen();
  }

  /** New bounds for memory and disk. A disk that is let go of keeps what it has. */
  setLimits({ ramBytes, disk }: TierLimits): void {
    if (disk && this.#disk?.on && this.#disk.folder === disk.folder) this.#disk.setLimit(disk.maxBytes);
    else {
      this.#leaveDisk();
      if (disk) this.#disk = new DiskTier(disk);
      this.#listen();
    }
    const oldestFirst = [...this.#ram.rvalues()].filter((saved) => saved !== undefined);
    this.#ramBytes = ramBytes;
    this.#ram = this.#memory();
    for (const saved of oldestFirst) if (!this.#keep(saved)) this.#leaving.push(saved);
    this.#settle();
  }

  /**
   * Keeps a page that leaves the device. What has to make room waits for the disk, or is lost; so is the page itself when
   * it is too large. A key always stands for the same page: where a colder tier has it already it is not written again.
   */
  put(record: PageRecord, page: Uint8Array): void {
    const saved = { record, page };
    if (!this.#keep(saved)) this.#leaving.push(saved);
    this.#settle();
  }

  /** A page exactly as it was put, wherever it is; synchronously. */
  get(key: string): Uint8Array | undefined {
    const near = this.#ram.get(key);
    if (near) {
      this.#disk?.touch(key);
      return near.page;
    }
    const found = this.#wanted.get(key) ?? this.#overflow.get(key) ?? this.#disk?.get(key);
    if (found) this.#keep(found);
    this.#settle();
    return found?.page;
  }

  has(key: string): boolean {
    return this.#ram.has(key) || this.persisted(key);
  }

  /** The page was used. Parents have to be touched after their children: they leave last then. */
  touch(key: string): void {
    this.#ram.get(key);
    this.#overflow.get(key);
    this.#disk?.touch(key);
  }

  /** Out of all tiers: it is wrong, or of no use any more. */
  drop(key: string): void {
    this.#ram.delete(key);
    this.#unqueue(key);
    this.#disk?.drop(key);
    this.#left.delete(key);
  }

  /**
   * Has a copy of a page written to disk, whatever memory does.
   * @returns false when it cannot be now: no disk, or too much is waiting for it already.
   */
  persist(record: PageRecord, page: Uint8Array): boolean {
    const { key } = record;
    if (this.#disk?.has(key)) this.#disk.touch(key);
    else if (this.#disk?.on && !this.#wanted.has(key) && this.#wantedBytes + page.byteLength <= this.#queueBytes) {
      this.#overflow.delete(key);
      this.#wanted.set(key, { record, page });
      this.#wantedBytes += page.byteLength;
    }
    return this.persisted(key);
  }

  /** On disk, or waiting for it. */
  persisted(key: string): boolean {
    return this.#wanted.has(key) || this.#overflow.has(key) || (this.#disk?.has(key) ?? false);
  }

  /**
   * Writes waiting pages for about `budgetMs`, at least one. Called only while the engine is idle.
   * @returns true when nothing is left to do.
   */
  flush(budgetMs: number): boolean {
    const end = performance.now() + budgetMs;
    while (this.#writeNext()) if (performance.now() >= end) return false;
    const done = this.#disk?.tidy(end) ?? true;
    this.#settle();
    return done;
  }

  /** What the disk has of a workspace, parents before children; to be called before any page of it is put. */
  load(workspace: string): PageRecord[] {
    const isKnown = (key: string) => this.#ram.has(key) || this.#wanted.has(key) || this.#overflow.has(key);
    const records = this.#disk?.load(workspace, isKnown) ?? [];
    this.#settle();
    return records;
  }

  /** Out of all tiers, at once: whatever there is of a workspace; on disk also that of other models. */
  forget(workspace: string): void {
    for (const pages of [this.#ram, this.#wanted, this.#overflow]) {
      for (const { record } of [...pages.values()]) {
        if (record.workspace !== workspace) continue;
        this.#ram.delete(record.key);
        this.#unqueue(record.key);
      }
    }
    this.#disk?.forget(workspace);
    this.#settle();
  }

  status(): { ram: TierStatus; disk: TierStatus } {
    return {
      ram: { pages: this.#ram.size, bytes: this.#ram.calculatedSize, limitBytes: this.#ramBytes },
      disk: this.#disk?.status() ?? { pages: 0, bytes: 0, limitBytes: 0 },
    };
  }

  /** Writes what is waiting, as far as it goes in half a second, and lets go of everything. Nothing is lost by that. */
  dispose(): void {
    this.#onLost = () => {};
    this.flush(DISPOSE_MS);
    this.#leaveDisk();
    this.#ram.clear();
  }

  #memory(): LRUCache<string, SavedPage> {
    return boundedPages(this.#ramBytes, (saved) => this.#leaving.push(saved));
  }

  #listen(): void {
    this.#disk?.listen((key) => this.#left.add(key));
  }

  #leaveDisk(): void {
    for (const keys of [this.#wanted.keys(), this.#overflow.keys(), this.#disk?.keys() ?? []]) {
      for (const key of keys) this.#left.add(key);
    }
    this.#disk?.close();
    this.#disk = undefined;
    this.#overflow.clear();
    this.#wanted.clear();
    this.#wantedBytes = 0;
  }

  /** False: the page is larger than all memory for pages. */
  #keep(saved: SavedPage): boolean {
    if (sizeOf(saved) > this.#ramBytes) return false;
    this.#ram.set(saved.record.key, saved);
    return true;
  }

  /** Finds a place for what was pushed out of memory; only then reports what has none, so that nothing is half done. */
  #settle(): void {
    for (const saved of this.#leaving.splice(0)) {
      const { key } = saved.record;
      if (this.#disk?.on && !this.persisted(key) && sizeOf(saved) <= this.#queueBytes) this.#overflow.set(key, saved);
      this.#left.add(key);
    }
    for (const key of this.#left) {
      this.#left.delete(key);
      if (!this.has(key)) this.#onLost(key);
    }
  }

  #unqueue(key: string): void {
    this.#overflow.delete(key);
    this.#wantedBytes -= this.#wanted.get(key)?.page.byteLength ?? 0;
    this.#wanted.delete(key);
  }

  /** Writes one page. False: none is waiting. */
  #writeNext(): boolean {
    const next = this.#wanted.values().next().value ?? this.#overflow.rvalues().next().value;
    if (!next || !this.#disk) return false;
    const first = this.#firstAbove(next);
    const written = this.#disk.put(first);
    for (const { record } of written ? [first] : [first, next]) {
      this.#unqueue(record.key);
      this.#left.add(record.key);
    }
    this.#settle();
    return true;
  }

  /** After a restart a page is of use only behind its parents: those of them that are in memory are written before it. */
  #firstAbove(page: SavedPage): SavedPage {
    let first = page;
    for (let left = this.#wanted.size + this.#overflow.size + this.#ram.size; left > 0; left--) {
      const { parent } = first.record;
      if (parent === null || this.#disk?.has(parent)) break;
      const above = this.#wanted.get(parent) ?? this.#overflow.peek(parent) ?? this.#ram.peek(parent);
      if (!above) break;
      first = above;
    }
    return first;
  }
}

/** The least recently used pages go to `onEvicted`, once the change that pushed them out is complete. */
function boundedPages(bytes: number, onEvicted: (saved: SavedPage) => void): LRUCache<string, SavedPage> {
  return new LRUCache({
    maxSize: Math.max(1, bytes),
    sizeCalculation: sizeOf,
    disposeAfter: (saved, _key, reason) => {
      if (reason === 'evict') onEvicted(saved);
    },
  });
}

/** `lru-cache` takes no entry of size 0. */
function sizeOf({ page }: SavedPage): number {
  return Math.max(1, page.byteLength);
}
