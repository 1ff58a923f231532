/** Runs one request in a model's loop: its text is sent while it is made, and a signal ends it. */
import type { Loop } from './scheduler/loop.ts';
import type { Generation, OnText, RequestInput, RequestProgress } from './scheduler/request.ts';

/** Text is sent when it is this old; the first text at once. Short enough to feel live, long enough to cost nothing. */
const STREAM_INTERVAL_MS = 8;
/** How often a request is looked at. */
const LOOK_MS = 150;

/** Hears of a request on its way. */
export interface Hearing {
  /** Receives text while it is made, joined to one piece every few milliseconds, and its tokens. */
  onText: OnText;
  /** Is told every 150 ms how far the request is; of one that was over before it is not. */
  onProgress?: (progress: RequestProgress) => void;
}

/**
 * @param signal ends it with the text so far (`finish: 'cancelled'`).
 * @throws EngineFailure when it can never run, or the model is unloaded under it.
 */
export async function generate(
  loop: Loop,
  input: Omit<RequestInput, 'onText'>,
  signal: AbortSignal,
  { onText, onProgress }: Hearing,
): Promise<Generation> {
  const stream = new TextStream(onText);
  const request = loop.submit({ ...input, onText: (delta, tokens) => stream.push(delta, tokens) });
  const cancel = () => loop.cancel(request);
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const looking = onProgress && setInterval(() => onProgress(request.progress), LOOK_MS);
  try {
    return await request.done;
  } finally {
    clearInterval(looking);
    signal.removeEventListener('abort', cancel);
    stream.end();
  }
}

/** Joins text that comes quickly: a message for each token would cost more than some tokens do. */
class TextStream {
  readonly #send: OnText;
  #pending = '';
  #tokens: number[] = [];
  #sentAt = 0;

  constructor(send: OnText) {
    this.#send = send;
  }

  push(delta: string, tokens: readonly number[]): void {
    this.#pending += delta;
    for (const token of tokens) this.#tokens.push(token);
    const now = performance.now();
    if (now - this.#sentAt < STREAM_INTERVAL_MS) return;
    this.#sentAt = now;
    this.end();
  }

  end(): void {
    if (this.#pending === '') return;
    this.#send(this.#pending, this.#tokens);
    this.#pending = '';
    this.#tokens = [];
  }
}
