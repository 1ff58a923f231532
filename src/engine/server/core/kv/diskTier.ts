/**
 * Saved pages on disk, compressed, bounded in bytes over all models. The one file may be open in other engines and for
 * other models too. Whatever is in doubt is a miss; after lasting or repeated errors the tier turns itself off.
 */
import type { TierStatus } from '../../../protocol/status.ts';
import { GuardedTable } from './guardedTable.ts';
import { packPage, packTokens, unpackPage, unpackTokens } from './pageCodec.ts';
import type { Log } from './pageFile.ts';
import { below, familiesOf, type PageRecord, type SavedPage } from './pageRecord.ts';
import type { ModelKey, PageTable } from './pageTable.ts';

export interface DiskTierOptions {
  /** Of this tier alone; made where it is missing. */
  folder: string;
  /** Stands for the model and the cache's layout: pages of another are never seen, but count for the bound. */
  model: string;
  maxBytes: number;
  log: Log;
}

/** Last uses wait this long for a page that is written anyway, then they are written for themselves. */
const PENDING_MS = 30_000;
const PENDING_STEP = 256;

/** In place of a last use: the page is to be removed. */
const REMOVED = 0;

export class DiskTier {
  #options: DiskTierOptions;
  readonly #table: GuardedTable;
  #keys = new Set<string>();
  /** Last uses and removals that are not in the file yet, so that neither costs a write of its own. */
  readonly #pending = new Map<string, number>();
  #pendingSince = 0;
  #onGone: (key: string) => void = () => {};
  readonly #gone: string[] = [];
  /** Of the file, when `#keys` was last read from it. */
  #version: number | undefined;
  /** The file is larger than it need be. */
  #shrinking = false;

