/** Long work beside a loop, in slices that a keystroke would not notice: slower while requests run. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';

/** One slice. A message takes two turns of the event loop to arrive, and waits no longer than this in each. */
const SLICE_MS = 1;
/** While requests run: a slice is due when nothing ran for a moment, or after so long. */
const BUSY = { pollMs: 5, mostMs: 100 };

export class Slices {
  readonly #busy: () => boolean;
  /** Of the slice; the first begins at once. */
  #end = performance.now() + SLICE_MS;

  /** @param busy requests run. */
  constructor(busy: () => boolean = () => false) {
    this.#busy = busy;
  }

  /** True when it is the others' turn; see {@link next}. */
  get over(): boolean {
    return performance.now() >= this.#end || this.#busy();
  }

  /** Gives the others a turn where the slice is over. */
  async next(): Promise<void> {
    if (!this.over) return;
    await turn();
    const due = performance.now() + BUSY.mostMs;
    while (this.#busy() && performance.now() < due) await sleep(BUSY.pollMs);
    this.#end = performance.now() + SLICE_MS;
  }
}
