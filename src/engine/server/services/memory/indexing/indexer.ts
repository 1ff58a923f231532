/**
 * Keeps the stored summaries of one folder up to date: files, then the folders that they are in, then the workspace.
 *
 *     scan (stat only) -> what is private goes at once -> files, nearest first, a transaction each -> what is gone -> folders
 *
 * Every step leaves the store whole: where the process ends in between, the next scan finds what is left to do.
 * It shares its thread: between slices of some milliseconds the event loop turns, so that searches are answered.
 * Where the memory is off none of this is made, and its store is not opened: {@link INDEXING_OFF} is all there is to say.
 */
import type { MemoryIndexing } from '../../../../protocol/index.ts';
import { isIndexable } from '../../workspaceFiles/folder.ts';
import { FolderPrivacy } from '../../workspaceFiles/folderPrivacy.ts';
import type { Store } from '../items.ts';
import { BUDGET, Budget, type BudgetLimits } from './budget.ts';
import { Files } from './files.ts';
import { FileTree } from './fileTree.ts';
import { FolderItems } from './folderItems.ts';
import { Head } from './head.ts';
import { type IndexerOptions, WAITS } from './options.ts';
import { Pace } from './pace.ts';
import { outdateAll } from './version.ts';

export const INDEXING_OFF: MemoryIndexing = {
  state: 'off',
  done: 0,
  total: 0,
  busyMs: 0,
  budgetMs: BUDGET.ms,
  modelTokens: 0,
  modelTokenBudget: BUDGET.modelTokens,
  waits: null,
};

const HEAD_MS = 3_000;
const PROGRESS_MS = 100;
const PAUSED = 'indexing:paused';

export class Indexer {
  readonly #options: IndexerOptions;
  readonly #store: Store;
  readonly #tree: FileTree;
  readonly #files: Files;
  readonly #folders: FolderItems;
  readonly #budget: Budget;
  readonly #pace: Pace;
  readonly #head: Head;
  readonly #timer: NodeJS.Timeout | undefined;
  /** To be looked at, the next one first. */
  #queue = new Set<string>();
  #unscanned = false;
  /** All files were looked at since the folders were. */
  #isWhole = false;
  #isRestored = false;
  #total = 0;
  /** Since the latest start; for people. */
  #trouble: string | undefined;
  #beyondBudget = false;
  #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isDisposed = false;
  #told = 0;
  /** Files, in the run that goes on. */
  #read = 0;
  #removed = 0;

