/** One call after the other: what is known, else what the request under way gives, else the engine after a wait. */
import { fullOf, type Offer, type Place } from './answers.ts';
import type { Call, Clock, CompletionTiming, SessionListener, SuggestionEvent, Withheld } from './call.ts';
import type { CompletionOutcome } from './completer.ts';
import { type Change, Deletions } from './deletions.ts';
import type { Run } from './flight.ts';
import { Rejections } from './rejections.ts';
import { Suggestions } from './suggestions.ts';
import { TakenTexts } from './taken.ts';
import { isBlank, lineAfter } from './text.ts';
import { Pace } from './trigger.ts';

/** A key's own, and a word's that is written anew. */
const FEW_TOKENS = 64;
/** A suggestion that is on screen for so long without a key may be taken: what comes behind it is asked ahead. Milliseconds. */
const AHEAD_AFTER_MS = 200;

export class Session {
  readonly #suggestions: Suggestions;
  readonly #listener: SessionListener;
  readonly #clock: Clock;
  readonly #pace = new Pace();
  readonly #rejections = new Rejections();
  readonly #deletions: Deletions;
  readonly #taken = new TakenTexts();
  #ahead = new AbortController();

  constructor(listener: SessionListener, suggestions = new Suggestions(), clock = CLOCK) {
    this.#listener = listener;
    this.#suggestions = suggestions;
    this.#clock = clock;
    this.#deletions = new Deletions(() => clock.now());
  }

