/** Decoding with libllama: one unified pool of cells that sequences share. */
import os from 'node:os';
import type { SamplingOptions } from '../../../protocol/index.ts';
import type { DecodeBackend, DecodeBatch, DecodeOutcome, Drawer, SequenceId } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import { LlamaBatch } from './batch.ts';
import { F16 } from './cacheType.ts';
import { contextParams, type FlashAttention } from './contextParams.ts';
import { Decoder } from './decoder.ts';
import type { NativeFunctions } from './functions.ts';
import { copyFloats } from './memoryCopy.ts';
import { PageTransfer } from './pageTransfer.ts';
import { probeSharing } from './probe.ts';
import { LlamaSampler } from './sampler.ts';
import type { Pointer } from './structs.ts';
import { createThreadpool, type Threadpool } from './threads.ts';

export interface BackendOptions {
  /** Cells in the pool, in tokens. */
  cells: number;
  /** Longest batch, in tokens. */
  batchTokens?: number;
  /** Sequence ids for the caller; libllama gets one more, the highest, through which pages are saved and restored. */
  sequences?: number;
  /** Threads of the CPU, for prefill and decode alike. */
  threads?: number;
}

/** The model that a backend decodes for. */
export interface BackendModel {
  readonly functions: NativeFunctions;
  readonly pointer: Pointer;
  readonly vocab: Pointer;
  readonly vocabularyTokens: number;
  /** `ggml_type` of the cache. */
  readonly cacheType: number;
  /** Nothing is computed on a GPU. */
  readonly onCpu: boolean;
  /** Keys and values lie where their layers are; false: in the system's memory. */
  readonly offloadKv: boolean;
  readonly flashAttention: FlashAttention;
  /** Threads where the options name none. */
  readonly threads: number;
  /** 32 bytes that stand for the file: pages of another file are refused. */
  readonly fingerprint: (cache: CacheLayout) => Uint8Array;
}

/** What the bytes of a page depend on, beside the model. */
export interface CacheLayout {
  type: number;
  flashAttention: FlashAttention;
}

const BATCH_TOKENS = 512;
const SEQUENCES = 64;
/** Rows of one batch that can be sampled; each costs a row of logits in the compute buffer. */
const MAX_ROWS = 256;

export class LlamaBackend implements DecodeBackend {
  readonly cells: number;
  readonly batchTokens: number;
  readonly sequences: number;
  readonly sharesPages: boolean;
  readonly abortable: boolean;
  readonly tiles: boolean;
  readonly sparesHalf: boolean;
  readonly threads: number;
  /** GGML type of the cached keys and values. */
  readonly cacheType: number;
  readonly #model: BackendModel;
  readonly #functions: NativeFunctions;
  readonly #memory: Pointer;
  readonly #decoder: Decoder;
  readonly #threadpool: Threadpool | undefined;
  readonly #pages: PageTransfer;
  readonly #maxRows: number;
  readonly #batches = new Set<LlamaBatch>();
  readonly #samplers = new Set<LlamaSampler>();
  /** Which rows of the last decode have logits. */
  readonly #rows: Uint8Array;
  #context: Pointer | undefined;
  #onDispose: () => void;

