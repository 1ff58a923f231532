/** One request to the engine under way: what it says so far, who waits for it, and when it is given up. */
import { closersBefore, type Place, typedSince } from './answers.ts';
import type { CompletionOutcome, Shown } from './completer.ts';
import { toLf } from './text.ts';

/** Asks the engine. Reports all the text so far, and a first line that may be shown already. */
export type Run = (
  signal: AbortSignal,
  onText: (text: string) => void,
  onFirst: (first: Shown) => void,
) => Promise<CompletionOutcome>;

export interface FlightOptions {
  /** The person asked by a command. */
  explicit: boolean;
  /** Nobody waits for it, and it may go on all the same until something else is typed. */
  patient: boolean;
  /** How long one that nobody waits for may go on. Milliseconds. */
  graceMs: number;
  /** A first line that is there waits so long for the rest. Milliseconds. */
  firstWaitsMs: number;
  /** It was answered. @param given what was shown of it before. */
  onAnswer(outcome: CompletionOutcome, given: Shown | undefined): void;
}

export class Flight {
  readonly place: Place;
  readonly explicit: boolean;
  readonly outcome: Promise<CompletionOutcome>;
  /** Resolves when it has ended, in whatever way. */
  readonly done: Promise<unknown>;
  /** Its first line, where the rest takes long. */
  readonly early: Promise<Shown>;
  readonly #graceMs: number;
  readonly #controller = new AbortController();
  readonly #listeners = new Set<() => void>();
  #patient: boolean;
  #waiting = 0;
  #over = false;
  #abandon: NodeJS.Timeout | undefined;
  /** Generated so far; LF. */
  #text = '';
  /** What was shown of it before it ended. */
  #given: Shown | undefined;

  constructor(place: Place, run: Run, { explicit, patient, graceMs, firstWaitsMs, onAnswer }: FlightOptions) {
    this.place = place;
    this.explicit = explicit;
    this.#patient = patient;
    this.#graceMs = graceMs;
    const early = Promise.withResolvers<Shown>();
    this.early = early.promise;
    let waits: NodeJS.Timeout | undefined;
    this.outcome = run(
      this.#controller.signal,
      (text) => {
        this.#text = text;
        for (const listener of this.#listeners) listener();
      },
      (first) => {
        waits = setTimeout(() => early.resolve(first), firstWaitsMs);
      },
    )
      .then((result) => {
        onAnswer(result, this.#given);
        return result;
      })
      .finally(() => {
        this.#over = true;
        clearTimeout(waits);
        clearTimeout(this.#abandon);
      });
    this.done = this.outcome.catch(() => {});
  }

  /** It was given up. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** It was answered, failed, or was given up. */
  get over(): boolean {
    return this.#over || this.abandoned;
  }

  /** True when what was typed since may still become what it generates. */
  agrees(place: Place): boolean {
    const typed = typedSince(this.place, place);
    if (typed === undefined || closersBefore(this.place.suffix, place.suffix) === undefined) return false;
    const asGenerated = toLf(typed);
    return this.#text.startsWith(asGenerated) || asGenerated.startsWith(this.#text);
  }

  /**
   * Waits until it has ended, or until it no longer agrees with a place, or the signal is aborted.
   * @param early a first line that goes on at the place is waited for too. @returns that line, if it came first.
   */
  async whileAgreeing(place: Place, signal: AbortSignal, early: boolean): Promise<Shown | undefined> {
    const nothing = Promise.withResolvers<undefined>();
    const first = Promise.withResolvers<Shown>();
    const check = () => {
      if (!this.agrees(place)) nothing.resolve(undefined);
    };
    if (early) void this.early.then((line) => goesOnAt(line, typedSince(this.place, place)) && first.resolve(line));
    void this.done.then(() => nothing.resolve(undefined));
    this.#listeners.add(check);
    try {
      return await this.wait(Promise.race([nothing.promise, first.promise]), signal);
    } finally {
      this.#listeners.delete(check);
    }
  }

  /** Somebody waits for something of it, until the signal is aborted: then undefined. */
  async wait<T>(until: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    this.#waiting += 1;
    clearTimeout(this.#abandon);
    const aborted = Promise.withResolvers<undefined>();
    const stop = () => aborted.resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const came = await Promise.race([until, aborted.promise]);
    signal.removeEventListener('abort', stop);
    this.#waiting -= 1;
    if (this.#waiting === 0) this.abandonLater();
    return came;
  }

  /** Its first line is on screen: it goes on though nobody waits. */
  give(first: Shown): void {
    this.#given = first;
    this.#patient = true;
    clearTimeout(this.#abandon);
  }

  /** Ends it unless somebody waits for it soon. */
  abandonLater(): void {
    clearTimeout(this.#abandon);
    if (!this.#patient && !this.#over) this.#abandon = setTimeout(() => this.end(), this.#graceMs);
  }

  end(): void {
    clearTimeout(this.#abandon);
    this.#controller.abort();
  }
}

const goesOnAt = ({ text }: Shown, typed: string | undefined): boolean =>
  typed !== undefined && text.length > typed.length && text.startsWith(typed);
