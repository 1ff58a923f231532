/** Vectors of texts with libllama: a context of its own, which keeps nothing from one text to the next. */
import type { Pooling } from '../../../protocol/index.ts';
import type { DecodeOutcome } from '../backend.ts';
import type { Embedder, TextSequence, Turn } from '../embedder.ts';
import { EngineFailure } from '../failure.ts';
import { LlamaBatch } from './batch.ts';
import { Decoder } from './decoder.ts';
import type { NativeFunctions } from './functions.ts';
import { POOLINGS } from './ggufCheck.ts';
import { copyFloats } from './memoryCopy.ts';
import type { Pointer } from './structs.ts';
import { createThreadpool, type Threadpool } from './threads.ts';
import type { LlamaTokenizer } from './tokenizer.ts';

export interface EmbedderModel {
  readonly functions: NativeFunctions;
  readonly pointer: Pointer;
  readonly tokenizer: LlamaTokenizer;
  readonly threads: number;
  /** Nothing is computed on a GPU. */
  readonly onCpu: boolean;
  /** Longest sequence, in tokens. */
  readonly contextTokens: number;
  readonly pooling: Pooling;
  /** A text may be computed in pieces: each token sees those before it only, and the vector is the last one's. */
  readonly inPieces: boolean;
  /** A state for each sequence id, beside or in place of cells. */
  readonly recurrent: boolean;
}

/**
 * Longest piece. libllama computes and keeps the logits of every token of a decoder, also where only vectors are asked
 * for: 600 KB a token with 150,000 words.
 */
const PIECE_TOKENS = 256;
const SEQUENCES = 32;
const RECURRENT_SEQUENCES = 4;

export class LlamaEmbedder implements Embedder {
  readonly dimensions: number;
  readonly contextTokens: number;
  readonly batchTokens: number;
  readonly sequences: number;
  readonly #functions: NativeFunctions;
  readonly #tokenizer: LlamaTokenizer;
  /** Null for models that only look at a text once and remember nothing (encoders). */
  readonly #memory: Pointer | null;
  readonly #decoder: Decoder;
  readonly #batch: LlamaBatch;
  readonly #threadpool: Threadpool | undefined;
  readonly #onDispose: () => void;
  #context: Pointer | undefined;

  /** @throws EngineFailure `outOfMemory` when the context cannot be made. */
  constructor(model: EmbedderModel, onDispose: () => void = () => {}) {
    const { functions, contextTokens, threads } = model;
    this.#functions = functions;
    this.#tokenizer = model.tokenizer;
    this.#onDispose = onDispose;
    this.contextTokens = contextTokens;
    this.dimensions = functions.llama_model_n_embd_out(model.pointer);
    this.sequences = model.recurrent ? RECURRENT_SEQUENCES : SEQUENCES;
    const batchTokens = model.inPieces ? Math.min(contextTokens, PIECE_TOKENS) : contextTokens;
    const context = functions.llama_init_from_model(model.pointer, {
      ...functions.llama_context_default_params(),
      n_ctx: contextTokens,
      n_batch: batchTokens,
      // Who looks ahead must have all of a text in one micro-batch; a mean is taken of one micro-batch, too.
      n_ubatch: batchTokens,
      n_seq_max: this.sequences,
      n_threads: threads,
      n_threads_batch: threads,
      pooling_type: POOLINGS.indexOf(model.pooling),
      embeddings: true,
      kv_unified: true,
    });
    if (context === null) {
      throw new EngineFailure(
        'outOfMemory',
        `There is not enough memory for texts of ${contextTokens} tokens. Choose a smaller embedding model or a shorter context.`,
        'llama_init_from_model returned NULL',
      );
    }
    this.#context = context;
    this.batchTokens = batchTokens;
    this.#memory = functions.llama_get_memory(context);
    this.#batch = new LlamaBatch(batchTokens, this.sequences, batchTokens);
    this.#threadpool = createThreadpool(functions, threads);
    if (this.#threadpool) {
      functions.llama_attach_threadpool(context, this.#threadpool.pointer, this.#threadpool.pointer);
    }
    // Nothing is kept, so there is nothing to clean up behind a computation that was stopped.
    this.#decoder = new Decoder(functions, context, 0, model.onCpu, true);
  }

  sequenceOf(text: string): TextSequence {
    return this.#tokenizer.encodeSequence(text, this.contextTokens);
  }

  async embed(sequences: readonly Int32Array[], turn: Turn): Promise<Float32Array[]> {
    const tokens = sequences.reduce((sum, { length }) => sum + length, 0);
    if (sequences.length > this.sequences || (sequences.length > 1 && tokens > this.batchTokens)) {
      throw new RangeError('More texts, or more tokens, than fit a batch.');
    }
    if (sequences.some(({ length }) => length === 0 || length > this.contextTokens)) {
      throw new RangeError('An empty text, or one longer than the context.');
    }
    while (!(await this.#compute(sequences, turn)));
    return sequences.map((_, sequence) => this.#vector(sequence));
  }

  abort(): void {
    if (this.#context !== undefined) this.#decoder.abort();
  }

  dispose(): void {
    const context = this.#context;
    if (context === undefined) return;
    this.#context = undefined;
    this.#decoder.dispose(() => {
      this.#batch.dispose();
      this.#functions.llama_detach_threadpool(context);
      this.#functions.llama_free(context);
      this.#threadpool?.dispose();
      this.#onDispose();
    });
  }

  /** False when it was stopped. */
  async #compute(sequences: readonly Int32Array[], turn: Turn): Promise<boolean> {
    this.#forgetAll();
    const longest = Math.max(...sequences.map(({ length }) => length));
    for (let start = 0; start < longest; start += this.batchTokens) {
      let outcome: DecodeOutcome | undefined;
      await turn(async () => {
        this.#open();
        this.#batch.clear();
        for (const [sequence, tokens] of sequences.entries()) {
          const end = Math.min(tokens.length, start + this.batchTokens);
          for (let i = start; i < end; i++) this.#batch.add(tokens[i]!, i, [sequence], true);
        }
        outcome = await this.#decoder.decodeAsync(this.#batch);
        this.#open();
      });
      if (outcome === 'aborted') return false;
      if (outcome === 'noRoom') throw new EngineFailure('internal', 'The embedding model has no room for a batch.');
    }
    return true;
  }

  #vector(sequence: number): Float32Array {
    const pointer = this.#functions.llama_get_embeddings_seq(this.#open(), sequence);
    if (pointer === null) throw new EngineFailure('internal', 'The embedding model gave no vector.');
    const vector = new Float32Array(this.dimensions);
    copyFloats(vector, pointer, this.dimensions);
    return vector;
  }

  #forgetAll(): void {
    this.#open();
    if (this.#memory !== null) this.#functions.llama_memory_clear(this.#memory, false);
  }

  #open(): Pointer {
    if (this.#context === undefined) throw new EngineFailure('engineStopped', 'The embedding model was closed.');
    return this.#context;
  }
}
