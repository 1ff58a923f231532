/** Models, small ones above all, may come to say the same words for ever. */

/** What repeats is at most so long, and has been said so often, and so much of it, in UTF-16 units. */
const LONGEST_PERIOD = 1_500;
const LEAST_TIMES = 4;
const LEAST_LENGTH = 600;
/** Of a text that grows the end is looked at whenever so much has come. */
const STEP = 64;

/**
 * @returns where, in UTF-16 units, the text would end if what it says again and again to its end were said once;
 * undefined where it is not repeating itself.
 */
export function repeatsFrom(text: string): number | undefined {
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    const least = Math.max(LEAST_LENGTH, LEAST_TIMES * period);
    let at = text.length - 1;
    while (at >= period && text[at] === text[at - period]) at--;
    // Where what has this period begins.
    const start = at - period + 1;
    if (text.length - start >= least) return endOf(text, start + period, period);
  }
  return undefined;
}

/** Wherever a period is cut it is whole: behind a line or a sentence it reads best. */
function endOf(text: string, from: number, period: number): number {
  for (const end of [/\n$|[.!?;]\s$/, /\s$/]) {
    for (let at = from; at < from + period; at++) if (end.test(text.slice(Math.max(0, at - 2), at))) return at;
  }
  return from;
}

/** Watches a text as it grows. */
export class RepetitionWatch {
  #text = '';
  #lookedAt = 0;

  /** @returns as {@link repeatsFrom}, of all that has come. */
  push(delta: string): number | undefined {
    this.#text += delta;
    if (this.#text.length - this.#lookedAt < STEP) return undefined;
    this.#lookedAt = this.#text.length;
    // What is far behind cannot tell.
    const tail = this.#text.slice(-LEAST_TIMES * LONGEST_PERIOD);
    const end = repeatsFrom(tail);
    return end === undefined ? undefined : this.#text.length - tail.length + end;
  }
}
