/** One call after the other: what is known, else what the request under way gives, else the engine after a wait. */
import type { Draft } from './closers.ts';
import type { CompletionOutcome } from './completer.ts';
import { type Place, Suggestions } from './suggestions.ts';
import { isBlank, lineAfter } from './text.ts';
import { Pace } from './trigger.ts';

/** What one call came to. Numbers and names only, never code. */
export interface CompletionTiming {
  /** `known`: nothing was asked. `joined`: a request under way fitted. */
  source: 'known' | 'joined' | 'engine';
  debounceMs: number;
  /** From the end of the wait to the suggestion. */
  requestMs: number;
  /** On the engine's clock; null where it was not asked, or made no token. */
  firstTokenMs: number | null;
  shown: boolean;
  rejectedBy: string | null;
  /** That what is shown is right, or that the surest beginning of what is not would be, in [0, 1]; null: not asked. */
  right: number | null;
}

/** What time is it, and how to let it pass. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Resolves after `milliseconds`, or as soon as the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Call {
  place: Place;
  /** The user asked by a command: no wait, and what was rejected before is tried again. */
  explicit: boolean;
  /** Right after an acceptance: no wait. */
  afterAccept: boolean;
  /** Milliseconds to wait after a key; null: learned. */
  debounceMs: number | null;
  /** Asks the engine; reports all the text so far. */
  run(signal: AbortSignal, onText: (text: string) => void): Promise<CompletionOutcome>;
}

/** A key's own, and a word's that is written anew. */
const FEW_TOKENS = 64;

export interface SessionListener {
  /** A call was answered. */
  onComplete(timing: CompletionTiming): void;
  /** What was typed since tells of a suggestion that was shown. */
  onJudged?(told: 'right' | 'wrong'): void;
}

export class Session {
  readonly #suggestions: Suggestions;
  readonly #listener: SessionListener;
  readonly #clock: Clock;
  readonly #pace = new Pace();

  constructor(listener: SessionListener, suggestions = new Suggestions(), clock = CLOCK) {
    this.#listener = listener;
    this.#suggestions = suggestions;
    this.#clock = clock;
  }

  /**
   * The suggestion for a place. @returns null or undefined where none should be shown, or `signal` was aborted.
   * @throws whatever `run` rejects with.
   */
  async suggest(call: Call, signal: AbortSignal): Promise<Draft | null | undefined> {
    const { place, explicit } = call;
    const arrived = this.#clock.now();
    this.#judge(this.#suggestions.left(place));

    // That nothing was found to show is no answer to who asks by a command, unless that command's own request says so:
    // asked again for each of its repetitions, it would never be answered.
    let again = explicit;
    const settles = (draft: Draft | null | undefined): draft is Draft | null =>
      draft !== undefined && !(draft === null && again);
    const found = this.#suggestions.find(place);
    if (settles(found)) return this.#tell({ source: 'known', debounceMs: 0, requestMs: 0 }, place, found);
    again = explicit && this.#suggestions.underWay(place) !== 'explicit';
    const joined = await this.#suggestions.join(place, signal);
    if (signal.aborted) return undefined;
    if (settles(joined))
      return this.#tell({ source: 'joined', debounceMs: 0, requestMs: this.#since(arrived) }, place, joined);

    if (!explicit && !call.afterAccept) await this.#clock.wait(call.debounceMs ?? this.#learnedWait(place), signal);
    if (signal.aborted) return undefined;
    const asked = this.#clock.now();
    const debounceMs = asked - arrived;
    // While we waited, a suggestion may have been accepted and the next one asked ahead.
    const ahead = await this.#suggestions.join(place, signal);
    if (signal.aborted) return undefined;
    if (settles(ahead))
      return this.#tell({ source: 'joined', debounceMs, requestMs: this.#since(asked) }, place, ahead);

    const outcome = await this.#suggestions.ask(place, call.run, signal, explicit);
    const requestMs = this.#since(asked);
    if (outcome === undefined) {
      this.#pace.abandoned(requestMs);
      return undefined;
    }
    // The next key will find computed what this one had to compute.
    if (outcome.result.computedTokens <= FEW_TOKENS) this.#pace.answered(requestMs);
    const { shown, over, tail, rejectedBy, right, result } = outcome;
    if (rejectedBy === 'unsure') this.#pace.unsure(right);
    const draft = shown === null ? null : { text: shown, over, tail };
    const { firstTokenMs } = result;
    return this.#tell({ source: 'engine', debounceMs, requestMs, firstTokenMs, rejectedBy, right }, place, draft);
  }

  /** A suggestion went into the document, and the cursor is now at `next`: asks for the one there ahead of the editor. */
  async accepted(next: Call | undefined): Promise<void> {
    this.#judge(this.#suggestions.accepted() ? 'right' : undefined);
    if (next === undefined || this.#suggestions.find(next.place) !== undefined) return;
    if (!this.#suggestions.underWay(next.place)) await this.#suggestions.ask(next.place, next.run);
  }

  /** A key was typed. */
  key(): void {
    this.#pace.key(this.#clock.now());
  }

  /** A document was edited at `offset`. */
  edited(path: string, offset: number): void {
    this.#suggestions.edited(path, offset);
  }

  /** The engine has learned something. */
  expire(): void {
    this.#suggestions.expire();
  }

  /** Another model or other settings: what was answered counts no more. */
  clear(): void {
    this.#suggestions.clear();
  }

  #learnedWait({ prefix, suffix }: Place): number {
    return this.#pace.wait({
      last: prefix.at(-1) ?? '',
      lineEnd: isBlank(lineAfter(suffix)),
      fileEnd: isBlank(suffix),
    });
  }

  #tell(
    timing: Pick<CompletionTiming, 'source' | 'debounceMs' | 'requestMs'> & Partial<CompletionTiming>,
    place: Place,
    draft: Draft | null,
  ): Draft | null {
    const told = { firstTokenMs: null, rejectedBy: null, right: null, ...timing, shown: draft !== null };
    this.#listener.onComplete(told);
    if (draft !== null) this.#suggestions.show(place);
    return draft;
  }

  #judge(told: 'right' | 'wrong' | undefined): void {
    if (told !== undefined) this.#listener.onJudged?.(told);
  }

  #since(start: number): number {
    return this.#clock.now() - start;
  }
}

const CLOCK: Clock = { now: () => performance.now(), wait: pause };

/** Resolves after `milliseconds`, or as soon as the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}
