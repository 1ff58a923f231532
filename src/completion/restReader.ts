/** Has the prompt read where the cursor rests, so that the first key there finds it read. Pure. */

/** The cursor rests when it did not move for so long; and nobody types who did not for so long. Milliseconds. */
export const RESTS_AFTER_MS = 250;
const TYPES_FOR_MS = 600;
/** Who typed something so short ago will type again. Milliseconds. */
const WRITES_FOR_MS = 60_000;

export interface RestNeeds {
  /**
   * Reads the prompt at the cursor of the editor in front, if there is one, until the signal is aborted. Never rejects.
   * @param writes somebody typed something lately, here or elsewhere.
   */
  read(signal: AbortSignal, writes: boolean): Promise<void>;
  /** Milliseconds. */
  now?: () => number;
}

export class RestReader {
  readonly #read: RestNeeds['read'];
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #reading = new AbortController();
  #typedAt = Number.NEGATIVE_INFINITY;
  #wroteAt = Number.NEGATIVE_INFINITY;

  constructor({ read, now = () => performance.now() }: RestNeeds) {
    this.#read = read;
    this.#now = now;
  }

  /** The cursor is elsewhere. */
  moved(): void {
    this.#stop();
    // While somebody types, keys ask by themselves.
    const typing = this.#typedAt + TYPES_FOR_MS - this.#now();
    this.#timer = setTimeout(
      () => {
        this.#reading = new AbortController();
        void this.#read(this.#reading.signal, this.#now() - this.#wroteAt <= WRITES_FOR_MS);
      },
      Math.max(RESTS_AFTER_MS, typing),
    );
  }

  /** Another editor is in front: what was typed elsewhere says nothing of it. */
  came(): void {
    this.#typedAt = Number.NEGATIVE_INFINITY;
    this.moved();
  }

  /** A key was typed. */
  typed(): void {
    this.#typedAt = this.#now();
    this.#wroteAt = this.#typedAt;
    this.#stop();
  }

  dispose(): void {
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#reading.abort();
  }
}
