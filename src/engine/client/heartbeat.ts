/**
 * Notices an engine that hangs, while somebody waits for it. A request may rightly take long, so it has no deadline of its
 * own; instead the engine's loop is asked for a sign of life. It counts intervals without an answer and not time: when the
 * client itself was held up, or the machine slept, the answer is read before the next interval ends.
 */

export interface HeartbeatOptions {
  /** Without a sign of life for about this long the engine is hung. */
  hangMs: number;
  /** Asked before that is said: how much longer the engine may be silent; 0: no longer. */
  patienceMs: () => number;
  ping: () => Promise<unknown>;
  onHung: () => void;
}

const INTERVALS = 5;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #asked = false;
  /** Intervals since it was asked. */
  #silent = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Watches while `work` runs. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#waiting++;
    this.#timer ??= setInterval(() => this.#beat(), this.#options.hangMs / INTERVALS);
    try {
      return await work();
    } finally {
      if (--this.#waiting === 0) this.dispose();
    }
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#silent = 0;
  }

  #beat(): void {
    if (!this.#asked) {
      this.#silent = 0;
      this.#asked = true;
      const heard = () => {
        this.#asked = false;
      };
      this.#options.ping().then(heard, heard); // a closed connection is noticed by others
      return;
    }
    if (++this.#silent < INTERVALS || this.#options.patienceMs() > 0) return;
    this.dispose();
    this.#options.onHung();
  }
}
