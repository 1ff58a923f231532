/**
 * The memory of one place: what its parts do together for each request.
 *
 *     Memory        answers what is asked
 *       MemoryStore   items, words, vectors, journal      Upkeep       what is done while nobody waits
 *       MemoryStream  what is kept and given to prompts   CodeMemory   what is said of the folder's files
 */
import type { MemoryBudget, MemoryItem, MemorySearchResult, MemoryStatus, Written } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { Log } from '../../storage/messages.ts';
import { audited } from './anchors/audit.ts';
import { CodeMemory } from './codeMemory.ts';
import { editFact, factOf } from './editing.ts';
import { type Asking, Embedders } from './embedders.ts';
import type { EngineAsks } from './engineAsks.ts';
import { judgeOf } from './judge.ts';
import type { CallParams, CallResult, MemoryCall, OpenModels, StorePlace, TypedText } from './messages.ts';
import { search } from './ranking/search.ts';
import { checked } from './ranking/truth.ts';
import { CannotUndo } from './store/journal.ts';
import type { MemoryStore } from './store/memoryStore.ts';
import { CannotImport, exportMemory, importMemory } from './store/transfer.ts';
import { activate } from './stream/activation.ts';
import { MemoryStream } from './stream/memoryStream.ts';
import type { StreamParts } from './stream/parts.ts';
import { secretIn } from './stream/secrets.ts';
import type { ThreadParts } from './threadParts.ts';
import { Upkeep } from './upkeep.ts';

export interface MemoryOptions {
  store: MemoryStore;
  /** Of the store. */
  file: string;
  /** Absent: the defaults of its parts. */
  budget?: MemoryBudget;
  thread: ThreadParts;
  asks: EngineAsks;
  /** That are open in the engine now. */
  models: () => OpenModels;
  log: Log;
  /** Requests of people are computed. */
  isBusy: () => boolean;
  /** Long work begins, or ends. */
  working: (on: boolean) => void;
  /** Items are others than before. */
  onChanged: () => void;
}

type Progress = (indexing: CallResult<'index'>) => void;
type Handlers = {
  [M in MemoryCall]: (
    params: CallParams<M>,
    signal: AbortSignal,
    progress: Progress,
  ) => CallResult<M> | Promise<CallResult<M>>;
};

/** After these the items may be others. */
const WRITES: readonly MemoryCall[] = ['add', 'change', 'forget', 'undo', 'recordTurn', 'import', 'index'];
const PAGE = 500;

export class Memory {
  readonly #store: MemoryStore;
  readonly #code: CodeMemory;
  readonly #stream: MemoryStream;
  readonly #streamParts: StreamParts;
  readonly #embedders: Embedders;
  readonly #upkeep: Upkeep;
  readonly #onChanged: () => void;

