/**
 * What the scheduler and the cache need of a model: decode a batch, share and drop ranges of cells, save and restore
 * pages, draw a token. Two implementations: libllama (`llama/backend.ts`) and a deterministic simulated one with
 * virtual time (`simulated/backend.ts`).
 */
import type { SamplingOptions, SpecialToken } from '../../protocol/index.ts';

/** Id of a sequence: a small integer below {@link DecodeBackend.sequences}. */
export type SequenceId = number;

/**
 * The tokens of one decode, as parallel arrays made once. A token may belong to several sequences (a shared
 * prefix, a branch of a token tree); its position is the same in all of them.
 */
export interface DecodeBatch {
  readonly capacity: number;
  readonly length: number;
  clear(): void;
  /**
   * Appends one token. `wantLogits` marks a row that will be sampled.
   * @returns the row's index, for {@link DecodeBackend.sample}.
   * @throws RangeError when the batch is full.
   */
  add(token: number, position: number, sequences: readonly SequenceId[], wantLogits: boolean): number;
}

/** `noRoom`: there are not enough free cells. `aborted`: stopped half-way. Either way nothing was decoded. */
export type DecodeOutcome = 'ok' | 'noRoom' | 'aborted';

/** Draws tokens for one request; holds its random state, its penalties and its grammar. */
export interface Sampler {
  /** Draws the next token from a row of the last decode and takes it into its state. */
  sample(row: number): number;
  /** Takes a token into the state without drawing (the end of the prompt, for penalties). */
  accept(token: number): void;
  /**
   * Takes in a token of the answer that an equal sampler drew before, in another engine.
   * @throws EngineFailure `grammarInvalid`, or `promptInvalid` of what is copied, where it could not have drawn it.
   */
  resume?(token: number): void;
  /** True: nothing that it could draw is wanted any more. */
  readonly exhausted?: boolean;
  /**
   * Other ways that the answer could have gone, the likeliest first, at most `most`; undefined: it cannot be told yet.
   * @param over nothing more is drawn.
   */
  branches?(most: number, over: boolean): readonly Branch[] | undefined;
  dispose(): void;
}

/** A place where an answer could have gone another way. */
export interface Branch {
  /** How many tokens of the answer are before it. */
  at: number;
  /** What comes there instead. */
  token: number;
  /** Draws what follows. */
  sampler: Sampler;
}

/** A sampler of the library's, which can also draw from logits that were changed since the decode. */
export interface Drawer extends Sampler {
  /**
   * Draws out of one logit for each token of the vocabulary, and takes the token into its state.
   * @param among only these tokens; a few are drawn from much more quickly than all.
   * @throws EngineFailure `grammarInvalid` where its grammar allows none of them.
   */
  draw(logits: Float32Array, among?: Int32Array): number;
}

export interface DecodeBackend {
  /** Cells in the pool, in tokens. */
  readonly cells: number;
  /** Longest batch, in tokens. */
  readonly batchTokens: number;
  /** Number of sequence ids. */
  readonly sequences: number;
  /** False for recurrent, hybrid and sliding-window models: their ranges cannot be removed or shared freely. */
  readonly sharesPages: boolean;
  /** True where a running {@link decodeAsync} can be stopped half-way (on the CPU). */
  readonly abortable: boolean;
  /** True where attention of a long batch is computed in tiles: on the CPU, with keys and values that are floats. */
  readonly tiles: boolean;
  /** True where another model's decode takes no core from this one's: each computes on half of the machine at most. */
  readonly sparesHalf: boolean;
  /** Milliseconds on the backend's own clock (virtual in the simulated one). */
  now(): number;
  createBatch(): DecodeBatch;
  /** @throws EngineFailure when the library reports a fatal error. */
  decode(batch: DecodeBatch): DecodeOutcome;
  /**
   * As {@link decode}, but off the event loop, which costs some more. Until it resolves, the batch must stay as it is, and
   * what reads or changes sequences or rows throws; `abort`, `dispose`, `now`, `createBatch`, `createSampler` and a
   * sampler's `dispose` may be called. Rejects with what `decode` throws.
   */
  decodeAsync(batch: DecodeBatch): Promise<DecodeOutcome>;
  /**
   * Ends a running {@link decodeAsync} early: it resolves with `aborted`, or as it would have if it had just ended.
   * Without effect when none runs, and where the backend is not abortable.
   */
  abort(): void;
  /** Makes `target` an owner of the cells of `source` at positions [start, end). No data is copied. */
  copyRange(source: SequenceId, target: SequenceId, start: number, end: number): void;
  /** Drops `sequence` from its cells at positions [start, end); `end` -1 is the last. False where the model cannot. */
  removeRange(sequence: SequenceId, start: number, end: number): boolean;
  /** Last position of a sequence, -1 when it is empty. */
  lastPosition(sequence: SequenceId): number;
  /** The cells of `sequence` at [start, end) as bytes that {@link restorePage} of the same model and settings takes. */
  savePage(sequence: SequenceId, start: number, end: number): Uint8Array;
  /** Puts a saved page back under `sequence`, at the positions it was saved from. False: no room, or it does not fit. */
  restorePage(sequence: SequenceId, page: Uint8Array): boolean;
  /** All of a sequence as bytes, also where pages cannot be saved alone (recurrent and hybrid models). */
  saveState(sequence: SequenceId): Uint8Array;
  /** Puts a saved state under an empty sequence. False: no room, or it does not fit. */
  restoreState(sequence: SequenceId, state: Uint8Array): boolean;
  /** @throws EngineFailure `grammarInvalid`. */
  createSampler(options: SamplingOptions): Drawer;
  /** Raw logits of a row of the last decode that asked for them, copied; into `target` where one is given. */
  logits(row: number, target?: Float32Array): Float32Array;
  /** A running {@link decodeAsync} is stopped, and resolves with `aborted`. */
  dispose(): void;
}

/** Text to tokens and back. */
export interface Tokenizer {
  /** Special tokens are never parsed out of `text`: user code that spells `<|fim_prefix|>` stays plain text. */
  encode(text: string): Int32Array;
  /** As {@link encode}, but markers of a chat template become their tokens. */
  encodeTemplate(text: string): Int32Array;
  /** Bytes of one token; incomplete UTF-8 is the caller's to join. */
  bytes(token: number): Uint8Array;
  /**
   * True for every token that ends an answer.
   * @param atCursor the answer is what is filled in at a cursor: a marker of such a place ends it, too.
   */
  isEnd(token: number, atCursor?: boolean): boolean;
  special(name: SpecialToken): number | undefined;
  /** The vocabulary was trained with a space before the beginning of a text, which {@link encode} leaves out. */
  readonly putsSpaceFirst?: boolean;
}
