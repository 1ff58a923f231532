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
import type { IndexedFile, Store, Summariser } from '../items.ts';
import { BUDGET, Budget, type BudgetLimits } from './budget.ts';
import { FileItems, type FileUpdate, notesName } from './fileItems.ts';
import { readFile } from './fileReader.ts';
import { FileTree, parentOf } from './fileTree.ts';
import { FolderItems } from './folderItems.ts';
import { Gone } from './gone.ts';
import { Head } from './head.ts';
import { Pace, type PaceOptions } from './pace.ts';
import { look, scan } from './scan.ts';
import { outdateAll } from './version.ts';

export interface IndexerOptions extends PaceOptions {
  /** Absolute. */
  folder: string;
  /** Open until {@link Indexer.dispose} has ended. */
  store: Store;
  summariser: Summariser;
  /** Paths of open documents: what lies nearest to them is read first. */
  near?: () => readonly string[];
  /** These items have another text than before, and no vector of it. */
  written?: (ids: readonly number[]) => void;
  /** Told now and then while it runs, and at its end. */
  progress?: (indexing: MemoryIndexing) => void;
  log?: (level: 'warn', text: string) => void;
  /** Milliseconds since 1970. */
  now?: () => number;
  budget?: BudgetLimits;
  /** How often it is looked whether the repository is on another commit; 0: never. */
  headMs?: number;
}

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
/** Files whose items go in one transaction. */
const REMOVED_TOGETHER = 16;
const PAUSED = 'indexing:paused';

const WAITS = {
  busy: 'A suggestion or an answer comes first.',
  unread: 'The folder cannot be read.',
};

export class Indexer {
  readonly #options: IndexerOptions;
  readonly #store: Store;
  readonly #tree: FileTree;
  readonly #privacy: FolderPrivacy;
  readonly #items: FileItems;
  readonly #folders: FolderItems;
  readonly #budget: Budget;
  readonly #pace: Pace;
  readonly #head: Head;
  readonly #gone = new Gone();
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

  /** Reads nothing and writes nothing of the folder until it is told to. */
  constructor(options: IndexerOptions) {
    const { folder, store, summariser, headMs = HEAD_MS } = options;
    this.#options = options;
    this.#store = store;
    outdateAll(store);
    this.#tree = new FileTree(store.files());
    this.#privacy = new FolderPrivacy(folder);
    this.#items = new FileItems(store);
    this.#folders = new FolderItems({ folder, store, summariser, tree: this.#tree, privacy: this.#privacy });
    this.#budget = new Budget(store, options.now ?? Date.now, options.budget);
    this.#pace = new Pace(options);
    this.#head = new Head(folder);
    if (headMs > 0) this.#timer = setInterval(() => void this.#look(), headMs).unref();
  }

  get status(): MemoryIndexing {
    const { today, limits } = this.#budget;
    const left = this.#queue.size + this.#gone.size;
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
      await this.#running;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
    return this.status;
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

  get #hasWork(): boolean {
    return this.#unscanned || this.#queue.size > 0 || this.#gone.size > 0 || this.#tree.touched.length > 0;
  }

