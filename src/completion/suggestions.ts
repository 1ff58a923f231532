/**
 * What has been suggested, so that nothing is asked twice. One state each: `current` is on screen, `cache` holds recent
 * answers, `flight` is the request under way.
 */
import { LRUCache } from 'lru-cache';
import { type Draft, joinClosers } from './closers.ts';
import type { CompletionOutcome } from './completer.ts';
import { isBlank, isClosersOnly, lineAfter, toLf } from './text.ts';

/** The text around a cursor, as it stands in the file. It may begin and end inside the file. */
export interface Place {
  /** Names the document. */
  path: string;
  prefix: string;
  suffix: string;
  /** Of the cursor in the document, in UTF-16 units; absent: edits elsewhere do not count. */
  offset?: number;
}

/** How much of the text before and after the cursor has to be the same for an answer to fit again. */
const PREFIX_SAME = 256;
const SUFFIX_SAME = 256;

/** As many answers as llama.vscode keeps. */
const ANSWERS = 250;

/** Longest typed part of an answer that is still recognised. */
const LONGEST_TYPED = 256;

/** Longest row of closers that an editor puts after the cursor while an answer is typed. */
const LONGEST_CLOSERS = 16;

/** An answer at its place. */
interface Answer {
  /** Everything that goes in, the closers that stay included; null: nothing should be shown there. */
  full: string | null;
  /** What follows in the file once it is in. */
  following: string;
  path: string;
  offset: number | undefined;
  /** When it was given, ms. */
  at: number;
}

/** That nothing is to be shown is true for so long: what the engine knows changes. Milliseconds. */
const NOTHING_LIVES_MS = 5_000;
/** An edit so far away may change an answer, in UTF-16 units: the nearer ones are compared with the text itself. */
const FAR = 2_048;

interface Flight {
  place: Place;
  explicit: boolean;
  /** Generated so far; LF. */
  text: string;
  done: Promise<unknown>;
  controller: AbortController;
  waiting: number;
  abandon: NodeJS.Timeout | undefined;
  onText: Set<() => void>;
}

export class Suggestions {
  readonly #cache = new LRUCache<string, Answer>({ max: ANSWERS });
  readonly #graceMs: number;
  readonly #now: () => number;
  #flight: Flight | undefined;
  #current: Place | undefined;

  /**
   * @param graceMs how long a request that nobody waits for may go on: the next key often wants it again. Longer than the
   *   editor's and our own wait after a key.
   * @param now a clock, ms.
   */
  constructor(graceMs = 400, now = () => performance.now()) {
    this.#graceMs = graceMs;
    this.#now = now;
  }