  /**
   * The suggestions for a place. @returns null or undefined where none should be shown, or `signal` was aborted.
   * @throws whatever `run` rejects with.
   */
  async suggest(call: Call, signal: AbortSignal): Promise<Offer | null | undefined> {
    const { place, explicit } = call;
    const arrived = this.#clock.now();
    this.#ahead.abort();
    this.#judge(place);

    const foreseen = !explicit && this.#suggestions.foresaw(place);
    // Who asks by a command wants all that there is, and is not answered by what an automatic request found, or found not.
    const found = foreseen ? undefined : this.#suggestions.answers.find(place, explicit);
    if (found !== undefined && !(explicit && found === null))
      return this.#tell({ source: 'known', debounceMs: 0, requestMs: 0 }, call, found);
    const joined = await this.#suggestions.join(place, signal, explicit);
    if (signal.aborted) return undefined;
    if (joined !== undefined) {
      const timing = { source: 'joined', debounceMs: 0, requestMs: this.#since(arrived) } as const;
      return this.#tell(timing, call, joined.offer, joined.rest);
    }

    if (!explicit && !call.afterAccept && !foreseen)
      await this.#clock.wait(call.debounceMs ?? this.#learnedWait(place), signal);
    if (signal.aborted) return undefined;
    const asked = this.#clock.now();
    const debounceMs = asked - arrived;
    // While we waited, a suggestion may have been accepted and the next one asked ahead.
    const ahead = await this.#suggestions.join(place, signal, explicit);
    if (signal.aborted) return undefined;
    if (ahead !== undefined)
      return this.#tell({ source: 'joined', debounceMs, requestMs: this.#since(asked) }, call, ahead.offer, ahead.rest);

    const outcome = await this.#suggestions.ask(place, explicit ? call.run : this.#timed(call.run), signal, {
      explicit,
    });
    const requestMs = this.#since(asked);
    if (outcome === undefined) return undefined;
    if ('first' in outcome) {
      const { first, rest } = outcome;
      const { text, right } = first;
      return this.#tell({ source: 'engine', debounceMs, requestMs, right }, call, { text, over: 0, tail: '' }, rest);
    }
    const { rejectedBy, right, result } = outcome;
    if (rejectedBy === 'unsure') this.#pace.unsure(right);
    const { firstTokenMs } = result;
    const told = { source: 'engine', debounceMs, requestMs, firstTokenMs, rejectedBy, right } as const;
    return this.#tell(told, call, this.#offerOf(call, outcome));
  }

  /**
   * A key was typed, and the editor will ask at this place soon: the request begins now where an answer is quick, and
   * {@link suggest} goes on with it. Where one would wait for a pause, nothing is begun.
   */
  foresee({ place, run, debounceMs }: Call): void {
    if (debounceMs || !this.#pace.isQuick || this.#suggestions.answers.find(place) !== undefined) return;
    if (this.#suggestions.underWay(place)) return;
    void this.#suggestions.foresee(place, this.#timed(run));
  }

  /**
   * A suggestion went into the document, and the cursor is now where `next` is: asks for the one there ahead of the editor.
   * @param text what went in; absent: the first that was offered.
   */
  async accepted(next: Call | undefined, text?: string): Promise<void> {
    this.#ahead.abort();
    const taken = this.#taken.accepted(text);
    if (taken && this.#suggestions.gone()) {
      this.#listener.onJudged?.('right');
      this.#happened('taken', taken.place.path, taken.text.length);
    }
    if (next === undefined || this.#suggestions.answers.find(next.place) !== undefined) return;
    if (!this.#suggestions.underWay(next.place)) await this.#suggestions.ask(next.place, next.run);
  }

  /** The person put away what is on screen, with the cursor at `place`. @returns whether something of ours was. */
  dismissed(place: Place): boolean {
    this.#ahead.abort();
    const { current, answers } = this.#suggestions;
    if (current === undefined || !this.#suggestions.isOn(place)) return false;
    const left = answers.find(place);
    this.#rejections.reject(current, answers.fullsAt(current) ?? []);
    // A part of it may have been typed.
    if (left)
      this.#rejections.reject(
        place,
        [left, ...(left.others ?? [])].map((draft) => fullOf(place, draft)),
      );
    this.#suggestions.gone();
    this.#taken.hide();
    this.#listener.onJudged?.('wrong');
    this.#happened('wrong', place.path);
    return true;
  }

  /** Why what is known at a place is not shown there; undefined: it is, or nothing is known. */
  withheld(place: Place): Withheld | undefined {
    const known = this.#suggestions.answers.find(place);
    if (!known || this.#allowed(place, known, false)) return undefined;
    return this.#deletions.restores(place, known) ? 'deleted' : 'rejected';
  }

  /** A key was typed. */
  key(): void {
    this.#ahead.abort();
    this.#pace.key(this.#clock.now());
  }

  /** A part of a document was read, from `start` on. */
  read(path: string, start: number, text: string): void {
    this.#deletions.seen(path, start, text);
  }

  /** A document was edited. */
  edited(path: string, change: Change, how: 'written' | 'undone' | 'redone' = 'written'): void {
    this.#suggestions.answers.edited(path, change.offset);
    this.#deletions.changed(path, change);
    const part = how === 'written' ? this.#taken.changed(path, change) : undefined;
    if (part) this.#happened('takenPart', path, part.text.length);
    if (how !== 'undone') return;
    for (const { place, text } of this.#taken.undone(path, change)) {
      this.#rejections.reject(place, [text]);
      this.#suggestions.gone();
      this.#happened('takenBack', path, text.length);
    }
  }

  /** The engine has learned something. */
  expire(): void {
    this.#suggestions.answers.expire();
  }

  /** Another model or other settings: what was answered counts no more. */
  clear(): void {
    this.#ahead.abort();
    this.#suggestions.clear();
    this.#rejections.clear();
    this.#deletions.clear();
    this.#taken.hide();
  }

  /** Learns what an answer takes, up to what may be shown of it first. */
  #timed(run: Run): Run {
    return async (signal, onText, onFirst) => {
      const begun = this.#clock.now();
      let firstMs: number | undefined;
      const outcome = await run(signal, onText, (first) => {
        firstMs ??= this.#since(begun);
        onFirst(first);
      });
      const { promptTokens, cachedTokens, computedTokens } = outcome.result;
      const begins = cachedTokens + computedTokens > 0;
      // The next key will find computed what this one had to compute.
      if (begins && promptTokens - cachedTokens > FEW_TOKENS) return outcome;
      const ended = outcome.rejectedBy === 'cancelled' || outcome.rejectedBy === 'superseded';
      this.#pace[ended ? 'abandoned' : 'answered'](firstMs ?? this.#since(begun));
      return outcome;
    };
  }

  #learnedWait({ prefix, suffix }: Place): number {
    return this.#pace.wait({
      last: prefix.at(-1) ?? '',
      lineEnd: isBlank(lineAfter(suffix)),
      fileEnd: isBlank(suffix),
    });
  }

  /** What a request came to, with what was offered at its place before. */
  #offerOf({ place, explicit }: Call, { shown, over, tail, others = [] }: CompletionOutcome): Offer | null {
    const known = explicit ? this.#suggestions.answers.find(place) : undefined;
    if (known) return known;
    if (shown === null) return null;
    return { text: shown, over, tail, ...(others.length > 0 ? { others } : {}) };
  }

  /** @param rest whether more is to be shown there soon. */
  #tell(
    timing: Pick<CompletionTiming, 'source' | 'debounceMs' | 'requestMs'> & Partial<CompletionTiming>,
    call: Call,
    known: Offer | null,
    rest?: Promise<boolean>,
  ): Offer | null {
    const { place, explicit } = call;
    void rest?.then((grown) => grown && this.#listener.onGrown?.(place));
    const offer = known && this.#allowed(place, known, explicit);
    const rejectedBy = known && !offer ? (this.withheld(place) ?? 'deleted') : null;
    const told = { firstTokenMs: null, rejectedBy, right: null, ...timing, shown: offer !== null };
    this.#listener.onComplete(offer === null && rejectedBy ? { ...told, rejectedBy } : told);
    if (offer === null) return null;
    if (this.#suggestions.show(place)) this.#happened('shown', place.path);
    this.#taken.show(place, offer);
    void this.#askAhead(call, offer);
    return offer;
  }

  /** What of an offer may be shown: nothing that was just deleted, and nothing that was rejected, unless it is asked for. */
  #allowed(place: Place, offer: Offer, explicit: boolean): Offer | null {
    const [first, ...others] = [offer, ...(offer.others ?? [])].filter(
      (draft) =>
        !this.#deletions.restores(place, draft) && (explicit || !this.#rejections.has(place, fullOf(place, draft))),
    );
    if (first === undefined) return null;
    const { text, over, tail } = first;
    return { text, over, tail, ...(others.length > 0 ? { others } : {}) };
  }

  /** Asks for what comes behind a text that is on screen, as soon as no key is typed for a while. */
  async #askAhead(call: Call, offer: Offer): Promise<void> {
    if (!call.after) return;
    const ahead = new AbortController();
    this.#ahead = ahead;
    await this.#clock.wait(AHEAD_AFTER_MS, ahead.signal);
    if (ahead.signal.aborted || this.#suggestions.busy) return;
    const next = call.after(fullOf(call.place, offer), offer.over);
    if (next === undefined || this.#suggestions.answers.find(next.place) !== undefined) return;
    await this.#suggestions
      .ask(next.place, next.run, undefined, { ahead: true })
      .catch((error: unknown) => this.#listener.onError?.(error));
  }

  /** What the cursor's being at a place tells of what was on screen. */
  #judge(place: Place): void {
    this.#rejections.moved(place);
    const { current } = this.#suggestions;
    const fulls = current && this.#suggestions.answers.fullsAt(current);
    const told = this.#suggestions.left(place);
    if (told === undefined || current === undefined) return;
    // The editor may ask for what comes next before it tells that something was taken.
    const taken = told === 'right' ? this.#taken.completed() : undefined;
    this.#taken.hide();
    if (told === 'wrong') this.#rejections.part(current, fulls ?? []);
    this.#listener.onJudged?.(told);
    if (taken) this.#happened('taken', place.path, taken.text.length);
    else this.#happened(told === 'right' ? 'typed' : 'wrong', place.path);
  }

  #happened(what: SuggestionEvent['what'], path: string, characters = 0): void {
    this.#listener.onEvent?.({ what, path, characters });
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
