/**
 * Time in which nobody idles: it is real while the engine works, and jumps to whoever waits next while it does not. So ten
 * minutes of typing take as long as their answers. On a busy machine every answer can be taken to last as long as on an
 * idle one: then time stands still while the engine works.
 */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/completion/call.ts';

interface Sleeper {
  due: number;
  wake(): void;
}

export class SkippingClock implements Clock {
  readonly #answerMs: number | undefined;
  #skipped = 0;
  #working = 0;
  #sleepers: Sleeper[] = [];
  #driving = false;

  /** @param answerMs what an answer takes, whatever it really takes; undefined: what it really takes. */
  constructor(answerMs?: number) {
    this.#answerMs = answerMs;
  }

  now(): number {
    return (this.#answerMs === undefined ? performance.now() : 0) + this.#skipped;
  }

  /** The engine is at work. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#working++;
    const begun = this.now();
    try {
      return await work;
    } finally {
      this.#working--;
      if (this.#answerMs !== undefined) await this.wait(begun + this.#answerMs - this.now());
    }
  }

  wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        due: this.now() + milliseconds,
        wake: () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      signal?.addEventListener('abort', sleeper.wake, { once: true });
      this.#sleepers.push(sleeper);
      void this.#drive();
    });
  }

  async #drive(): Promise<void> {
    if (this.#driving) return;
    this.#driving = true;
    while (this.#sleepers.length > 0) {
      // The engine needs the cores: to turn round and round takes one of them, and its threads wait for each other.
      await (this.#working > 0 ? sleep(1) : turn());
      const next = this.#sleepers.toSorted((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      const left = next.due - this.now();
      if (left > 0 && this.#working > 0) continue;
      this.#skipped += Math.max(0, left);
      next.wake();
    }
    this.#driving = false;
  }
}
