/** Why nothing was shown at a place, kept for the status item and for who comes back there. */
import { LRUCache } from 'lru-cache';
import type { Place } from './answers.ts';
import type { Silence } from './silence.ts';

/** A cursor in a document as it was. */
export interface Cursor {
  /** Of the document. */
  uri: string;
  version: number;
  /** UTF-16 code units. */
  offset: number;
}

/** Places that are kept: as many as answers are. */
const KEPT = 250;
const NOTHING: Silence = { why: 'filtered', filter: 'blank' };

export class Silences {
  readonly #kept = new LRUCache<string, Silence>({ max: KEPT });
  #latest: { cursor: Cursor; silence: Silence | null } | undefined;

  /** @param silence that an answer came to; null: there is something to show. */
  note(place: Place, silence: Silence | null): void {
    if (silence === null) this.#kept.delete(keyOf(place));
    else this.#kept.set(keyOf(place), silence);
  }

  /** Why a place has no suggestion that was answered with none. */
  of(place: Place): Silence {
    return this.#kept.get(keyOf(place)) ?? NOTHING;
  }

  /** The editor was given nothing, or, with null, something. */
  answered(cursor: Cursor, silence: Silence | null): void {
    this.#latest = { cursor, silence };
  }

  /** Why nothing is shown at a cursor; null: something is, or nothing was asked there yet. */
  at(place: Place, cursor: Cursor): Silence | null {
    const latest = this.#latest;
    if (latest && isSame(latest.cursor, cursor)) return latest.silence;
    return this.#kept.get(keyOf(place)) ?? null;
  }

  clear(): void {
    this.#kept.clear();
    this.#latest = undefined;
  }
}

const isSame = (a: Cursor, b: Cursor): boolean => a.uri === b.uri && a.version === b.version && a.offset === b.offset;

/** As much before the cursor as tells a place from others for as long as it matters. */
const keyOf = ({ path, prefix }: Place): string => `${path}\0${prefix.slice(-256)}`;
