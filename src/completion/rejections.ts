/** What the person did not want, so that it is not shown again while the same stands around its place. */
import { isSamePlace, LONGEST_TYPED, type Place, typedSince } from './answers.ts';

interface Rejection {
  place: Place;
  full: string;
}

/** As many as Copilot remembers. */
const KEPT = 20;
/** Who types so many characters of it wants it after all; and so many of something else that it is no slip of the finger. */
const MEANT_FROM = 3;

export class Rejections {
  #rejected: Rejection[] = [];
  /** Something else was typed than these; it may have been a slip. */
  #parted: Rejection[] = [];

  /** The person put these texts away, or took them back. */
  reject(place: Place, fulls: readonly string[]): void {
    const added = fulls.map((full) => ({ place, full }));
    const has = ({ place, full }: Rejection) => added.some((one) => one.full === full && isSamePlace(one.place, place));
    this.#rejected = [...this.#rejected.filter((one) => !has(one)), ...added].slice(-KEPT);
  }

  /** Something else was typed than what was shown at a place. */
  part(place: Place, fulls: readonly string[]): void {
    this.#parted = fulls.map((full) => ({ place, full }));
  }

  /** The cursor is now at `place`: what was typed otherwise there is rejected, unless it was taken back at once. */
  moved(place: Place): void {
    const [first] = this.#parted;
    if (first === undefined) return;
    const typed = typedSince(first.place, place);
    const agreed = Math.max(...this.#parted.map(({ full }) => (typed === undefined ? 0 : agreement(full, typed))));
    if (typed !== undefined && typed.length - agreed < MEANT_FROM) {
      if (typed.length === agreed) this.#parted = [];
      return;
    }
    this.reject(
      first.place,
      this.#parted.map(({ full }) => full),
    );
    this.#parted = [];
  }

  /** Whether a text is one that was rejected at a place, as far as both go, or the rest of one that was hardly begun since. */
  has(place: Place, full: string): boolean {
    return this.#rejected.some((rejection) => {
      const typed = typedSince(rejection.place, place);
      if (typed === undefined || typed.length >= MEANT_FROM || !rejection.full.startsWith(typed)) return false;
      const rest = rejection.full.slice(typed.length);
      if (!rest.startsWith(full) && !full.startsWith(rest)) return false;
      return typed !== '' || isSamePlace(rejection.place, place);
    });
  }

  clear(): void {
    this.#rejected = [];
    this.#parted = [];
  }
}

/** How many characters two texts begin with in common. */
function agreement(a: string, b: string): number {
  const most = Math.min(a.length, b.length, LONGEST_TYPED);
  let common = 0;
  while (common < most && a[common] === b[common]) common++;
  return common;
}
