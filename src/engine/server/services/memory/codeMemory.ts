/** What a memory says of the files of its folder: read as far as that is allowed, kept up to date, checked when it is used. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { MemoryAnchor, MemoryIndexing } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Log } from '../../storage/messages.ts';
import { type About, FolderCode, NOTHING_READ } from './folderCode.ts';
import { BUDGET, type BudgetLimits } from './indexing/budget.ts';
import { INDEXING_OFF, Indexer } from './indexing/indexer.ts';
import type { AnchorChecker, Store } from './items.ts';
import type { StorePlace, TypedText } from './messages.ts';
import { NameAnchors } from './nameAnchors.ts';
import type { SummaryModel } from './summaries/summaryModel.ts';
import type { ThreadParts } from './threadParts.ts';

export interface CodeMemoryOptions {
  store: Store;
  thread: ThreadParts;
  /** A model that may write summaries now. */
  writer: () => SummaryModel | undefined;
  log: Log;
  isBusy: () => boolean;
  working: (on: boolean) => void;
  /** Items of files are others than before. */
  onWritten: () => void;
  /** At the end of reading: so many files were read anew, and so many are gone. */
  onIndexed: (read: number, removed: number) => void;
}

/** Of a database by itself: the folder that it was indexed from. */
const FOLDER = 'folder';
const UNREAD = 'The files of this folder are not read: trust it, and turn on quire.completion.useProjectCode.';
const NO_FOLDER = 'It is not said which folder is to be read. Name one.';

export class CodeMemory {
  /** As the folder is now, whichever that is. */
  readonly checker: AnchorChecker = { check: (anchors) => (this.#code?.checker ?? NOTHING_READ).check(anchors) };
  /** Of names that are said. */
  readonly names: NameAnchors;
  readonly #options: CodeMemoryOptions;
  /** Texts of open documents, by path. */
  readonly #typed = new Map<string, string>();
  readonly #hearing = new Set<(indexing: MemoryIndexing) => void>();
  #place: StorePlace | undefined;
  #code: FolderCode | undefined;
  #indexer: Indexer | undefined;
  #budget: BudgetLimits = BUDGET;
  #isWorking = false;

  constructor(options: CodeMemoryOptions) {
    this.#options = options;
    this.names = new NameAnchors(options.store, () => this.#code?.look());
  }

  get status(): MemoryIndexing {
    if (this.#indexer) return this.#indexer.status;
    const none = { ...INDEXING_OFF, budgetMs: this.#budget.ms, modelTokenBudget: this.#budget.modelTokens };
    const folder = this.#folder;
    if (folder !== undefined && this.#place?.reading === false) return { ...none, waits: UNREAD };
    return { ...none, state: 'idle' };
  }

  /** What reading files may take on one day from now on. */
  setBudget(limits: BudgetLimits): void {
    this.#budget = limits;
    this.#indexer?.setBudget(limits);
  }

  /** How the place is now: its folder, whether that is read, what is typed in it. */
  look(place: StorePlace, typed: readonly TypedText[]): void {
    this.#place = place;
    for (const { path: file, text } of typed) {
      if (text === null) this.#typed.delete(file);
      else this.#typed.set(file, text);
    }
    const folder = place.reading ? this.#folder : undefined;
    if (this.#code?.folder !== folder) this.#take(folder);
    if (place.follows && this.#code && !this.#indexer) this.#made(this.#code).changed(undefined);
  }

  /** Files changed; undefined: any may have. */
  changed(paths: readonly string[] | undefined): void {
    if (this.#place?.follows) this.#indexer?.changed(paths);
  }

  /** Words of the code of a file as it is now; undefined where it may not be read, or is gone. */
  async namesOf(file: string): Promise<ReadonlySet<string> | undefined> {
    return this.#code?.namesOf(file);
  }

  /** @throws EngineFailure `memoryInvalid` where a file may not be read, or there is none. */
  anchorsAbout(about: readonly About[]): Promise<MemoryAnchor[]> {
    if (about.length === 0) return Promise.resolve([]);
    if (!this.#code) throw new EngineFailure('workspaceUnread', this.#place?.folder === null ? NO_FOLDER : UNREAD);
    return this.#code.anchorsAbout(about);
  }

  /**
   * Reads what changed, and resolves when it is done, paused or cancelled.
   * @param folder for a database by itself, which remembers it; absent: the one that it was indexed from.
   * @throws EngineFailure
   */
  async index(
    folder: string | undefined,
    signal: AbortSignal,
    progress: (indexing: MemoryIndexing) => void,
  ): Promise<MemoryIndexing> {
    if (folder !== undefined) await this.#choose(folder);
    if (!this.#code) {
      if (this.#folder === undefined) throw new EngineFailure('memoryInvalid', NO_FOLDER);
      throw new EngineFailure('workspaceUnread', UNREAD);
    }
    const indexer = this.#made(this.#code);
    this.#hearing.add(progress);
    try {
      return await indexer.index({ signal, beyondBudget: true });
    } finally {
      this.#hearing.delete(progress);
    }
  }

  pause(paused: boolean): MemoryIndexing {
    if (!this.#code) return this.status;
    return this.#made(this.#code).pause(paused);
  }

  async close(): Promise<void> {
    await this.#indexer?.dispose();
    this.#work(false);
  }

  get #folder(): string | undefined {
    return this.#place?.folder ?? this.#options.store.value(FOLDER);
  }

  async #choose(folder: string): Promise<void> {
    const full = path.resolve(folder);
    if (this.#place?.folder !== null && full !== path.resolve(this.#place?.folder ?? ''))
      throw new EngineFailure('memoryInvalid', `This memory is of ${this.#place?.folder}: another folder has its own.`);
    const isFolder =
      path.isAbsolute(folder) &&
      (await stat(full).then(
        (found) => found.isDirectory(),
        () => false,
      ));
    if (!isFolder) throw new EngineFailure('memoryInvalid', `There is no folder ${folder}. Name one by its full path.`);
    if (this.#place?.folder === null) this.#options.store.setValue(FOLDER, full);
    if (this.#code?.folder !== full) this.#take(full);
  }

  #take(folder: string | undefined): void {
    const { thread, writer } = this.#options;
    // It ends by itself: nothing of it is waited for, and what it has written is whole.
    void this.#indexer?.dispose();
    this.#indexer = undefined;
    this.#code = folder === undefined ? undefined : new FolderCode(folder, thread, this.#typed, writer);
  }

  #made({ folder, summariser }: FolderCode): Indexer {
    const { store, log, isBusy, onWritten, onIndexed } = this.#options;
    this.#indexer ??= new Indexer({
      folder,
      store,
      summariser,
      budget: this.#budget,
      busy: isBusy,
      log,
      near: () => [...this.#typed.keys()],
      written: onWritten,
      indexed: onIndexed,
      progress: (indexing) => {
        this.#work(indexing.state === 'running');
        for (const hear of this.#hearing) hear(indexing);
      },
    });
    return this.#indexer;
  }

  #work(on: boolean): void {
    if (on === this.#isWorking) return;
    this.#isWorking = on;
    this.#options.working(on);
  }
}
