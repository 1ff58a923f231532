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

export class Session {
  readonly #suggestions: Suggestions;
  readonly #onComplete: (timing: CompletionTiming) => void;
  readonly #pace = new Pace();

  constructor(onComplete: (timing: CompletionTiming) => void, suggestions = new Suggestions()) {
    this.#onComplete = onComplete;
    this.#suggestions = suggestions;
  }

  /**
   * The suggestion for a place. @returns null or undefined where none should be shown, or `signal` was aborted.
   * @throws whatever `run` rejects with.
   */
  async suggest(call: Call, signal: AbortSignal): Promise<Draft | null | undefined> {
    const { place, explicit } = call;
    const arrived = performance.now();
    const shownFor = this.#suggestions.left(place, arrived);
    if (shownFor !== undefined) this.#pace.rejected(shownFor);
    if (explicit) this.#pace.welcome();

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
      return this.#tell({ source: 'joined', debounceMs: 0, requestMs: since(arrived) }, place, joined);

    if (!explicit && !call.afterAccept) await pause(call.debounceMs ?? this.#learnedWait(place), signal);
    if (signal.aborted) return undefined;
    const asked = performance.now();
    const debounceMs = asked - arrived;
    // While we waited, a suggestion may have been accepted and the next one asked ahead.
    const ahead = await this.#suggestions.join(place, signal);
    if (signal.aborted) return undefined;
    if (settles(ahead)) return this.#tell({ source: 'joined', debounceMs, requestMs: since(asked) }, place, ahead);

    const outcome = await this.#suggestions.ask(place, call.run, signal, explicit);
    if (outcome === undefined) return undefined;
    const requestMs = since(asked);
    this.#pace.answered(requestMs);
    const { shown, over, tail, rejectedBy, result } = outcome;
    const draft = shown === null ? null : { text: shown, over, tail };
    const { firstTokenMs } = result;
    return this.#tell({ source: 'engine', debounceMs, requestMs, firstTokenMs, rejectedBy }, place, draft);
  }

  /** A suggestion went into the document, and the cursor is now at `next`: asks for the one there ahead of the editor. */
  async accepted(next: Call | undefined): Promise<void> {
    this.#suggestions.accepted();
    this.#pace.welcome();
    if (next === undefined || this.#suggestions.find(next.place) !== undefined) return;
    if (!this.#suggestions.underWay(next.place)) await this.#suggestions.ask(next.place, next.run);
  }

  /** A key was typed. */
  key(): void {
    this.#pace.key(performance.now());
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
    this.#onComplete({ firstTokenMs: null, rejectedBy: null, ...timing, shown: draft !== null });
    if (draft !== null) this.#suggestions.show(place, performance.now());
    return draft;
  }
}

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

const since = (start: number): number => performance.now() - start;
