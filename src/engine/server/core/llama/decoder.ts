/** Runs `llama_decode`, on the thread of the event loop or beside it, where it can be stopped. */
import { promisify } from 'node:util';
import type { DecodeOutcome } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import { type AbortFlag, createAbortFlag } from './abort.ts';
import type { LlamaBatch } from './batch.ts';
import type { Asynchronous, NativeFunctions } from './functions.ts';
import type { Batch, Pointer } from './structs.ts';

/** Code of `llama_decode` where the callback ended it. */
const ABORTED = 2;

export class Decoder {
  /** True where a decode that runs beside the event loop can be stopped. */
  readonly abortable: boolean;
  readonly #functions: NativeFunctions;
  readonly #context: Pointer;
  readonly #memory: Pointer;
  readonly #onCpu: boolean;
  readonly #flag: AbortFlag | undefined;
  /** Last position of each sequence when the running decode began. */
  readonly #ends: Int32Array;
  readonly #decode: (context: Pointer, batch: Batch) => Promise<number>;
  readonly #synchronize: (context: Pointer) => Promise<void>;
  #running = false;
  /** What waits for the end of the running decode. */
  #onIdle: (() => void) | undefined;

  /**
   * @param sequences ids that batches use are below this.
   * @param onCpu nothing is computed on a GPU, which could not be stopped.
   * @param restores false where the end of a sequence cannot be removed: such a model is not stopped half-way.
   */
  constructor(functions: NativeFunctions, context: Pointer, sequences: number, onCpu: boolean, restores: boolean) {
    this.#functions = functions;
    this.#context = context;
    this.#memory = functions.llama_get_memory(context);
    this.#onCpu = onCpu;
    this.#flag = restores && onCpu ? createAbortFlag(functions, context) : undefined;
    this.abortable = this.#flag !== undefined;
    this.#ends = new Int32Array(sequences);
    this.#decode = beside(functions.llama_decode);
    this.#synchronize = beside(functions.llama_synchronize);
  }

  /** True while a decode runs beside the event loop: the context must not be touched. */
  get running(): boolean {
    return this.#running;
  }

  /** @throws EngineFailure */
  decode(batch: LlamaBatch): DecodeOutcome {
    const code = this.#functions.llama_decode(this.#context, batch.native());
    // A GPU only took the work; a scheduler that measures iterations needs its end.
    if (code === 0) this.#functions.llama_synchronize(this.#context);
    return outcomeOf(code);
  }

  /** Of a decode that is stopped nothing stays. Rejects with an EngineFailure. */
  async decodeAsync(batch: LlamaBatch): Promise<DecodeOutcome> {
    this.#running = true;
    try {
      this.#noteEnds();
      const code = await this.#decode(this.#context, batch.native());
      if (code === 0 && !this.#onCpu) await this.#synchronize(this.#context);
      if (code === ABORTED) this.#dropBehindEnds();
      return outcomeOf(code);
    } finally {
      this.#running = false;
      this.#flag?.lower();
      this.#onIdle?.();
    }
  }

  abort(): void {
    if (this.#running) this.#flag?.raise();
  }

  /** Stops a running decode. Calls `free` as soon as nothing computes, and frees what is here. */
  dispose(free: () => void): void {
    this.abort();
    const end = () => {
      free();
      this.#flag?.dispose();
    };
    if (this.#running) this.#onIdle = end;
    else end();
  }

  #noteEnds(): void {
    const { length } = this.#ends;
    for (let i = 0; i < length; i++) this.#ends[i] = this.#functions.llama_memory_seq_pos_max(this.#memory, i);
  }

  /**
   * libllama cleans up behind the micro-batch that it could not finish, but only under the first sequence of each token:
   * for the others its cells would stay, with nothing in them. And micro-batches before it stay, for all sequences.
   */
  #dropBehindEnds(): void {
    const { llama_memory_seq_pos_max: last, llama_memory_seq_rm: remove } = this.#functions;
    this.#ends.forEach((end, sequence) => {
      if (last(this.#memory, sequence) > end) remove(this.#memory, sequence, end + 1, -1);
    });
  }
}

/**
 * What a code of `llama_decode` means. Below zero: -1 the batch is wrong, -2 no memory, -3 the computation failed.
 * @throws EngineFailure
 */
export function outcomeOf(code: number): DecodeOutcome {
  if (code === 0) return 'ok';
  if (code === 1) return 'noRoom';
  if (code === ABORTED) return 'aborted';
  const detail = `llama_decode returned ${code}`;
  if (code === -2) {
    throw new EngineFailure('outOfMemory', 'The model ran out of memory. Choose a smaller model.', detail);
  }
  throw new EngineFailure('internal', 'The inference library failed to compute. The log says more.', detail);
}

/** A native function as one that runs on a thread of libuv's. */
function beside<A extends unknown[], R>(native: Asynchronous<A, R>): (...args: A) => Promise<R> {
  return promisify(native.async) as (...args: A) => Promise<R>;
}