  /**
   * The answer that fits a place without asking: one given there, or one given earlier of which the beginning has been
   * typed since. Null: it is known that nothing should be shown. Undefined: not known.
   */
  find(place: Place): Draft | null | undefined {
    const longest = Math.min(LONGEST_TYPED, place.prefix.length);
    for (let length = 0; length <= longest; length++) {
      const start = place.prefix.length - length;
      const answer = this.#cache.get(keyOf(place.path, place.prefix.slice(0, start)));
      if (answer === undefined || this.#isOld(answer)) continue;
      const found = remainder(answer, place.prefix.slice(start), place.suffix);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Keeps an answer. One that was ended from outside says nothing. */
  remember(place: Place, outcome: Pick<CompletionOutcome, 'shown' | 'over' | 'tail' | 'rejectedBy'>): void {
    if (outcome.rejectedBy === 'cancelled' || outcome.rejectedBy === 'superseded') return;
    const full = outcome.shown === null ? null : outcome.shown + place.suffix.slice(0, outcome.over) + outcome.tail;
    const { path, offset } = place;
    const following = place.suffix.slice(outcome.over);
    this.#cache.set(keyOf(path, place.prefix), { full, following, path, offset, at: this.#now() });
  }

  /** A document was edited at `offset`: what was answered far from there was made for another text. */
  edited(path: string, offset: number): void {
    for (const [key, answer] of this.#cache.entries()) {
      const far = answer.offset !== undefined && Math.abs(answer.offset - offset) > FAR;
      if (answer.path === path && far) this.#cache.delete(key);
    }
  }

  /** The engine knows more now: where it had nothing to show it may have. */
  expire(): void {
    for (const [key, { full }] of this.#cache.entries()) if (full === null) this.#cache.delete(key);
  }

  #isOld({ full, at }: Answer): boolean {
    return full === null && this.#now() - at > NOTHING_LIVES_MS;
  }

  /**
   * Waits for the request under way if what has been typed since agrees with it; ends it at once if not.
   * @returns as {@link find}, once it is known; undefined as soon as the answer turns out another, or `signal` is aborted.
   */
  async join(place: Place, signal: AbortSignal): Promise<Draft | null | undefined> {
    const flight = this.#flight;
    if (flight === undefined) return undefined;
    if (!agrees(flight, place)) {
      this.#end(flight);
      return undefined;
    }
    let check = () => {};
    const parted = new Promise<void>((resolve) => {
      check = () => {
        if (!agrees(flight, place)) resolve();
      };
    });
    flight.onText.add(check);
    try {
      await this.#wait(flight, Promise.race([flight.done, parted]), signal);
    } finally {
      flight.onText.delete(check);
    }
    return signal.aborted ? undefined : this.find(place);
  }

  /** What kind of request is under way that may still answer for `place`. */
  underWay(place: Place): 'automatic' | 'explicit' | undefined {
    if (this.#flight === undefined || !agrees(this.#flight, place)) return undefined;
    return this.#flight.explicit ? 'explicit' : 'automatic';
  }

  /**
   * Runs a request and remembers its answer. An older one under way is ended.
   * @param run gets the signal that ends it, and reports the text so far.
   * @param signal of who waits; absent: nobody does yet (it was asked ahead).
   * @param explicit the user asked by a command.
   * @returns undefined when `signal` was aborted first.
   */
  async ask<T extends CompletionOutcome>(
    place: Place,
    run: (signal: AbortSignal, onText: (text: string) => void) => Promise<T>,
    signal?: AbortSignal,
    explicit = false,
  ): Promise<T | undefined> {
    if (this.#flight !== undefined) this.#end(this.#flight);
    const controller = new AbortController();
    const flight: Flight = {
      place,
      explicit,
      text: '',
      done: Promise.resolve(),
      controller,
      waiting: 0,
      abandon: undefined,
      onText: new Set(),
    };
    this.#flight = flight;
    const outcome = run(controller.signal, (text) => {
      flight.text = text;
      for (const listener of flight.onText) listener();
    })
      .then((result) => {
        this.remember(place, result);
        return result;
      })
      .finally(() => {
        clearTimeout(flight.abandon);
        if (this.#flight === flight) this.#flight = undefined;
      });
    flight.done = outcome.catch(() => {});
    if (signal === undefined) this.#abandonLater(flight);
    else await this.#wait(flight, flight.done, signal);
    return signal?.aborted ? undefined : outcome;
  }

  /** A suggestion for `place` is on screen. */
  show(place: Place): void {
    if (this.#current === undefined || this.#told(this.#current, place) !== 'open') this.#current = place;
  }

  /**
   * The cursor is now at `place`. @returns what that says of the suggestion on screen, if it says something: `right`: it
   * was typed to its end; `wrong`: something else was.
   */
  left(place: Place): 'right' | 'wrong' | undefined {
    if (this.#current === undefined) return undefined;
    const told = this.#told(this.#current, place);
    if (told === 'open') return undefined;
    this.#current = undefined;
    return told;
  }

  /** The suggestion on screen was taken. @returns whether there was one. */
  accepted(): boolean {
    const shown = this.#current !== undefined;
    this.#current = undefined;
    return shown;
  }

  /** Forgets everything and ends what is under way: another model, or another way to answer. */
  clear(): void {
    this.#cache.clear();
    this.#current = undefined;
    if (this.#flight !== undefined) this.#end(this.#flight);
  }

  /** What the way from a suggestion to `place` tells of it; undefined where that is no typing. */
  #told(from: Place, place: Place): 'open' | 'right' | 'wrong' | undefined {
    const full = this.#cache.peek(keyOf(from.path, from.prefix))?.full;
    const typed = typedSince(from, place);
    if (typed === undefined || full == null) return undefined;
    if (typed.startsWith(full)) return 'right';
    return full.startsWith(typed) ? 'open' : 'wrong';
  }

  async #wait(flight: Flight, until: Promise<unknown>, signal: AbortSignal): Promise<void> {
    flight.waiting += 1;
    clearTimeout(flight.abandon);
    let stop = () => {};
    const aborted = new Promise<void>((resolve) => {
      stop = resolve;
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await Promise.race([until, aborted]);
    signal.removeEventListener('abort', stop);
    flight.waiting -= 1;
    if (flight.waiting === 0 && this.#flight === flight) this.#abandonLater(flight);
  }

  #abandonLater(flight: Flight): void {
    clearTimeout(flight.abandon);
    flight.abandon = setTimeout(() => this.#end(flight), this.#graceMs);
  }

  #end(flight: Flight): void {
    clearTimeout(flight.abandon);
    if (this.#flight === flight) this.#flight = undefined;
    flight.controller.abort();
  }
}

const keyOf = (path: string, prefix: string): string => `${path}\0${prefix.slice(-PREFIX_SAME)}`;

/** What has been typed between two places of one document; undefined where the one does not lead to the other. */
function typedSince(from: Place, place: Place): string | undefined {
  if (from.path !== place.path) return undefined;
  const before = keyOf('', from.prefix);
  for (let length = 0; length <= Math.min(LONGEST_TYPED, place.prefix.length); length++) {
    const start = place.prefix.length - length;
    if (keyOf('', place.prefix.slice(0, start)) === before) return place.prefix.slice(start);
  }
  return undefined;
}

/** True when what was typed since may still become what the request under way generates. */
function agrees(flight: Flight, place: Place): boolean {
  const typed = typedSince(flight.place, place);
  if (typed === undefined || closersBefore(flight.place.suffix, place.suffix) === undefined) return false;
  const asGenerated = toLf(typed);
  return flight.text.startsWith(asGenerated) || asGenerated.startsWith(flight.text);
}

/** What is left of an answer after `typed`, around the closers that now follow the cursor. */
function remainder(answer: Answer, typed: string, suffix: string): Draft | null | undefined {
  const closers = closersBefore(answer.following, suffix);
  if (closers === undefined) return undefined;
  if (answer.full === null) return typed === '' ? null : undefined;
  if (!answer.full.startsWith(typed)) return undefined;
  const left = answer.full.slice(typed.length);
  const draft = closers === '' ? { text: left, over: 0, tail: '' } : joinClosers(left, closers);
  return isBlank(draft.text) ? undefined : draft;
}

/** The closers that stand in `suffix` before `following`; undefined where something else does. */
function closersBefore(following: string, suffix: string): string | undefined {
  const longest = Math.min(LONGEST_CLOSERS, lineAfter(suffix).length);
  const same = following.slice(0, SUFFIX_SAME);
  for (let length = 0; length <= longest; length++) {
    if (suffix.slice(length, length + SUFFIX_SAME) !== same) continue;
    const closers = suffix.slice(0, length);
    return isClosersOnly(closers) ? closers : undefined;
  }
  return undefined;
}