  /** @throws EngineFailure `outOfMemory` when the context cannot be made. */
  constructor(model: BackendModel, options: BackendOptions, onDispose: () => void = () => {}) {
    const functions = model.functions;
    this.#model = model;
    this.cacheType = model.cacheType;
    this.tiles = model.onCpu && model.cacheType === F16;
    this.#functions = functions;
    this.#onDispose = onDispose;
    const batchTokens = options.batchTokens ?? BATCH_TOKENS;
    this.sequences = options.sequences ?? SEQUENCES;
    this.threads = options.threads ?? model.threads;
    this.sparesHalf = 2 * this.threads <= os.availableParallelism();
    this.#maxRows = Math.max(this.sequences + 1, Math.min(batchTokens, MAX_ROWS));
    const params = contextParams(functions, {
      cells: options.cells,
      batchTokens,
      sequences: this.sequences + 1,
      rows: this.#maxRows,
      threads: this.threads,
      cacheType: model.cacheType,
      offloadKv: model.offloadKv,
      flashAttention: model.flashAttention,
    });
    const context = functions.llama_init_from_model(model.pointer, params);
    if (context === null) {
      throw new EngineFailure(
        'outOfMemory',
        `There is not enough memory for a context of ${options.cells} tokens. Choose a smaller model or a shorter context.`,
        'llama_init_from_model returned NULL',
      );
    }
    this.#context = context;
    this.#memory = functions.llama_get_memory(context);
    this.cells = functions.llama_n_ctx(context);
    // Never more than there are cells; libllama ends the process on a longer batch.
    this.batchTokens = functions.llama_n_batch(context);
    this.#rows = new Uint8Array(this.batchTokens);
    const fingerprint = model.fingerprint({ type: model.cacheType, flashAttention: model.flashAttention });
    const scratch = this.sequences;
    this.#pages = new PageTransfer(functions, context, scratch, fingerprint);
    this.#threadpool = createThreadpool(functions, this.threads);
    if (this.#threadpool) {
      functions.llama_attach_threadpool(context, this.#threadpool.pointer, this.#threadpool.pointer);
    }
    this.sharesPages = probeSharing(functions, context, scratch);
    this.#decoder = new Decoder(functions, context, this.sequences, model.onCpu, this.sharesPages);
    this.abortable = this.#decoder.abortable;
  }

  now(): number {
    return performance.now();
  }

  createBatch(): DecodeBatch {
    const batch = new LlamaBatch(this.batchTokens, this.sequences, this.#maxRows);
    this.#batches.add(batch);
    return batch;
  }

  decode(batch: DecodeBatch): DecodeOutcome {
    const own = this.#begin(batch);
    const outcome = this.#decoder.decode(own);
    if (outcome === 'ok') this.#noteRows(own);
    return outcome;
  }

  async decodeAsync(batch: DecodeBatch): Promise<DecodeOutcome> {
    const own = this.#begin(batch);
    const outcome = await this.#decoder.decodeAsync(own);
    if (this.#context === undefined) return 'aborted';
    if (outcome === 'ok') this.#noteRows(own);
    return outcome;
  }

  abort(): void {
    if (this.#context !== undefined) this.#decoder.abort();
  }

  copyRange(source: SequenceId, target: SequenceId, start: number, end: number): void {
    this.#alive();
    this.#check(source, target);
    this.#functions.llama_memory_seq_cp(this.#memory, source, target, start, end);
  }

  removeRange(sequence: SequenceId, start: number, end: number): boolean {
    this.#alive();
    this.#check(sequence);
    return this.#functions.llama_memory_seq_rm(this.#memory, sequence, start, end);
  }

  lastPosition(sequence: SequenceId): number {
    this.#alive();
    this.#check(sequence);
    return this.#functions.llama_memory_seq_pos_max(this.#memory, sequence);
  }

  savePage(sequence: SequenceId, start: number, end: number): Uint8Array {
    this.#alive();
    this.#check(sequence);
    return this.#pages.save(sequence, start, end);
  }

  restorePage(sequence: SequenceId, page: Uint8Array): boolean {
    this.#alive();
    this.#check(sequence);
    return this.#pages.restore(sequence, page);
  }

  saveState(sequence: SequenceId): Uint8Array {
    this.#alive();
    this.#check(sequence);
    return this.#pages.saveState(sequence);
  }

  restoreState(sequence: SequenceId, state: Uint8Array): boolean {
    this.#alive();
    this.#check(sequence);
    return this.#pages.restoreState(sequence, state);
  }

  createSampler(options: SamplingOptions): Drawer {
    this.#open();
    const { functions, vocab, vocabularyTokens } = this.#model;
    const sampler: LlamaSampler = new LlamaSampler(
      {
        functions,
        vocab,
        vocabularyTokens,
        contextOf: (row) => this.#contextOf(row),
        logits: (row) => this.logits(row),
        forget: () => this.#samplers.delete(sampler),
      },
      options,
    );
    this.#samplers.add(sampler);
    return sampler;
  }

  logits(row: number, target = new Float32Array(this.#model.vocabularyTokens)): Float32Array {
    const pointer = this.#functions.llama_get_logits_ith(this.#contextOf(row), row);
    if (pointer === null) throw new RangeError(`Row ${row} has no logits.`);
    if (target.length < this.#model.vocabularyTokens) throw new RangeError('There is no room for all logits.');
    copyFloats(target, pointer, this.#model.vocabularyTokens);
    return target;
  }

  dispose(): void {
    const context = this.#context;
    if (context === undefined) return;
    this.#context = undefined;
    for (const sampler of [...this.#samplers]) sampler.dispose();
    this.#decoder.dispose(() => {
      for (const batch of this.#batches) batch.dispose();
      this.#batches.clear();
      this.#functions.llama_detach_threadpool(context);
      this.#functions.llama_free(context);
      this.#threadpool?.dispose();
      this.#onDispose();
    });
  }

  #contextOf(row: number): Pointer {
    const context = this.#alive();
    if (this.#rows[row] !== 1) throw new RangeError(`Row ${row} of the last decode has no logits.`);
    return context;
  }

  #begin(batch: DecodeBatch): LlamaBatch {
    this.#alive();
    if (!(batch instanceof LlamaBatch) || !this.#batches.has(batch)) throw new TypeError('A batch of another backend.');
    if (batch.length === 0) throw new RangeError('The batch is empty.');
    this.#rows.fill(0);
    return batch;
  }

  #noteRows(batch: LlamaBatch): void {
    for (let row = 0; row < batch.length; row++) this.#rows[row] = batch.wants(row) ? 1 : 0;
  }

  /** The context, to be read and changed: not while a decode runs beside the event loop. */
  #alive(): Pointer {
    const context = this.#open();
    if (this.#decoder.running) throw new Error('A decode is running.');
    return context;
  }

  #open(): Pointer {
    if (this.#context === undefined) throw new Error('The backend was disposed of.');
    return this.#context;
  }

  #check(...sequences: SequenceId[]): void {
    for (const sequence of sequences) {
      if (!(sequence >= 0 && sequence < this.sequences)) throw new RangeError(`No sequence ${sequence}.`);
    }
  }
}
