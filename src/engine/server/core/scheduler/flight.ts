/** An iteration that runs off the event loop, and when it gives way to somebody else. */
import type { DecodeBackend } from '../backend.ts';
import type { Slice } from './selection.ts';

/** A running iteration is not stopped for a higher class where it should end so soon, or should just have ended. */
export const WORTH_STOPPING_MS = 5;

export class Flight {
  readonly #backend: DecodeBackend;
  readonly #slices: readonly Slice[];
  readonly #endsAt: number;
  #stopped = false;
  /** Nobody else computes beside it: its time says what it costs. */
  alone = true;

  /** @param endsAt when it should end, by the clock of the backend. */
  constructor(backend: DecodeBackend, slices: readonly Slice[], endsAt: number) {
    this.#backend = backend;
    this.#slices = slices;
    this.#endsAt = endsAt;
  }

  /** Ends it where someone of class `rank` would wait for lower ones, or nobody wants it any more; see {@link Contender}. */
  stop(rank: number): boolean {
    // What a prompt that was superseded or cancelled has computed serves the one that comes in its place.
    const wanted = this.#slices.some(({ request, start, end }) => {
      return request.rank <= rank && (!request.ending || end - start > 1);
    });
    if (wanted) return false;
    // One that is overdue is on a machine that has become slower: nobody knows how long it will go on.
    if (!this.#stopped && Math.abs(this.#endsAt - this.#backend.now()) >= WORTH_STOPPING_MS) {
      this.#stopped = true;
      this.#backend.abort();
    }
    const beside = this.#backend.sparesHalf && rank < this.#slices[0]!.request.rank;
    if (beside) this.alone = false;
    return beside;
  }
}
