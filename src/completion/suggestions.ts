/**
 * What is suggested: answers that are known, the one request under way, and what is on screen. One state each, so that
 * nothing is asked twice.
 */
import { Answers, isSamePlace, type Offer, type Place, typedSince } from './answers.ts';
import type { CompletionOutcome, Shown } from './completer.ts';
import { Flight, type Run } from './flight.ts';

/** A first line that is there waits so long for the rest, so that what is shown seldom changes. Milliseconds. */
const FIRST_WAITS_MS = 150;

export interface AskOptions {
  /** The person asked by a command. */
  explicit?: boolean;
  /** Nobody waits for it, and it may go on all the same until something else is typed. */
  ahead?: boolean;
}

/** A first line that is shown while the rest is written. */
export interface Early {
  first: Shown;
  /** Whether the whole answer goes on from it. */
  rest: Promise<boolean>;
}

/** What a request that was under way says of a place. */
export interface Joined {
  /** As {@link Answers.find}. */
  offer: Offer | null;
  /** Where it is a first line: whether the whole answer goes on from it. */
  rest?: Promise<boolean>;
}

export class Suggestions {
  readonly answers: Answers;
  readonly #graceMs: number;
  readonly #firstWaitsMs: number;
  readonly #now: () => number;
  #latest: Flight | undefined;
  /** Begun before the editor asked, which has not asked since; it may have ended. */
  #foreseen: { flight: Flight; until: number } | undefined;
  #current: Place | undefined;

  /**
   * @param graceMs how long a request that nobody waits for may go on: the next key often wants it again. Longer than the
   *   editor's and our own wait after a key.
   * @param now a clock, ms.
   */
  constructor(graceMs = 400, now = () => performance.now(), firstWaitsMs = FIRST_WAITS_MS) {
    this.#graceMs = graceMs;
    this.#firstWaitsMs = firstWaitsMs;
    this.#now = now;
    this.answers = new Answers(now);
  }

