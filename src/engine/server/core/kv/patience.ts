/**
 * How long a request waits for pages that come from the disk: a moment, and then for each page that came as long as
 * computing it would have taken. So it is never later than {@link MOMENT_MS} after one that computes everything.
 */

/** Reading a page and unpacking it takes about a millisecond; more than this is a disk that has something else to do. */
export const MOMENT_MS = 30;

export class Patience {
  readonly #left = new WeakMap<object, { ms: number; since: number | undefined }>();
  readonly #now: () => number;

  /** @param now a real clock, ms: it is the disk that is waited for. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Who waits may go on waiting, from now on or still. */
  has(who: object): boolean {
    const left = this.#of(who);
    left.since ??= this.#now();
    return this.#now() - left.since < left.ms;
  }

  /** A page came that would have taken so long to compute. */
  gained(who: object, ms: number): void {
    const left = this.#of(who);
    if (left.since !== undefined) left.ms -= this.#now() - left.since;
    left.since = undefined;
    left.ms = Math.max(0, left.ms) + ms;
  }

  #of(who: object): { ms: number; since: number | undefined } {
    let left = this.#left.get(who);
    if (!left) {
      left = { ms: MOMENT_MS, since: undefined };
      this.#left.set(who, left);
    }
    return left;
  }
}
