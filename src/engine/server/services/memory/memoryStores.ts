/** The thread's side of all memories: which are open, what is asked of them, and what they ask of the engine. */
import type { MemoryBudget } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { reasonOf } from '../../storage/databaseFile.ts';
import type { StoreHost } from '../../storage/stores.ts';
import { EngineAsks } from './engineAsks.ts';
import { Memory } from './memory.ts';
import type {
  Answer,
  CallParams,
  CallResult,
  EngineAnswer,
  MemoryCall,
  MemoryEvent,
  OpenModels,
  StorePlace,
  TypedText,
} from './messages.ts';
import { eraseStore, openStore } from './openStore.ts';
import { ThreadParts } from './threadParts.ts';

export type MemoryStores = ReturnType<typeof makeMemoryStores>;

/** One question to a memory. */
interface Ask<M extends MemoryCall = MemoryCall> {
  /** Number of the call, by which it is cancelled and its progress told. */
  call: number;
  place: StorePlace;
  method: M;
  params: CallParams<M>;
  typed: TypedText[];
}

/** The thread has one store by the dispatcher's meaning, and a memory for each file that was asked for. */
export function makeMemoryStores({ log, emit }: StoreHost<MemoryEvent>) {
  const open = new Map<string, Promise<Memory>>();
  const running = new Map<number, AbortController>();
  const asks = new EngineAsks(emit);
  const thread = new ThreadParts(log);
  let models: OpenModels = { vectors: undefined, writer: undefined };
  /** Of the engine's thread, which sets it while requests of a model run. */
  let busy: Int32Array | undefined;
  let budget: MemoryBudget | undefined;
  let workers = 0;

  const host = {
    log,
    thread,
    asks,
    models: () => models,
    isBusy: () => busy !== undefined && Atomics.load(busy, 0) !== 0,
    working: (on: boolean) => {
      const before = workers > 0;
      workers += on ? 1 : -1;
      if (workers > 0 !== before) emit({ kind: 'working', on });
    },
  };
  /** Memories that are being closed or erased: their files are opened again afterwards. */
  const ending = new Map<string, Promise<unknown>>();
  const memoryAt = (place: StorePlace): Promise<Memory> => {
    let memory = open.get(place.file);
    if (!memory) {
      const onChanged = () => emit({ kind: 'changed', file: place.file });
      const opened = async () => {
        await ending.get(place.file);
        const store = await openStore(place.file, place.folder === null, log);
        return new Memory({ ...host, onChanged, file: place.file, store, ...(budget && { budget }) });
      };
      memory = opened();
      open.set(place.file, memory);
      // The next call tries anew.
      memory.catch(() => open.delete(place.file));
    }
    return memory;
  };
  /** Closes a memory, where it is open, and then does something with its file. */
  const end = <T>(file: string, then: () => Promise<T>, forget = false): Promise<T> => {
    const memory = open.get(file);
    open.delete(file);
    const before = ending.get(file);
    const ended = (async () => {
      await before;
      await (await memory?.catch(() => undefined))?.close({ forget });
      return then();
    })();
    const settled = ended.catch(() => undefined).finally(() => ending.get(file) === settled && ending.delete(file));
    ending.set(file, settled);
    return ended;
  };

  return {
    memory: {
      /** Shared with the engine's thread: not 0 while it wants long work to wait. */
      begin({ busy: shared, budget: most }: { busy: Int32Array; budget: MemoryBudget }): void {
        busy = shared;
        budget = most;
      },

      /** Each may take so much from now on. */
      async budget(most: MemoryBudget): Promise<void> {
        budget = most;
        for (const memory of open.values()) (await memory.catch(() => undefined))?.configure(most);
      },

      ask<M extends MemoryCall>({ call, place, method, params, typed }: Ask<M>): Promise<Answer<CallResult<M>>> {
        const stop = new AbortController();
        running.set(call, stop);
        return answer(async () => {
          const memory = await memoryAt(place);
          memory.look(place, typed);
          return memory.ask(method, params, stop.signal, (value) => emit({ kind: 'progress', call, value }));
        }).finally(() => running.delete(call));
      },

      cancel({ call }: { call: number }): void {
        running.get(call)?.abort(new EngineFailure('engineStopped', 'It was cancelled.'));
      },

      /** Models of the engine that may be asked from now on. */
      models(now: OpenModels): void {
        models = now;
      },
      answered(told: EngineAnswer): void {
        asks.answered(told);
      },

      /** Files of a folder changed, or any of them may have. A memory that is not open sees it when it is. */
      async files({ place, changed }: { place: StorePlace; changed: readonly string[] | undefined }): Promise<void> {
        (await open.get(place.file)?.catch(() => undefined))?.filesChanged(place, changed);
      },

      /** Nobody needs it for now. @param forget nothing more is written to it. */
      async leave({ file, forget }: { file: string; forget?: boolean }): Promise<void> {
        await end(file, async () => undefined, forget);
      },

      /** Removes a memory to its last byte, whether it is open or not. */
      erase({ file, isNamed }: { file: string; isNamed: boolean }): Promise<Answer<{ items: number; bytes: number }>> {
        return answer(() => end(file, () => eraseStore(file, isNamed), true));
      },

      async close(): Promise<void> {
        for (const stop of running.values()) stop.abort(new EngineFailure('engineStopped', 'The engine ends.'));
        await Promise.all([...open.keys()].map((file) => end(file, async () => undefined)));
      },
    },
  };
}

async function answer<R>(work: () => Promise<R>): Promise<Answer<R>> {
  try {
    return { result: await work() };
  } catch (error) {
    if (error instanceof EngineFailure) {
      const { kind, message, detail } = error;
      return { failure: { kind, message, ...(detail === undefined ? {} : { detail }) } };
    }
    const message = 'The memory failed at this. Try again; if it goes on, restart the engine.';
    const detail = error instanceof Error ? (error.stack ?? error.message) : reasonOf(error);
    return { failure: { kind: 'memoryUnavailable', message, detail } };
  }
}