  get #flight(): Flight | undefined {
    return this.#latest?.over ? undefined : this.#latest;
  }

  /** A request is under way. */
  get busy(): boolean {
    return this.#flight !== undefined;
  }

  /**
   * Waits for the request under way if what has been typed since agrees with it; ends it at once if not.
   * @param explicit only what a command asked for counts.
   * @returns what it says, or its first line where the rest takes long; undefined as soon as the answer turns out another,
   *   or `signal` is aborted.
   */
  async join(place: Place, signal: AbortSignal, explicit = false): Promise<Joined | undefined> {
    const flight = this.#flight;
    if (flight === undefined || this.foresaw(place)) return undefined;
    if (!flight.agrees(place) || (explicit && !flight.explicit)) {
      flight.end();
      return undefined;
    }
    const first = await flight.whileAgreeing(place, signal, !explicit);
    if (signal.aborted) return undefined;
    const rest = first && this.#flight === flight ? this.#showFirst(flight, first) : undefined;
    const offer = this.answers.find(place, explicit);
    return offer === undefined ? undefined : { offer, ...(rest ? { rest } : {}) };
  }

  /** What kind of request is under way that may still answer for `place`. */
  underWay(place: Place): 'automatic' | 'explicit' | undefined {
    if (this.#flight === undefined || !this.#flight.agrees(place)) return undefined;
    return this.#flight.explicit ? 'explicit' : 'automatic';
  }

  /** A request was begun for just this place before the editor asked; {@link ask} goes on with it. */
  foresaw(place: Place): boolean {
    const known = this.#foreseen;
    if (known === undefined || known.flight.abandoned || this.#now() >= known.until) return false;
    return isSamePlace(known.flight.place, place);
  }

  /**
   * Begins a request for a place where the editor will soon ask.
   * @returns resolves when it has ended, in whatever way.
   */
  foresee(place: Place, run: Run): Promise<unknown> {
    const flight = this.#begin(place, run, { explicit: false, ahead: false });
    this.#foreseen = { flight, until: this.#now() + this.#graceMs };
    flight.abandonLater();
    return flight.done;
  }

  /**
   * Runs a request and remembers its answer. An older one under way is ended.
   * @param run gets the signal that ends it.
   * @param signal of who waits; absent: nobody does yet (it was asked ahead).
   * @returns the outcome, or its first line where the rest takes long; undefined when `signal` was aborted first.
   */
  async ask(
    place: Place,
    run: Run,
    signal?: AbortSignal,
    { explicit = false, ahead = false }: AskOptions = {},
  ): Promise<CompletionOutcome | Early | undefined> {
    const known = !explicit && this.foresaw(place) ? this.#foreseen!.flight : undefined;
    const flight = known ?? this.#begin(place, run, { explicit, ahead });
    this.#foreseen = undefined;
    const { outcome } = flight;
    if (signal === undefined) {
      flight.abandonLater();
      return outcome;
    }
    const first = await flight.wait(Promise.race([flight.done.then(() => undefined), flight.early]), signal);
    if (signal.aborted) return undefined;
    if (first === undefined || explicit || this.#flight !== flight) return outcome;
    return { first, rest: this.#showFirst(flight, first) };
  }

  /** @returns whether the whole answer goes on from its first line. */
  #showFirst(flight: Flight, first: Shown): Promise<boolean> {
    flight.give(first);
    this.answers.remember(flight.place, { shown: first.text, over: 0, tail: '', rejectedBy: null });
    return flight.outcome.then(
      (result) => goesOnFrom(first, result) && result.shown !== first.text,
      () => false,
    );
  }

  #begin(place: Place, run: Run, { explicit, ahead }: Required<AskOptions>): Flight {
    this.#flight?.end();
    this.#foreseen = undefined;
    const flight = new Flight(place, run, {
      explicit,
      patient: ahead,
      graceMs: this.#graceMs,
      firstWaitsMs: this.#firstWaitsMs,
      onAnswer: (outcome, given) => {
        // What is on screen is not taken back for less.
        if (given === undefined || goesOnFrom(given, outcome)) this.answers.remember(place, outcome, explicit);
      },
    });
    this.#latest = flight;
    return flight;
  }

  /** A suggestion for `place` is on screen. @returns whether it is a new one. */
  show(place: Place): boolean {
    const isNew = this.#current === undefined || this.#told(this.#current, place) !== 'open';
    if (isNew) this.#current = place;
    return isNew;
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

  /** Whether what is on screen belongs to a place: there, or where it was typed along to. */
  isOn(place: Place): boolean {
    return this.#current !== undefined && this.#told(this.#current, place) === 'open';
  }

  /** Where the suggestion on screen began. */
  get current(): Place | undefined {
    return this.#current;
  }

  /** The suggestion on screen was taken, or put away. @returns whether there was one. */
  gone(): boolean {
    const shown = this.#current !== undefined;
    this.#current = undefined;
    return shown;
  }

  /** Forgets everything and ends what is under way: another model, or another way to answer. */
  clear(): void {
    this.answers.clear();
    this.#current = undefined;
    this.#foreseen = undefined;
    this.#flight?.end();
  }

  /** What the way from a suggestion to `place` tells of it; undefined where that is no typing. */
  #told(from: Place, place: Place): 'open' | 'right' | 'wrong' | undefined {
    const fulls = this.answers.fullsAt(from) ?? [];
    const typed = typedSince(from, place);
    if (typed === undefined || fulls.length === 0) return undefined;
    if (fulls.some((full) => typed.startsWith(full))) return 'right';
    return fulls.some((full) => full.startsWith(typed)) ? 'open' : 'wrong';
  }
}

const goesOnFrom = (first: Shown, { shown, over }: CompletionOutcome): boolean =>
  over === 0 && shown !== null && shown.startsWith(first.text);
