/**
 * Where pages go when they leave the device: memory first, then disk. Each tier keeps what was used last.
 *
 *     put -> memory -(no room)-> overflow -(flush, while the engine is idle)-> disk -(no room)-> lost
 *     persist -----------------> wanted ---(flush, before all others)--------^
 *     get <- memory, overflow, wanted: the first that has it; memory keeps it again
 *     fetch -> disk -> arrived -(get)-> memory
 *
 * Nothing here waits for the disk: what only it has is asked for, comes, and is told of. What is volatile never goes there.
 */
import { LRUCache } from 'lru-cache';
import type { TierStatus } from '../../../protocol/status.ts';
import type { DiskTier } from '../../storage/pages/diskTier.ts';
import type { LoadedPages } from '../../storage/pages/loadedPages.ts';
import { isVolatile, type PageRecord, type SavedPage } from '../../storage/pages/pageRecord.ts';

export interface PageTiersOptions {
  ramBytes: number;
  disk?: DiskTier;
  /** Bytes that may wait for the disk in memory, half for {@link PageTiers.persist}, half for what memory had no room for. */
  queueBytes?: number;
}

const QUEUE_BYTES = 128 << 20;
/** Pages from the disk that nobody has taken yet. */
const ARRIVED_BYTES = 64 << 20;
/** The engine waits this long at its end for pages that are not on disk yet. */
const DISPOSE_MS = 500;

export class PageTiers {
  #ramBytes: number;
  readonly #queueBytes: number;
  readonly #disk: DiskTier | undefined;
  /**
   * The page is in no tier any more, and not because of `drop`. Called at the end of other methods, or when the disk says
   * so; it may call any itself. The disk has pages that nobody loaded yet: keys may be new to the listener.
   */
  onLost: (key: string) => void = () => {};
  /** A page that was asked for is there now, or known not to come. */
  onArrived: () => void = () => {};
  #ram: LRUCache<string, SavedPage>;
  readonly #overflow: LRUCache<string, SavedPage>;
  readonly #arrived: LRUCache<string, SavedPage>;
  readonly #wanted: LRUCache<string, SavedPage>;
  readonly #coming = new Set<string>();
  /** Has just left some tier. */
  readonly #left = new Set<string>();

