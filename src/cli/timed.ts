/** Measures a request where its user waits for it: in the client. */
import type { EngineClient, GenerateOptions } from '../engine/client/client.ts';
import type { CompletionParams, CompletionResult, GenerateParams, GenerateResult } from '../engine/protocol/index.ts';

export type Generator = Pick<EngineClient, 'complete' | 'generate'>;

/** Milliseconds from sending. */
export interface Times {
  /** Null where no token was made. */
  firstTokenMs: number | null;
  totalMs: number;
}

/** Takes the times of one request. */
export class TimedGenerator implements Generator {
  readonly #generator: Generator;
  readonly #now: () => number;
  #times: Times | undefined;

  constructor(generator: Generator, now = () => performance.now()) {
    this.#generator = generator;
    this.#now = now;
  }

  /** Of the request that was answered last; undefined before. */
  get times(): Times | undefined {
    return this.#times;
  }

  complete(params: CompletionParams, options: GenerateOptions = {}): Promise<CompletionResult> {
    return this.#timed(options, (timed) => this.#generator.complete(params, timed));
  }

  generate(params: GenerateParams, options: GenerateOptions = {}): Promise<GenerateResult> {
    return this.#timed(options, (timed) => this.#generator.generate(params, timed));
  }

  async #timed<R extends GenerateResult>(
    options: GenerateOptions,
    work: (options: GenerateOptions) => Promise<R>,
  ): Promise<R> {
    const sent = this.#now();
    let first: number | undefined;
    const result = await work({
      ...options,
      onText: (delta) => {
        first ??= this.#now();
        options.onText?.(delta);
      },
    });
    const answered = this.#now();
    // A token without text (an end, a stop) is not sent: it came as long before the result as the engine says.
    if (first === undefined && result.firstTokenMs !== null) first = answered - (result.totalMs - result.firstTokenMs);
    this.#times = { firstTokenMs: first === undefined ? null : first - sent, totalMs: answered - sent };
    return result;
  }
}
