/** Joins text that comes quickly: a message for each token would cost more than some tokens do. */

/** Text is sent when it is this old; the first text at once. Short enough to feel live, long enough to cost nothing. */
const STREAM_INTERVAL_MS = 8;

export class TextStream {
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

  /** Sends what is left. */
  end(): void {
    if (this.#pending === '') return;
    this.#send(this.#pending);
    this.#pending = '';
  }
}
