/** Work in the background of a thread that answers others: short slices, rests between them, and none while somebody waits. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

export interface PaceOptions {
  /** Somebody types, or an answer is being computed. */
  busy?: () => boolean;
  /** So long at a time, in milliseconds. Messages of the thread are answered after it. */
  sliceMs?: number;
  /** Between slices. 0: only what waits in the event loop is done. */
  restMs?: number;
}

/** While others are busy, this is how often it is looked at again. */
const POLL_MS = 20;

export class Pace {
  readonly #busy: () => boolean;
  readonly #sliceMs: number;
  readonly #restMs: number;
  #began = performance.now();
  #worked = 0;
  #waiting = false;

  constructor({ busy = () => false, sliceMs = 4, restMs = 2 }: PaceOptions = {}) {
    this.#busy = busy;
    this.#sliceMs = sliceMs;
    this.#restMs = restMs;
  }

  /** It rests because others are busy. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** When the slice ends, by `performance.now()`. */
  get end(): number {
    return this.#began + this.#sliceMs;
  }

  /** Work begins (again): what was before does not count. */
  begin(): void {
    this.#began = performance.now();
  }

  /** Milliseconds worked since this was asked last, rests left out. */
  take(): number {
    const now = performance.now();
    const taken = this.#worked + now - this.#began;
    this.#worked = 0;
    this.#began = now;
    return taken;
  }

  /**
   * Rests where the slice is over or others are busy, until they are not.
   * @param waits is told once where it waits for others.
   * @throws the reason of `signal` when it is aborted.
   */
  async next(signal: AbortSignal, waits?: () => void): Promise<void> {
    signal.throwIfAborted();
    if (performance.now() < this.end && !this.#busy()) return;
    this.#worked += performance.now() - this.#began;
    try {
      // A message takes two turns of the event loop to arrive.
      await turn();
      if (this.#restMs > 0) await sleep(this.#restMs, undefined, { signal });
      else await turn();
      if (!this.#busy()) return;
      this.#waiting = true;
      waits?.();
      while (this.#busy()) await sleep(POLL_MS, undefined, { signal });
    } finally {
      this.#waiting = false;
      this.begin();
      signal.throwIfAborted();
    }
  }
}
