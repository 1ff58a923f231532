/** Runs one request in a model's loop: its text is sent while it is made, and a signal ends it. */
import type { Loop } from './scheduler/loop.ts';
import type { Generation, RequestInput } from './scheduler/request.ts';

/** Text is sent when it is this old; the first text at once. Short enough to feel live, long enough to cost nothing. */
const STREAM_INTERVAL_MS = 8;

/**
 * @param signal ends it with the text so far (`finish: 'cancelled'`).
 * @param onText receives text while it is made, joined to one piece every few milliseconds.
 * @throws EngineFailure when it can never run, or the model is unloaded under it.
 */
export async function generate(
  loop: Loop,
  input: Omit<RequestInput, 'onText'>,
  signal: AbortSignal,
  onText: (delta: string) => void,
): Promise<Generation> {
  const stream = new TextStream(onText);
  const request = loop.submit({ ...input, onText: (delta) => stream.push(delta) });
  const cancel = () => loop.cancel(request);
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await request.done;
  } finally {
    signal.removeEventListener('abort', cancel);
    stream.end();
  }
}

/** Joins text that comes quickly: a message for each token would cost more than some tokens do. */
class TextStream {
  readonly #send: (delta: string) => void;
  #pending = '';
  #sentAt = 0;

  constructor(send: (delta: string) => void) {
    this.#send = send;
  }

  push(delta: string): void {
    this.#pending += delta;
    const now = performance.now();
    if (now - this.#sentAt < STREAM_INTERVAL_MS) return;
    this.#sentAt = now;
    this.end();
  }

  end(): void {
    if (this.#pending === '') return;
    this.#send(this.#pending);
    this.#pending = '';
  }
}
