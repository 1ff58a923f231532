/**
 * What the model was given and what it answered, of the last requests: taken from the requests themselves. Kept in memory
 * only, and never logged.
 */

import { ANSWERS, type Place } from '../answers.ts';
import type { CompletionOutcome } from '../completer.ts';

/** A request to the engine that was answered. */
export interface SeenAnswer {
  place: Place;
  /** In words: the file and the position in it. */
  where: string;
  model: string;
  /** The user asked by a command. */
  explicit: boolean;
  /** What was said of the memory. */
  memory: string;
  outcome: CompletionOutcome;
  /** When it was answered. */
  at: Date;
}

/** What the editor was given last. */
export interface LastAnswer {
  answer: SeenAnswer;
  /** Characters of it that had been typed by then, where something was shown; null: nothing was. */
  typed: number | null;
}

/** So much before a place tells it from others, in UTF-16 units. */
const SAME = 256;

export class SeenAnswers {
  readonly #answers: SeenAnswer[] = [];
  #last: LastAnswer | undefined;
  /** The editor was given something of a request that goes on. */
  #waiting: { place: Place; suggestion: boolean } | undefined;

  /** Called when {@link last} changes after the editor was given its text: a first line is shown while the rest is written. */
  onLate?: () => void;

  /** The last answer that the editor was given; undefined: none since {@link clear}. */
  get last(): LastAnswer | undefined {
    return this.#last;
  }

  /** A request was answered. One that was ended from outside says nothing. */
  note(answer: SeenAnswer): void {
    const { rejectedBy } = answer.outcome;
    if (rejectedBy === 'cancelled' || rejectedBy === 'superseded') return;
    this.#answers.push(answer);
    // As many as may still be shown.
    if (this.#answers.length > ANSWERS) this.#answers.shift();
    if (!this.#waiting || !this.#tell(this.#waiting.place, this.#waiting.suggestion)) return;
    this.#waiting = undefined;
    this.onLate?.();
  }

  /** The editor was given a suggestion at a place (true), or none. It may be what is left of one that was asked for earlier. */
  gave(place: Place, suggestion: boolean): void {
    this.#waiting = this.#tell(place, suggestion) ? undefined : { place, suggestion };
  }

  /** @returns whether the answer of which it is was found. */
  #tell(place: Place, suggestion: boolean): boolean {
    for (const answer of this.#answers.toReversed()) {
      const typed = typedSince(answer, place);
      if (typed === undefined) continue;
      const { shown, tail } = answer.outcome;
      if (suggestion ? shown === null || !(shown + tail).startsWith(typed) : shown !== null || typed !== '') continue;
      this.#last = { answer, typed: suggestion ? typed.length : null };
      return true;
    }
    return false;
  }

  /** Another model, or what the engine read is forgotten. */
  clear(): void {
    this.#answers.length = 0;
    this.#last = undefined;
    this.#waiting = undefined;
  }
}

/** What was typed from the place of an answer to another one; undefined where the one does not lead to the other. */
function typedSince({ place }: SeenAnswer, to: Place): string | undefined {
  if (place.path !== to.path || place.offset === undefined || to.offset === undefined) return undefined;
  const length = to.offset - place.offset;
  const start = to.prefix.length - length;
  if (length < 0 || start < 0) return undefined;
  const common = Math.min(start, place.prefix.length, SAME);
  const same = to.prefix.slice(start - common, start) === place.prefix.slice(place.prefix.length - common);
  return same ? to.prefix.slice(start) : undefined;
}