  /** Never throws: where no file can be had the tier is off, and the log says why. */
  constructor(options: DiskTierOptions) {
    this.#options = options;
    this.#table = new GuardedTable({
      ...options,
      onOff: () => {
        this.#gone.push(...this.#keys);
        this.#keys.clear();
        this.#pending.clear();
      },
    });
    this.#table.write((table) => this.#makeRoom(table));
    this.#refresh();
    const space = this.#table.attempt((table) => table.space());
    this.#shrinking = space !== undefined && space.free > space.all / 2;
  }

  get on(): boolean {
    return this.#table.on;
  }

  /** @param onGone hears of each page that left the disk otherwise than by {@link drop} or {@link forget}. */
  listen(onGone: (key: string) => void): void {
    this.#onGone = onGone;
  }

  get folder(): string {
    return this.#options.folder;
  }

  keys(): Iterable<string> {
    return this.#keys;
  }

  /** What was used longest ago makes room at once; the file itself shrinks in {@link tidy}. */
  setLimit(maxBytes: number): void {
    this.#options = { ...this.#options, maxBytes };
    const removed = this.#table.write((table) => this.#makeRoom(table));
    this.#shrinking ||= (removed?.length ?? 0) > 0;
    this.#left(removed ?? []);
    this.#report();
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** A page exactly as it was put. Undefined also when it cannot be read as such; then it is gone. */
  get(key: string): SavedPage | undefined {
    if (!this.has(key)) return undefined;
    const row = this.#table.attempt((table) => table.find(key));
    const page = row && unpackPage(row, row.size);
    const tokens = row && unpackTokens(row.tokens);
    if (page && tokens) {
      this.touch(key);
      return { record: { key, parent: row.parent, workspace: row.workspace, tokens }, page };
    }
    this.#lose(key);
    this.#report();
    return undefined;
  }

  /** Writes a page; the least recently used ones without children make room. False: it is not there afterwards. */
  put({ record, page }: SavedPage): boolean {
    if (!this.on) return false;
    const { key, parent, workspace } = record;
    const tokens = packTokens(record.tokens);
    const { codec, blob } = packPage(page);
    const bytes = blob.byteLength + tokens.byteLength;
    if (bytes > this.#options.maxBytes) return false;
    this.#writePending();
    const removed = this.#table.write((table) => {
      table.remove(key);
      table.insert({ key, parent, workspace, tokens, codec, size: page.byteLength, bytes, used: now() }, blob);
      return this.#makeRoom(table);
    });
    if (removed) {
      this.#keys.add(key);
      this.#pending.delete(key);
      this.#left(removed);
    }
    this.#report();
    return this.has(key);
  }

  /** The page was used now. */
  touch(key: string): void {
    if (this.has(key)) this.#later(key, now());
  }

  drop(key: string): void {
    if (this.#keys.delete(key)) this.#later(key, REMOVED);
  }

  /**
   * The pages of a workspace, parents before children. What no unbroken line leads to is dropped, unless the line begins
   * at a page that `isKnown` elsewhere.
   */
  load(workspace: string, isKnown: (key: string) => boolean): PageRecord[] {
    this.#refresh();
    const rows = this.#table.attempt((table) => table.list(workspace)) ?? [];
    const orphans = new Set(rows.map((row) => row.key));
    const whole = rows.flatMap(({ key, parent, tokens: blob }) => {
      const tokens = unpackTokens(blob);
      return tokens && this.has(key) ? [{ key, parent, workspace, tokens }] : [];
    });
    const families = familiesOf(whole);
    const records = below(families, null);
    for (const { key } of records) orphans.delete(key);
    for (const [start, children] of families) {
      if (start === null || !isKnown(start) || !children.some(({ key }) => orphans.has(key))) continue;
      for (const { key } of below(families, start)) orphans.delete(key);
    }
    for (const key of orphans) this.#lose(key);
    this.#report();
    return records;
  }

  /** Removes, at once, what any model has of a workspace; the space is given back by {@link tidy}. */
  forget(workspace: string): void {
    const removed = this.#table.write((table) => table.removeWorkspace(workspace));
    if (!removed && this.on) this.#options.log('warn', 'The saved pages of a workspace could not be removed now.');
    for (const { model, key } of removed ?? []) if (model === this.#options.model) this.#keys.delete(key);
    this.#shrinking ||= (removed?.length ?? 0) > 0;
    this.#report();
  }

  /** Work that can wait, until `end` (by `performance.now()`). True: nothing is left. */
  tidy(end: number): boolean {
    this.#refresh();
    this.#report();
    const due = performance.now() - this.#pendingSince > PENDING_MS;
    while (due && this.#pending.size > 0) {
      if (performance.now() >= end) return false;
      if (!this.#writePending()) return true;
    }
    while (this.#shrinking) {
      if (performance.now() >= end) return false;
      this.#shrinking = (this.#table.attempt((table) => table.vacuum()) ?? 0) > 0;
    }
    return true;
  }

  /** Pages and bytes of this model, bound of all. */
  status(): TierStatus {
    const totals = this.#table.attempt((table) => table.totals()) ?? { pages: 0, bytes: 0 };
    return { ...totals, limitBytes: this.on ? this.#options.maxBytes : 0 };
  }

  close(): void {
    while (this.#pending.size > 0 && this.#writePending());
    this.#table.close();
    this.#keys.clear();
  }

  #makeRoom(table: PageTable): ModelKey[] {
    const removed: ModelKey[] = [];
    while (table.totalBytes() > this.#options.maxBytes) {
      const leaf = table.oldestLeaf();
      if (!leaf) break;
      table.remove(leaf.key, leaf.model);
      removed.push(leaf);
    }
    return removed;
  }

  /** Takes note of what others wrote and removed. */
  #refresh(): void {
    const version = this.#table.attempt((table) => table.dataVersion());
    if (version === undefined || version === this.#version) return;
    const keys = this.#table.attempt((table) => table.keys());
    if (!keys) return;
    for (const [key, used] of this.#pending) if (used === REMOVED) keys.delete(key);
    for (const key of this.#keys) if (!keys.has(key)) this.#gone.push(key);
    this.#keys = keys;
    this.#version = version;
  }

  #lose(key: string): void {
    if (!this.#keys.has(key)) return;
    this.drop(key);
    this.#gone.push(key);
  }

  #left(removed: ModelKey[]): void {
    for (const { model, key } of removed) {
      if (model === this.#options.model && this.#keys.delete(key)) this.#gone.push(key);
    }
  }

  #report(): void {
    for (const key of this.#gone.splice(0)) this.#onGone(key);
  }

  #later(key: string, used: number): void {
    if (this.#pending.size === 0) this.#pendingSince = performance.now();
    this.#pending.set(key, used);
  }

  #writePending(): boolean {
    if (this.#pending.size === 0) return true;
    const some = [...this.#pending].slice(0, PENDING_STEP);
    const written = this.#table.write((table) => {
      for (const [key, used] of some) {
        if (used === REMOVED) table.remove(key);
        else table.touch(key, used);
      }
      return true;
    });
    if (written) for (const [key] of some) this.#pending.delete(key);
    return written ?? false;
  }
}

let latest = 0;

/** Microseconds since 1970, never the same twice: an order also between the tiers of several models. */
function now(): number {
  latest = Math.max(latest + 1, Date.now() * 1000);
  return latest;
}
