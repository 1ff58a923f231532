/** The engine's handle on the memory thread, which owns the stores, the grammars and the table of words. */
import type { ResourceLimits } from 'node:worker_threads';
import type { MemoryIndexing } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { connectWorker, type Line, Thread, type ThreadOptions } from '../../storage/thread.ts';
import type { MemoryStores } from './memoryStores.ts';
import type { Answer, CallParams, CallResult, MemoryCall, MemoryEvent, StorePlace, TypedText } from './messages.ts';

/** As Node says it of a worker. */
const OUT_OF_MEMORY = /memory limit|out of memory/;
const WORDS = { name: 'memory', without: 'Nothing is remembered or recalled' };

export interface AskOptions {
  signal?: AbortSignal;
  /** Documents that are open, where they are others than at the last call. */
  typed?: TypedText[];
  onProgress?: (value: MemoryIndexing) => void;
}

export class MemoryThread extends Thread<MemoryStores> {
  readonly #progress = new Map<number, (value: MemoryIndexing) => void>();
  #calls = 0;

  /** @param hear everything that the thread tells by itself but the progress of calls. */
  constructor(
    { connect = () => connectMemory(), ...rest }: ThreadOptions,
    hear: (event: Exclude<MemoryEvent, { kind: 'progress' }>) => void,
  ) {
    super(WORDS, { connect, ...rest });
    this.listen('memory', (told) => {
      const event = told as MemoryEvent;
      if (event.kind === 'progress') this.#progress.get(event.call)?.(event.value);
      else hear(event);
    });
  }

  /** @throws EngineFailure in words; `memoryUnavailable` where the thread ended under it. */
  async ask<M extends MemoryCall>(
    place: StorePlace,
    method: M,
    params: CallParams<M>,
    { signal, typed = [], onProgress }: AskOptions = {},
  ): Promise<CallResult<M>> {
    if (signal?.aborted) throw new EngineFailure('engineStopped', 'It was cancelled.');
    const call = this.#calls++;
    const cancel = () => this.send('memory', 'cancel', { call });
    if (onProgress) this.#progress.set(call, onProgress);
    try {
      const asked = this.call('memory', 'ask', { call, place, method, params, typed });
      signal?.addEventListener('abort', cancel, { once: true });
      return resultOf(await asked.catch((error) => this.#lost(error))) as CallResult<M>;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#progress.delete(call);
    }
  }

  /**
   * Removes a memory to its last byte.
   * @param isNamed it is a file that a person named.
   * @returns items that were in it, and bytes on disk.
   * @throws EngineFailure
   */
  async erase(file: string, isNamed: boolean): Promise<{ items: number; bytes: number }> {
    return resultOf(await this.call('memory', 'erase', { file, isNamed }).catch((error) => this.#lost(error)));
  }

  /** The thread ended under a call, or there is none any more. */
  #lost({ message }: Error): never {
    const isFull = OUT_OF_MEMORY.test(message);
    const why = isFull
      ? 'The memory needed more room than it may take: this is too much for it.'
      : 'The memory failed at this.';
    const next = isFull ? 'let .gitignore name what need not be remembered' : 'restart the engine';
    const remedy = this.on
      ? `It begins anew: try again; if it goes on, ${next}.`
      : 'Nothing is remembered or recalled until the engine is restarted.';
    throw new EngineFailure('memoryUnavailable', `${why} ${remedy}`, message);
  }
}

function resultOf<R>(answer: Answer<R>): R {
  if ('result' in answer) return answer.result;
  const { kind, message, detail } = answer.failure;
  throw new EngineFailure(kind, message, detail);
}

/** Bundled, this module is in dist/engine/main.mjs; from source it lies beside the thread's entry. */
const entry = new URL(import.meta.url.endsWith('.mjs') ? './memory.mjs' : './worker.ts', import.meta.url);

/**
 * Indexing makes much garbage of little that lives: 30 MB for 1,500 files. With the room that V8 gives it by itself, after the
 * machine's memory, the thread keeps hundreds of megabytes for that. MiB.
 */
const HEAP = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 1024 };

/** @param heap how much it may take of the computer's memory. */
export const connectMemory = (heap: ResourceLimits = HEAP): Line => connectWorker(entry, WORDS.name, heap);
