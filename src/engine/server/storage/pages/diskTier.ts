/**
 * Saved pages on disk as the engine's thread sees them: which it knows to be there, and calls to the storage thread for
 * all else. Nothing here waits for the disk, and whatever is in doubt is a miss.
 */
import type { TierStatus } from '../../../protocol/status.ts';
import { whole } from '../messages.ts';
import type { Storage } from '../storage.ts';
import { LoadedPages } from './loadedPages.ts';
import type { SavedPage } from './pageRecord.ts';

export interface DiskTierOptions {
  /** Its number for the storage thread. */
  tier: number;
  /** Undefined: it is off until it has one. */
  folder: string | undefined;
  model: string;
  /** 0: it is off until that is changed. */
  maxBytes: number;
}

/**
 * Bytes that may be on their way to the disk. Little: compressing them takes a core from a model that begins to compute
 * meanwhile.
 */
const ON_THE_WAY = 2 << 20;
/** Uses and drops are sent together. */
const MARKS = 256;

const OFF: TierStatus = { pages: 0, bytes: 0, limitBytes: 0 };

export class DiskTier {
  readonly #storage: Storage;
  readonly #tier: number;
  readonly #model: string;
  readonly #onClosed: () => void;
  #folder: string | undefined;
  /** Pages that are there, or on their way. The disk may have others, of workspaces that were not loaded yet. */
  readonly #known = new Set<string>();
  /** By key, in the order of use: false where the page is to be removed. */
  readonly #marks = new Map<string, boolean>();
  #status = OFF;
  #onTheWay = 0;
  #tidying: 'running' | 'done' | undefined;
  #onGone: (key: string) => void = () => {};

  constructor(storage: Storage, { tier, folder, model, maxBytes }: DiskTierOptions, onClosed: () => void) {
    this.#storage = storage;
    this.#tier = tier;
    this.#model = model;
    this.#onClosed = onClosed;
    this.moveTo(folder, maxBytes);
  }

  /** Its pages are in another folder from now on; undefined: nowhere. What it had stays where it was. */
  moveTo(folder: string | undefined, maxBytes: number): void {
    this.#leave();
    if (folder === undefined) return;
    this.#folder = folder;
    this.#open(folder, maxBytes);
  }

  /**
   * The storage thread has ended. What it had written is there, and the next thread has it; what was on its way is lost,
   * and whoever sent it hears so. Where there is no next thread the tier is off.
   */
  resume(maxBytes: number): void {
    this.#marks.clear();
    if (this.#folder === undefined) return;
    if (this.#storage.on) this.#open(this.#folder, maxBytes);
    else this.#end();
  }

  get on(): boolean {
    return this.#status.limitBytes > 0;
  }

  /** Pages and bytes of this model, bound of all, as they were told last. */
  get status(): TierStatus {
    return this.#status;
  }

  /** @param onGone hears of each page that left the disk otherwise than by {@link drop}. */
  listen(onGone: (key: string) => void): void {
    this.#onGone = onGone;
  }

  has(key: string): boolean {
    return this.#known.has(key);
  }

  /** Whether nothing is on its way to the disk. */
  get settled(): boolean {
    return this.#onTheWay === 0;
  }

  /** Whether {@link put} takes another page now. */
  get ready(): boolean {
    return this.on && this.#onTheWay < ON_THE_WAY;
  }

  /**
   * Sends a page to the disk; it counts as there until that is known to be false.
   * @param keep the page stays with the caller; otherwise its bytes are gone from this thread.
   * @param until by `Date.now()`: after that it is not written.
   */
  put({ record, page }: SavedPage, { keep, until }: { keep: boolean; until?: number }): void {
    if (!this.on) return;
    this.#sendMarks();
    this.#known.add(record.key);
    const bytes = keep ? new Uint8Array(page) : whole(page);
    const { byteLength } = bytes;
    const params = { tier: this.#tier, saved: { record, page: bytes }, ...(until === undefined ? {} : { until }) };
    this.#onTheWay += byteLength;
    this.#storage
      .call('pages', 'put', params, [bytes.buffer])
      .catch(() => false)
      .then((written) => {
        this.#onTheWay -= byteLength;
        if (!written) this.#left(record.key);
      });
  }

  /** A page exactly as it was put. Undefined also when it cannot be read as such; then it is gone. */
  async fetch(key: string): Promise<SavedPage | undefined> {
    if (!this.has(key)) return undefined;
    const found = await this.#storage.call('pages', 'fetch', { tier: this.#tier, key }).catch(() => undefined);
    if (!found) this.#left(key);
    return found;
  }

  /** The page was used now. */
  touch(key: string): void {
    if (this.has(key)) this.#mark(key, true);
  }

  drop(key: string): void {
    if (this.#known.delete(key)) this.#mark(key, false);
  }

  /** What the disk has of a workspace, parents before children, each called what it spells. */
  async load(workspace: string): Promise<LoadedPages> {
    this.#sendMarks();
    const none = { keys: [], parents: new Int32Array(), ends: new Int32Array(), tokens: new Int32Array() };
    const asked = this.on ? this.#storage.call('pages', 'load', { tier: this.#tier, workspace }) : none;
    const loaded = new LoadedPages(workspace, await Promise.resolve(asked).catch(() => none));
    if (this.on) for (const key of loaded.keys) if (this.#marks.get(key) !== false) this.#known.add(key);
    return loaded;
  }

  /** Has work done that can wait. Called until it says that nothing is left; then it begins anew. */
  tidy(): boolean {
    const { on } = this;
    if (!on || this.#tidying === 'done') {
      this.#tidying = undefined;
      return true;
    }
    if (this.#tidying) return false;
    this.#sendMarks();
    this.#tidying = 'running';
    this.#storage
      .call('pages', 'tidy', { tier: this.#tier })
      .catch(() => undefined)
      .then(() => {
        this.#tidying = 'done';
      });
    return false;
  }

  /** The storage thread says what became of the tier. */
  report(status: TierStatus, gone: readonly string[]): void {
    if (this.#folder === undefined) return; // it was told before the tier left
    this.#status = status;
    for (const key of gone) this.#left(key);
    if (!this.on) this.#forgetAll();
  }

  close(): void {
    this.#onGone = () => {};
    this.#leave();
    this.#onClosed();
  }

  #leave(): void {
    if (this.#folder === undefined) return;
    this.#sendMarks();
    this.#storage.send('pages', 'leave', { tier: this.#tier });
    this.#end();
    this.#folder = undefined;
  }

  #open(folder: string, maxBytes: number): void {
    this.#status = { ...this.#status, limitBytes: this.#storage.on ? maxBytes : 0 };
    this.#storage.send('pages', 'open', { tier: this.#tier, folder, model: this.#model, maxBytes });
  }

  #end(): void {
    this.report(OFF, []);
  }

  #forgetAll(): void {
    this.#marks.clear();
    for (const key of [...this.#known]) this.#left(key);
  }

  #left(key: string): void {
    if (this.#known.delete(key)) this.#onGone(key);
  }

  #mark(key: string, used: boolean): void {
    this.#marks.delete(key);
    this.#marks.set(key, used);
    if (this.#marks.size >= MARKS) this.#sendMarks();
  }

  #sendMarks(): void {
    if (this.#marks.size === 0) return;
    const marks = [...this.#marks];
    this.#marks.clear();
    const keys = (which: boolean) => marks.filter(([, used]) => used === which).map(([key]) => key);
    this.#storage.send('pages', 'mark', { tier: this.#tier, used: keys(true), removed: keys(false) });
  }
}