  get #waits(): string | null {
    if (this.#trouble !== undefined) return this.#trouble;
    if (this.#pace.waiting) return WAITS.busy;
    if (!this.#isSpent || this.#queue.size + this.#gone.size === 0) return null;
    return `Today's ${minutes(this.#budget.limits.ms)} for reading files are used up: it goes on tomorrow, or when you start it.`;
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
    this.#running = this.#run(this.#stop.signal).finally(() => {
      this.#running = undefined;
      this.#beyondBudget = false;
      if (!this.#isDisposed) this.#tell();
    });
    // Who asked for it hears of it; others read it in the status.
    this.#running.catch(() => undefined);
  }

  async #run(signal: AbortSignal): Promise<void> {
    this.#pace.begin();
    try {
      while (await this.#step(signal)) this.#tell(PROGRESS_MS);
    } catch (error) {
      if (!signal.aborted) {
        this.#trouble = `It stopped: ${error instanceof Error ? error.message : String(error)}.`;
        throw error;
      }
      this.#queue.clear();
      this.#gone.clear();
      this.#unscanned = true;
    } finally {
      this.#budget.spend(this.#pace.take());
    }
  }

  /** @returns whether there may be more to do. */
  async #step(signal: AbortSignal): Promise<boolean> {
    await this.#rest(signal);
    if (!this.#isRestored) await this.#restore(signal);
    if (this.#unscanned) return this.#scan(signal);
    if (this.#isPaused || this.#isSpent) return false;
    const [file] = this.#queue;
    if (file !== undefined) {
      // Before it is looked at: it may change again meanwhile.
      this.#queue.delete(file);
      await this.#lookAt(file, signal);
      return true;
    }
    if (this.#gone.size > 0) {
      this.#remove(this.#gone.some(REMOVED_TOGETHER));
      return true;
    }
    return this.#refreshFolders(signal, this.#isWhole, () => this.#queue.size > 0 || this.#unscanned || this.#isPaused);
  }

  async #rest(signal: AbortSignal): Promise<void> {
    await this.#pace.next(signal, () => this.#tell());
  }

  /** A summariser of a new process knows nothing of files that it is not asked about. */
  async #restore(signal: AbortSignal): Promise<void> {
    const { summariser } = this.#options;
    for (const file of summariser.restore ? [...this.#tree.paths] : []) {
      await this.#rest(signal);
      const notes = this.#store.value(notesName(file));
      if (notes !== undefined) summariser.restore?.(file, notes);
    }
    this.#isRestored = true;
  }

  async #scan(signal: AbortSignal): Promise<boolean> {
    // First: what changes while it scans is for the next one.
    this.#unscanned = false;
    const near = this.#options.near?.() ?? [];
    const files = { folder: this.#options.folder, tree: this.#tree, privacy: this.#privacy };
    const found = await scan(files, near, () => this.#rest(signal), signal);
    if (found === undefined) {
      this.#trouble = WAITS.unread;
      return false;
    }
    for (let at = 0; at < found.closed.length; at += REMOVED_TOGETHER) {
      await this.#rest(signal);
      this.#remove(found.closed.slice(at, at + REMOVED_TOGETHER));
    }
    // What was said of private files may be part of what is said of their folders.
    if (found.closed.length > 0) await this.#refreshFolders(signal, false, () => false);
    this.#gone.clear();
    for (const file of found.gone) this.#leave(file);
    this.#total = found.files;
    this.#isWhole = true;
    this.#queue = new Set([...this.#queue, ...found.changed]);
    return true;
  }

  async #lookAt(file: string, signal: AbortSignal): Promise<void> {
    const finding = await look({ folder: this.#options.folder, tree: this.#tree, privacy: this.#privacy }, file);
    if (finding === 'same' || finding === 'unread') return;
    if (finding === 'changed') return this.#read(file, signal);
    const below = finding === 'closed' ? [] : this.#tree.below(file);
    if (finding === 'closed' && this.#tree.get(file)) this.#remove([file]);
    else if (finding === 'gone') for (const one of [file, ...below]) this.#leave(one);
    else if (finding === 'folder') {
      this.#leave(file);
      // A folder that came with all its files may be told of as one.
      if (below.length === 0 && !(await this.#privacy.rules.ignores(`${file}/`))) this.#unscanned = true;
    }
  }

  async #read(file: string, signal: AbortSignal): Promise<void> {
    const { folder, summariser, log } = this.#options;
    const known = this.#tree.get(file);
    const limits = { modelTokens: this.#budget.modelTokensLeft, signal };
    const failed = (name: string) => log?.('warn', `${file} has no summary: ${name}.`);
    const read = await readFile(folder, file, known, summariser, limits, failed);
    signal.throwIfAborted();
    if (read === undefined) return;
    this.#gone.delete(file);
    if (read.items === undefined) this.#store.putFile(read.file);
    else await this.#replace({ ...read, items: read.items }, known, signal);
    this.#tree.set(read.file);
    this.#budget.spend(this.#pace.take(), read.modelTokens);
  }

  async #replace(
    { file, items, notes }: Pick<FileUpdate, 'file' | 'items' | 'notes'>,
    known: IndexedFile | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const from = known === undefined && file.treeHash !== '' ? this.#gone.take(file.path, file.treeHash) : undefined;
    const sameTree = known !== undefined && known.treeHash !== '' && known.treeHash === file.treeHash;
    const steps = this.#items.replace({ file, items, notes, from, sameTree }, () => performance.now() < this.#pace.end);
    for (;;) {
      const step = steps.next();
      if (!step.done) {
        await this.#rest(signal);
        continue;
      }
      if (from !== undefined) {
        this.#tree.delete(from);
        this.#options.summariser.forget?.(from);
      }
      if (notes === undefined) this.#options.summariser.forget?.(file.path);
      if (step.value.saysOther) this.#tree.touch(parentOf(file.path)!);
      if (step.value.put.length > 0) this.#options.written?.(step.value.put);
      return;
    }
  }

  /** @param ends says that something else is to be done first. @returns whether it was. */
  async #refreshFolders(signal: AbortSignal, whole: boolean, ends: () => boolean): Promise<boolean> {
    for await (const put of this.#folders.refresh(whole)) {
      if (put.length > 0) this.#options.written?.(put);
      await this.#rest(signal);
      if (ends()) return true;
    }
    if (whole) this.#isWhole = false;
    return ends();
  }

  /** It is gone, which it is told of before something new may turn out to be what it was. */
  #leave(file: string): void {
    const known = this.#tree.get(file);
    if (known) this.#gone.add(file, known.treeHash);
  }

  #remove(files: readonly string[]): void {
    this.#items.remove(files);
    for (const file of files) {
      this.#tree.delete(file);
      this.#options.summariser.forget?.(file);
    }
  }

  /** @param apart tells only where this long has gone by since it was told last. */
  #tell(apart = 0): void {
    const now = performance.now();
    if (now - this.#told < apart) return;
    this.#told = now;
    this.#options.progress?.(this.status);
  }
}

const minutes = (ms: number): string => {
  const count = Math.round(ms / 60_000);
  return count >= 1 ? `${count} minutes` : `${Math.round(ms / 1000)} seconds`;
};
