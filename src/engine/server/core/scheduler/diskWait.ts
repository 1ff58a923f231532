/** Requests that wait for saved pages to come from the disk: they go on as soon as these are there, or do not come. */
import type { LoopParts } from './parts.ts';
import type { Selection } from './selection.ts';

/** Who waits for the disk is looked at so often, in case nothing comes. */
const AWAITING_MS = 5;

export class DiskWait {
  readonly #parts: LoopParts;
  readonly #selection: Selection;
  #timer: NodeJS.Timeout | undefined;
  /** Nothing can be computed before saved pages have come. */
  paused = false;

  constructor(parts: LoopParts, selection: Selection) {
    this.#parts = parts;
    this.#selection = selection;
    parts.cache.onReady = () => this.#ready();
  }

  /** An iteration was chosen. @param empty it has no tokens. */
  chosen(empty: boolean): void {
    const waits = this.#selection.awaiting.length > 0;
    if (waits) this.#lookAgain();
    this.paused = empty && waits;
  }

  end(): void {
    this.#parts.cache.onReady = () => undefined;
    clearTimeout(this.#timer);
  }

  /** Saved pages may have come: who waited for them goes on, if need be at the cost of a running iteration. */
  #ready(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#selection.awaiting.filter(({ settled }) => !settled);
    const ready = waiting.filter(({ lease, known }) => !lease || this.#parts.cache.outlook(lease, known) !== 'coming');
    if (waiting.length > 0 && ready.length === 0) {
      this.#lookAgain();
      return;
    }
    this.paused = false;
    // Of no class where those who waited have left: nothing is stopped then.
    this.#parts.device.arrived(Math.min(...ready.map(({ rank }) => rank)));
  }

  #lookAgain(): void {
    this.#timer ??= setTimeout(() => this.#ready(), AWAITING_MS);
  }
}
