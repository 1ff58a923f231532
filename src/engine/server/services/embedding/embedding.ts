/** Vectors of texts, in batches that are short enough for others on the device: `embed` of one model. */
import type { RequestClass } from '../../../protocol/index.ts';
import type { Embedder } from '../../core/embedder.ts';
import { EngineFailure } from '../../core/failure.ts';
import { RANK } from '../../core/scheduler/request.ts';

export interface Embedded {
  /** Of length 1, so that a dot product is a cosine; zeros for a text without tokens. In the order of the texts. */
  vectors: Float32Array[];
  /** For each vector: the end of its text was left out. */
  cut: boolean[];
  /** That were computed. */
  tokens: number;
  /** Only the first texts have vectors. */
  cancelled: boolean;
}

export interface EmbeddingOptions {
  /**
   * Runs a computation when the model's device is free for its class.
   * @param rank of the highest class that waits for it, 0 the highest: it may rise meanwhile.
   */
  turn: (rank: () => number, compute: () => Promise<void>) => Promise<void>;
  /** What a batch should take, ms. One text is never divided for it. */
  batchMs?: number;
}

/** As long as an iteration of the scheduler may be. */
const BATCH_MS = 30;
/** Before the first batch was measured, and never less: below it a batch costs about the same. */
const LEAST_TOKENS = 64;
/** Weight of the newest batch in what is known of the speed. */
const SMOOTHING = 0.3;

interface Job {
  class: RequestClass;
  texts: readonly string[];
  signal: AbortSignal;
  result: Embedded;
  resolve: (result: Embedded) => void;
  reject: (error: unknown) => void;
}

export class Embedding {
  readonly #embedder: Embedder;
  readonly #turn: EmbeddingOptions['turn'];
  readonly #batchMs: number;
  /** By class, then by arrival. */
  readonly #jobs: Job[] = [];
  #running = false;
  #disposed = false;
  /** Measured, smoothed; undefined before the first batch. */
  #tokensPerMs: number | undefined;

  constructor(embedder: Embedder, { turn, batchMs = BATCH_MS }: EmbeddingOptions) {
    this.#embedder = embedder;
    this.#turn = turn;
    this.#batchMs = batchMs;
  }

  get dimensions(): number {
    return this.#embedder.dimensions;
  }

  /**
   * Texts longer than the model's context lose their end, and are marked. Batches of a higher class go first.
   * @param signal ends it before the next batch, with what is ready.
   * @throws EngineFailure `engineStopped` when the model is closed; `outOfMemory`, `internal`.
   */
  async embed(texts: readonly string[], requestClass: RequestClass, signal: AbortSignal): Promise<Embedded> {
    if (this.#disposed) throw closed();
    const { promise, resolve, reject } = Promise.withResolvers<Embedded>();
    const result = { vectors: [], cut: [], tokens: 0, cancelled: false };
    this.#jobs.push({ class: requestClass, texts, signal, result, resolve, reject });
    this.#jobs.sort((a, b) => RANK[a.class] - RANK[b.class]);
    void this.#run();
    return promise;
  }

  dispose(): void {
    this.#disposed = true;
    for (const { reject } of this.#jobs.splice(0)) reject(closed());
    this.#embedder.dispose();
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let job = this.#jobs[0]; job; job = this.#jobs[0]) {
      try {
        if (!this.#settle(job)) await this.#batch(job);
      } catch (error) {
        this.#remove(job);
        job.reject(error);
      }
    }
    this.#running = false;
  }

  #settle(job: Job): boolean {
    const { result, texts, signal } = job;
    const complete = result.vectors.length === texts.length;
    if (!complete && !signal.aborted) return false;
    result.cancelled = !complete;
    this.#remove(job);
    job.resolve(result);
    return true;
  }

  /** The next texts of a job. */
  async #batch(job: Job): Promise<void> {
    const { texts, result } = job;
    const embedder = this.#embedder;
    const room = Math.min(embedder.batchTokens, Math.max(LEAST_TOKENS, (this.#tokensPerMs ?? 0) * this.#batchMs));
    const sequences: Int32Array[] = [];
    const cut: boolean[] = [];
    let tokens = 0;
    while (sequences.length < embedder.sequences) {
      const text = texts[result.vectors.length + sequences.length];
      if (text === undefined) break;
      const sequence = embedder.sequenceOf(text);
      if (sequence.tokens.length === 0 && sequences.length > 0) break;
      if (sequences.length > 0 && tokens + sequence.tokens.length > room) break;
      sequences.push(sequence.tokens);
      cut.push(sequence.cut);
      tokens += sequence.tokens.length;
      if (tokens === 0) break;
    }
    const vectors = tokens === 0 ? [new Float32Array(embedder.dimensions)] : await this.#compute(sequences, tokens);
    for (const vector of vectors) result.vectors.push(normalised(vector));
    result.cut.push(...cut);
    result.tokens += tokens;
  }

  async #compute(sequences: Int32Array[], tokens: number): Promise<Float32Array[]> {
    let ms = 0;
    // Whoever waits behind this batch lends it their class.
    const rank = () => Math.min(...this.#jobs.map((job) => RANK[job.class]), RANK.background);
    const vectors = await this.#embedder.embed(sequences, (compute) =>
      this.#turn(rank, async () => {
        const begun = performance.now();
        await compute();
        ms += performance.now() - begun;
      }),
    );
    const rate = tokens / Math.max(0.1, ms);
    this.#tokensPerMs =
      this.#tokensPerMs === undefined ? rate : this.#tokensPerMs + SMOOTHING * (rate - this.#tokensPerMs);
    return vectors;
  }

  #remove(job: Job): void {
    const at = this.#jobs.indexOf(job);
    if (at >= 0) this.#jobs.splice(at, 1);
  }
}

const closed = (): EngineFailure => new EngineFailure('engineStopped', 'The embedding model was closed.');

function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? vector.map((value) => value / length) : vector;
}
