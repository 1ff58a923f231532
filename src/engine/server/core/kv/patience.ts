/**
 * How long a request waits for pages that come from the disk: a moment, and then for each page that came as long as
 * computing it would have taken. So it is never later than {@link MOMENT_MS} after one that computes everything.
 */

/** Reading a page and unpacking it takes about a millisecond; more than this is a disk that has something else to do. */
export const MOMENT_MS = 30;

/** Of one request. By a real clock: it is the disk that is waited for. */
export class Patience {
  #leftMs = MOMENT_MS;
  #since: number | undefined;

  /** The request may go on waiting, from now on or still. */
  get lasts(): boolean {
    this.#since ??= performance.now();
    return performance.now() - this.#since < this.#leftMs;
  }

  /** A page came that would have taken so long to compute. */
  gained(ms: number): void {
    if (this.#since !== undefined) this.#leftMs -= performance.now() - this.#since;
    this.#since = undefined;
    this.#leftMs = Math.max(0, this.#leftMs) + ms;
  }
}