  constructor(options: PageTiersOptions) {
    this.#ramBytes = options.ramBytes;
    this.#queueBytes = Math.floor((options.queueBytes ?? QUEUE_BYTES) / 2);
    this.#disk = options.disk;
    this.#ram = this.#memory();
    const left = ({ record }: SavedPage) => this.#left.add(record.key);
    this.#wanted = boundedPages(this.#queueBytes, left);
    this.#overflow = boundedPages(this.#queueBytes, left);
    this.#arrived = boundedPages(ARRIVED_BYTES, left);
    this.#disk?.listen((key) => {
      this.#left.add(key);
      this.#settle();
    });
  }

  /** Another bound for memory; what was used longest ago makes room. */
  setMemory(bytes: number): void {
    const oldestFirst = [...this.#ram.rvalues()].filter((saved) => saved !== undefined);
    this.#ramBytes = bytes;
    this.#ram = this.#memory();
    for (const saved of oldestFirst) if (!this.#keep(saved)) this.#pushOut(saved);
    this.#settle();
  }

  /**
   * Keeps a page that leaves the device. What has to make room waits for the disk, or is lost; so is the page itself when
   * it is too large. A key always stands for the same page: where a colder tier has it already it is not written again.
   */
  put(record: PageRecord, page: Uint8Array): void {
    const saved = { record, page };
    if (!this.#keep(saved)) this.#pushOut(saved);
    this.#settle();
  }

  /** A page exactly as it was put, where it is in memory. */
  get(key: string): Uint8Array | undefined {
    const near = this.#ram.get(key);
    if (near) {
      this.#disk?.touch(key);
      return near.page;
    }
    const found = this.#wanted.get(key) ?? this.#overflow.get(key) ?? this.#arrived.get(key);
    if (found && this.#keep(found)) this.#arrived.delete(key);
    this.#settle();
    return found?.page;
  }

  has(key: string): boolean {
    return this.near(key) || (this.#disk?.has(key) ?? false);
  }

  /** {@link get} has it now. */
  near(key: string): boolean {
    return this.#ram.has(key) || this.#wanted.has(key) || this.#overflow.has(key) || this.#arrived.has(key);
  }

  /** The page was asked for, and is on its way from the disk. */
  coming(key: string): boolean {
    return this.#coming.has(key);
  }

  /** Asks the disk for a page, unless it is in memory or coming already. */
  fetch(key: string): void {
    if (!this.#disk?.has(key) || this.near(key) || this.coming(key)) return;
    this.#coming.add(key);
    this.#disk.fetch(key).then((saved) => {
      // Whoever dropped the page meanwhile has dropped this too.
      if (!this.#coming.delete(key)) return;
      if (saved && !this.near(key)) this.#arrived.set(key, saved);
      this.#settle();
      this.onArrived();
    });
  }

  /** The page was used. Parents have to be touched after their children: they leave last then. */
  touch(key: string): void {
    this.#ram.get(key);
    this.#overflow.get(key);
    this.#disk?.touch(key);
  }

  /** Out of all tiers: it is wrong, or of no use any more. `keepDisk`: it stays where it is on disk, or waits for it. */
  drop(key: string, keepDisk = false): void {
    this.#coming.delete(key);
    if (keepDisk && this.persisted(key)) return;
    this.#arrived.delete(key);
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
    else if (this.#takes(record) && this.#wanted.calculatedSize + page.byteLength <= this.#queueBytes) {
      this.#overflow.delete(key);
      this.#wanted.set(key, { record, page });
    }
    return this.persisted(key);
  }

  /** On disk, or waiting for it. */
  persisted(key: string): boolean {
    return this.#wanted.has(key) || this.#overflow.has(key) || (this.#disk?.has(key) ?? false);
  }

  /**
   * Sends waiting pages to the disk, as many as it takes now.
   * @returns true when none is waiting, and none on its way.
   */
  send(): boolean {
    while (this.#disk?.ready && this.#sendNext());
    if (!this.#disk?.on) return true;
    return this.#disk.settled && this.#wanted.size === 0 && this.#overflow.size === 0;
  }

  /** As {@link send}, and has work done that can wait. Called again and again while the engine is idle, until it is true. */
  flush(): boolean {
    return this.send() && (this.#disk?.tidy() ?? true);
  }

  /** What the disk has of a workspace, parents before children. Resolves at once where there is no disk. */
  load(workspace: string): Promise<LoadedPages> | undefined {
    return this.#takes({ workspace }) ? this.#disk?.load(workspace) : undefined;
  }

  /**
   * Whatever is in memory of a workspace, or waits for the disk, goes, and what the disk is known to have of those. Each
   * page is reported as lost. The disk may have more: `SavedPages.forget` is called next.
   */
  forget(workspace: string): void {
    for (const pages of [this.#ram, this.#arrived, this.#wanted, this.#overflow]) {
      for (const { record } of [...pages.values()]) {
        if (record.workspace !== workspace) continue;
        this.drop(record.key);
        this.#left.add(record.key);
      }
    }
    this.#settle();
  }

  status(): { ram: TierStatus; disk: TierStatus } {
    return {
      ram: { pages: this.#ram.size, bytes: this.#ram.calculatedSize, limitBytes: this.#ramBytes },
      disk: this.#disk?.status ?? { pages: 0, bytes: 0, limitBytes: 0 },
    };
  }

  /** Sends what is waiting to the disk, which takes as much as it can in half a second, and lets go of everything. */
  dispose(): void {
    this.onLost = () => {};
    this.onArrived = () => {};
    const until = Date.now() + DISPOSE_MS;
    while (this.#disk?.on && this.#sendNext(until));
    this.#disk?.close();
    this.#coming.clear();
    for (const pages of [this.#ram, this.#overflow, this.#arrived, this.#wanted]) pages.clear();
  }

  #memory(): LRUCache<string, SavedPage> {
    return boundedPages(this.#ramBytes, (saved) => this.#pushOut(saved));
  }

  /** The disk may have the page. */
  #takes({ workspace }: Pick<PageRecord, 'workspace'>): boolean {
    return this.#disk?.on === true && !isVolatile(workspace);
  }

  /** False: the page is larger than all memory for pages. */
  #keep(saved: SavedPage): boolean {
    if (sizeOf(saved) > this.#ramBytes) return false;
    this.#ram.set(saved.record.key, saved);
    return true;
  }

  /** Finds a place for what memory has no room for. */
  #pushOut(saved: SavedPage): void {
    const { key } = saved.record;
    if (this.#takes(saved.record) && !this.persisted(key)) this.#overflow.set(key, saved);
    this.#left.add(key);
  }

  /** Reports what has no place any more: at the end, so that nothing is half done. */
  #settle(): void {
    for (const key of this.#left) {
      this.#left.delete(key);
      if (!this.has(key)) this.onLost(key);
    }
  }

  #unqueue(key: string): void {
    this.#overflow.delete(key);
    this.#wanted.delete(key);
  }

  /** Sends one page to the disk. False: none is waiting. */
  #sendNext(until?: number): boolean {
    const next = this.#wanted.rvalues().next().value ?? this.#overflow.rvalues().next().value;
    if (!next || !this.#disk) return false;
    const first = this.#firstAbove(next);
    const { key } = first.record;
    const keep = this.#ram.peek(key) !== undefined;
    this.#unqueue(key);
    this.#disk.put(first, { keep, ...(until === undefined ? {} : { until }) });
    return true;
  }

  /** After a restart a page is of use only behind its parents: those of them that are in memory are written before it. */
  #firstAbove(page: SavedPage): SavedPage {
    let first = page;
    for (let left = this.#wanted.size + this.#overflow.size + this.#ram.size; left > 0; left--) {
      const { parent } = first.record;
      if (parent === null || this.#disk?.has(parent)) break;
      const above = this.#wanted.peek(parent) ?? this.#overflow.peek(parent) ?? this.#ram.peek(parent);
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