  /** Reads nothing and writes nothing of the folder until it is told to. */
  constructor(options: IndexerOptions) {
    const { folder, store, summariser, headMs = HEAD_MS } = options;
    this.#options = options;
    this.#store = store;
    outdateAll(store);
    this.#tree = new FileTree(store.files());
    this.#pace = new Pace(options);
    const rest = () => this.#rest();
    const shared = { folder, store, summariser, tree: this.#tree, privacy: new FolderPrivacy(folder), rest };
    this.#files = new Files({
      ...shared,
      more: () => performance.now() < this.#pace.end,
      written: (ids) => {
        this.#read++;
        options.written?.(ids);
      },
      removed: (count) => {
        this.#removed += count;
      },
      failed: (file, name) => options.log?.('warn', `${file} has no summary: ${name}.`),
    });
    this.#folders = new FolderItems(shared);
    this.#budget = new Budget(store, options.now ?? Date.now, options.budget);
    this.#head = new Head(folder);
    if (headMs > 0) this.#timer = setInterval(() => void this.#look(), headMs).unref();
  }

  get status(): MemoryIndexing {
    const { today, limits } = this.#budget;
    const left = this.#queue.size + this.#files.gone;
    return {
      state: this.#isPaused ? 'paused' : this.#running ? 'running' : 'idle',
      done: Math.max(0, this.#total - left),
      total: Math.max(this.#total, left),
      busyMs: Math.round(today.ms),
      budgetMs: limits.ms,
      modelTokens: today.modelTokens,
      modelTokenBudget: limits.modelTokens,
      waits: this.#waits,
    };
  }

  /** Files changed, or any may have (undefined): they are looked at in the background. Paths relative to the folder, with '/'. */
  changed(paths: readonly string[] | undefined): void {
    if (paths === undefined || paths.some((file) => /(?:^|\/)\.gitignore$/.test(file))) this.#unscanned = true;
    if (paths) this.#queue = new Set([...paths.filter(isIndexable), ...this.#queue]);
    this.#start();
  }

  /**
   * Brings everything up to date, and resolves when it is, or when it is paused, cancelled or out of budget.
   * @param beyondBudget a person asked for it and waits: today's time is no limit.
   * @throws Error where the store fails.
   */
  async index({
    signal,
    beyondBudget = false,
  }: {
    signal?: AbortSignal;
    beyondBudget?: boolean;
  } = {}): Promise<MemoryIndexing> {
    if (signal?.aborted) return this.status;
    const cancel = () => this.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.#beyondBudget ||= beyondBudget;
      this.#unscanned = true;
      this.#start();
      do await this.#running;
      while (this.#running && this.#unscanned);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    return this.status;
  }

  /** It may take so much on a day from now on, today included. */
  setBudget(limits: BudgetLimits): void {
    this.#budget.limits = limits;
    if (this.#hasWork && this.#canGoOn) this.#start();
    this.#tell();
  }

  /** The file in hand is let go of. It begins anew when something changes, or when it is asked to. */
  cancel(): void {
    this.#stop.abort();
  }

  /** Kept in the store. What has become private is removed nevertheless. */
  pause(paused: boolean): MemoryIndexing {
    this.#store.setValue(PAUSED, paused ? '1' : undefined);
    if (!paused && this.#hasWork) this.#start();
    this.#tell();
    return this.status;
  }

  /** Ends it; the store may be closed when this resolves. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running?.catch(() => undefined);
  }

  get #isPaused(): boolean {
    return this.#store.value(PAUSED) !== undefined;
  }

  get #isSpent(): boolean {
    return this.#budget.isSpent && !this.#beyondBudget;
  }

  get #canGoOn(): boolean {
    return this.#unscanned || (this.#queue.size > 0 && !this.#isPaused && !this.#isSpent);
  }

  get #hasWork(): boolean {
    return this.#unscanned || this.#queue.size > 0 || this.#files.gone > 0 || this.#tree.touched.length > 0;
  }

  get #waits(): string | null {
    if (this.#trouble !== undefined) return this.#trouble;
    if (this.#pace.waiting) return WAITS.busy;
    if (!this.#isSpent || this.#queue.size + this.#files.gone === 0) return null;
    return WAITS.budget(this.#budget.limits.ms);
  }

  /** At intervals. */
  async #look(): Promise<void> {
    if (await this.#head.moved()) this.changed(undefined);
    // Another day has another budget.
    else if (this.#queue.size > 0 && !this.#isPaused && !this.#isSpent) this.#start();
  }

  #start(): void {
    if (this.#isDisposed || this.#running) return;
    this.#stop = new AbortController();
    this.#trouble = undefined;
    const { signal } = this.#stop;
    this.#running = this.#run(signal).finally(() => {
      this.#running = undefined;
      if (this.#isDisposed) return;
      // It was told of more when it had just decided to end.
      if (!signal.aborted && this.#trouble === undefined && this.#canGoOn) this.#start();
      else this.#beyondBudget = false;
      this.#tell();
    });
    // Who asked for it hears of it; others read it in the status.
    this.#running.catch(() => undefined);
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#pace.begin();
    try {
      while (await this.#step(signal)) this.#tell(PROGRESS_MS);
    } catch (error) {
      // What was in hand is found again.
      this.#queue.clear();
      this.#files.forgetGone();
      this.#unscanned = true;
      if (signal.aborted) return;
      this.#trouble = WAITS.failed(error);
      throw error;
    } finally {
      this.#budget.spend(this.#pace.take());
      this.#budget.save();
      if (this.#read + this.#removed > 0) this.#options.indexed?.(this.#read, this.#removed);
      this.#read = 0;
      this.#removed = 0;
    }
  }

  /** @returns whether there may be more to do. */
  async #step(signal: AbortSignal): Promise<boolean> {
    await this.#rest();
    if (!this.#isRestored) await this.#files.restore();
    this.#isRestored = true;
    if (this.#unscanned) return this.#scan(signal);
    if (this.#isPaused || this.#isSpent) return false;
    const [file] = this.#queue;
    if (file !== undefined) {
      // Before it is looked at: it may change again meanwhile.
      this.#queue.delete(file);
      const tokens = await this.#files.lookAt(file, { modelTokens: this.#budget.modelTokensLeft, signal });
      if (tokens === undefined) this.#unscanned = true;
      this.#budget.spend(this.#pace.take(), tokens);
      return true;
    }
    if (this.#files.gone > 0) {
      this.#files.removeGone();
      return true;
    }
    return this.#refreshFolders(this.#isWhole, () => this.#queue.size > 0 || this.#unscanned || this.#isPaused);
  }

  /** @throws the reason why it was stopped. */
  async #rest(): Promise<void> {
    await this.#pace.next(this.#stop.signal, () => this.#tell());
  }

  async #scan(signal: AbortSignal): Promise<boolean> {
    // First: what changes while it scans is for the next one.
    this.#unscanned = false;
    if (this.#timer) await this.#head.moved();
    const found = await this.#files.scan(this.#options.near?.() ?? [], signal);
    if (found === undefined) {
      this.#trouble = WAITS.unread;
      return false;
    }
    // What was said of private files may be part of what is said of their folders.
    if (found.closed.length > 0) await this.#refreshFolders(false, () => false);
    this.#total = found.files;
    this.#isWhole = true;
    this.#queue = new Set([...this.#queue, ...found.changed]);
    return true;
  }

  /** @param ends says that something else is to be done first. @returns whether it was. */
  async #refreshFolders(whole: boolean, ends: () => boolean): Promise<boolean> {
    for await (const put of this.#folders.refresh(whole)) {
      if (put.length > 0) this.#options.written?.(put);
      await this.#rest();
      if (ends()) return true;
    }
    if (whole) this.#isWhole = false;
    return ends();
  }

  /** @param apart tells only where this long has gone by since it was told last. */
  #tell(apart = 0): void {
    const now = performance.now();
    if (now - this.#told < apart) return;
    this.#told = now;
    this.#options.progress?.(this.status);
  }
}
