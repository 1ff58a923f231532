/**
 * Where an answer is with regard to the blocks in it that are copied, byte by byte:
 *
 *     anything … | begin | line of a text | its next line | … | end | anything …
 *
 * A line of a text that spells one of the two markers is not copied: whoever reads the block takes it for the marker.
 */
import type { CopyOptions } from '../../../protocol/index.ts';
import { byteString, CopyableLines } from './copyableLines.ts';

/** In a block, in a line of which some bytes are written. */
export interface Copying {
  /** The lines that may be meant: of these, ascending, those in [low, high). */
  readonly lines: readonly string[];
  readonly low: number;
  readonly high: number;
  /** Bytes of the line that are written. */
  readonly depth: number;
  /** Where in the texts the line stands; undefined: it is the first one of the block. */
  readonly places: Int32Array | undefined;
  /** Bytes of the end marker that the line may spell; -1: it is another line. */
  readonly end: number;
}

/** Outside of blocks: how many bytes of the begin marker the line so far spells; -1: it is another line. */
export type Free = number;
export type Place = Free | Copying;

export const LINE_START: Free = 0;
export const OTHER_LINE: Free = -1;
const LF = 0x0a;

export class CopyRules {
  /** The markers as byte strings. */
  readonly begin: string;
  readonly end: string;
  readonly #texts: readonly string[];
  #lines: CopyableLines | undefined;

  constructor({ begin, end, texts }: CopyOptions) {
    this.begin = byteString(begin);
    this.end = byteString(end);
    this.#texts = texts;
  }

  /** @returns undefined where the byte may not come next; outside of blocks every byte may. */
  step(place: Place, byte: number): Place | undefined {
    if (typeof place !== 'number') return this.#copy(place, byte);
    const { begin } = this;
    if (byte === LF) return place === begin.length ? this.#start() : LINE_START;
    return begin.charCodeAt(place) === byte ? place + 1 : OTHER_LINE;
  }

  /** As {@link step}, for the bytes of a byte string from an index on. */
  run(place: Place, bytes: string, from = 0): Place | undefined {
    let now: Place | undefined = place;
    for (let at = from; at < bytes.length && now !== undefined; at++) now = this.step(now, bytes.charCodeAt(at));
    return now;
  }

  #copy({ lines, low, high, depth, places, end }: Copying, byte: number): Place | undefined {
    if (byte === LF && end === this.end.length) return LINE_START;
    const first = firstFrom(lines, low, high, depth, byte);
    const behind = firstFrom(lines, first, high, depth, byte + 1);
    const ending = end >= 0 && this.end.charCodeAt(end) === byte ? end + 1 : -1;
    if (first === behind && ending < 0) return undefined;
    if (byte !== LF) return { lines, low: first, high: behind, depth: depth + 1, places, end: ending };
    const next = this.#lines!.behind(lines[first]!, places);
    const following = this.#lines!.at(next);
    return { lines: following, low: 0, high: following.length, depth: 0, places: next, end: 0 };
  }

  /** A block begins; texts without a line that can be copied hold it to nothing. */
  #start(): Place {
    this.#lines ??= new CopyableLines(this.#texts, [this.begin, this.end]);
    const { all } = this.#lines;
    if (all.length === 0) return LINE_START;
    return { lines: all, low: 0, high: all.length, depth: 0, places: undefined, end: -1 };
  }
}

/**
 * Of ascending byte strings that are equal up to `depth`: the first in [low, high) whose byte there is not below `byte`.
 * None of them ends before it.
 */
export function firstFrom(strings: readonly string[], low: number, high: number, depth: number, byte: number): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (strings[middle]!.charCodeAt(depth) < byte) from = middle + 1;
    else to = middle;
  }
  return from;
}
