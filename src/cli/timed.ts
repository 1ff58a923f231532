/** Measures a request where its user waits for it: in the client. */
import type { TextGenerator } from '../completion/completer.ts';
import type { GenerateParams, GenerateResult } from '../engine/protocol/index.ts';

/** Milliseconds from sending. */
export interface Times {
  /** Null where no token was made. */
  firstTokenMs: number | null;
  totalMs: number;
}

/** Takes the times of one request. */
export class TimedGenerator implements TextGenerator {
  readonly #generator: TextGenerator;
  readonly #now: () => number;
  #times: Times | undefined;

  constructor(generator: TextGenerator, now = () => performance.now()) {
    this.#generator = generator;
    this.#now = now;
  }

  /** Of the request that was answered last; undefined before. */
  get times(): Times | undefined {
    return this.#times;
  }

  async generate(
    params: GenerateParams,
    options: { signal?: AbortSignal; onText?: (delta: string) => void } = {},
  ): Promise<GenerateResult> {
    const sent = this.#now();
    let first: number | undefined;
    const result = await this.#generator.generate(params, {
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