  constructor({ store, file, budget, thread, asks, models, log, isBusy, working, onChanged }: MemoryOptions) {
    this.#store = store;
    this.#onChanged = onChanged;
    const writer = (kind: 'background' | 'chat') => {
      const model = models().writer;
      return model === undefined ? undefined : asks.writerOf(model, file, kind);
    };
    this.#embedders = new Embedders(store, thread.table, asks, models);
    this.#code = new CodeMemory({
      store,
      thread,
      writer: () => writer('background'),
      log,
      isBusy,
      working,
      onWritten: () => this.#changed(),
      onIndexed: (...counts) => store.recordIndexed(...counts),
    });
    const { checker, names } = this.#code;
    this.#streamParts = {
      store,
      anchors: checker,
      anchorer: names,
      recall: (params) => this.#search(params, this.#embedders.forQuestion),
      judge: () => {
        const model = writer('chat');
        return model && judgeOf(model);
      },
    };
    this.#stream = new MemoryStream(this.#streamParts);
    this.#upkeep = new Upkeep({
      store,
      embedder: () => this.#embedders.forStored,
      isBusy,
      working,
      atIntervals: () => this.#stream.closeIdleSessions().length > 0 && this.#changed(),
      failed: (error) => log('warn', `Vectors of memories could not be made: ${(error as Error).message}.`),
    });
    if (budget) this.configure(budget);
  }

  /** It may take so much from now on. */
  configure({ bytes, indexMs, modelTokens }: MemoryBudget): void {
    this.#store.setBudget(bytes);
    this.#code.setBudget({ ms: indexMs, modelTokens });
    this.#upkeep.wake();
  }

  /** Before each request: how the place is now. */
  look(place: StorePlace, typed: readonly TypedText[]): void {
    this.#code.look(place, typed);
    this.#upkeep.wake();
  }

  /** @throws EngineFailure in words; Error where the store fails. */
  async ask<M extends MemoryCall>(
    method: M,
    params: CallParams<M>,
    signal: AbortSignal,
    progress: Progress,
  ): Promise<CallResult<M>> {
    signal.throwIfAborted();
    try {
      return await this.#handlers[method](params, signal, progress);
    } catch (error) {
      throw inWords(error);
    } finally {
      if (WRITES.includes(method)) this.#changed();
    }
  }

  filesChanged(place: StorePlace, changed: readonly string[] | undefined): void {
    this.#code.look(place, []);
    this.#code.changed(changed);
  }

  /** @param forget what was collected and not yet written is not written any more. */
  async close({ forget = false } = {}): Promise<void> {
    await this.#code.close();
    await this.#upkeep.close();
    if (forget) this.#stream.forget();
    else this.#stream.close();
    this.#store.close();
  }

  readonly #handlers: Handlers = {
    add: async ({ text, kind, source, about = [] }) => {
      const anchors = await this.#code.anchorsAbout(about);
      const path = about[0]?.path;
      const fact = { text, anchors, ...(kind && { kind }), ...(source && { source }), ...(path && { path }) };
      return this.#written(() => this.#stream.addFact(fact).item);
    },

    search: (params) => this.#search(params, this.#embedders.forQuestion),

    // The older of two that contradict each other is shown with what took its place.
    list: (params) => this.#store.list({ ...params, superseded: true }),

    get: async ({ id }) => {
      const item = this.#store.get(id);
      if (!item) return null;
      const [sentences] = await checked([item], this.#code.checker);
      return { item, sentences: sentences! };
    },

    change: ({ id, pinned, text, accept }) => {
      const item = this.#item(id);
      const work = () => {
        if (accept) this.#accept(item);
        if (text !== undefined) editFact(this.#store, this.#item(id), text);
        if (pinned !== undefined && this.#item(id).pinned !== pinned)
          this.#store.inTransaction(
            () => this.#store.change(id, { pinned }),
            `${pinned ? 'Pinned' : 'Unpinned'} “${item.title}”`,
          );
        return this.#item(id);
      };
      // Asked together, they are undone together.
      const isOne = [accept, text, pinned].filter((asked) => asked !== undefined).length < 2;
      return this.#written(() => (isOne ? work() : this.#store.inTransaction(work, `Changed “${item.title}”`)));
    },

    forget: ({ ids }) => {
      const there = ids.map((id) => this.#store.get(id)).filter((item) => item !== undefined);
      if (there.length === 0) return { forgotten: 0, change: null };
      const what = there.length === 1 ? `“${there[0]!.title}”` : `${there.length} memories`;
      return this.#written(() => ({
        forgotten: this.#store.inTransaction(() => this.#store.remove(ids), `Forgot ${what}`),
      }));
    },

    journal: ({ limit }) => ({ changes: this.#store.journal(limit) }),

    undo: ({ change }) => {
      // Asked again, because the answer was lost: it is done already.
      const done = this.#store.journal().find(({ id, undone }) => id === change && undone);
      return done ?? this.#store.undo(change);
    },

    activate: (params) => {
      if (params.for === 'chat') return this.#stream.activate(params);
      return activate(
        { ...this.#streamParts, recall: (asked) => this.#search(asked, this.#embedders.forTyping) },
        params,
      );
    },

    recordTurn: async (params) => (await this.#stream.recordTurn(params)).item,

    recordTyping: (params) => {
      this.#stream.recordTyping(params);
      return null;
    },

    export: ({ format }) => ({ text: exportMemory(this.#store, format) }),

    import: ({ text, mode }) =>
      this.#written(() => importMemory(this.#store, text, { ...(mode && { mode }), factOf, secretIn })),

    index: ({ folder }, signal, progress) => this.#code.index(folder, signal, progress),

    pause: ({ paused }) => this.#code.pause(paused),

    status: (): MemoryStatus => ({ on: true, ...this.#store.status(), indexing: this.#code.status }),

    audit: (_, signal) =>
      audited(
        this.#all(),
        { checker: this.#code.checker, namesOf: (file) => this.#code.namesOf(file), secretIn },
        signal,
      ),
  };

  #written<T extends object>(work: () => T): T & Written {
    const { result, change } = this.#store.writing(work);
    return { ...result, change };
  }

  #search(
    params: Pick<CallParams<'search'>, 'query' | 'top' | 'all' | 'kinds'> & { loose?: boolean },
    { embedder, byVector }: Asking,
  ): Promise<MemorySearchResult> {
    const store = {
      byVector,
      byWords: (...[query, limit, kinds]: Parameters<MemoryStore['byWords']>) =>
        this.#store.byWords(query, limit, kinds),
      get: (id: number) => this.#store.get(id),
      body: (id: number) => this.#store.body(id),
      list: (filter: Parameters<MemoryStore['list']>[0]) => this.#store.list(filter),
    };
    return search(params, { store, embedder, checker: this.#code.checker, now: Date.now() });
  }

  #all(): MemoryItem[] {
    const items: MemoryItem[] = [];
    for (let total = 1; items.length < total; ) {
      const page = this.#store.list({ offset: items.length, limit: PAGE, superseded: true });
      total = page.items.length === 0 ? 0 : page.total;
      items.push(...page.items);
    }
    return items;
  }

  #item(id: number): MemoryItem {
    const item = this.#store.get(id);
    if (!item) throw new EngineFailure('memoryInvalid', `There is no memory ${id} any more.`);
    return item;
  }

  #accept({ id, kind }: MemoryItem): void {
    if (kind === 'fact') return; // asked again, because the answer was lost
    if (!this.#stream.accept(id))
      throw new EngineFailure('memoryInvalid', 'Only a proposal can be accepted: this is something else.');
  }

  #changed(): void {
    this.#upkeep.wake();
    this.#onChanged();
  }
}

/** Errors of parts that are in words already; those of the system are not. */
function inWords(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof EngineFailure) return error;
  const isOfSystem = 'code' in error || 'errcode' in error || error.name !== 'Error';
  if (error instanceof CannotUndo || error instanceof CannotImport || !isOfSystem)
    return new EngineFailure('memoryInvalid', error.message);
  return error;
}
