/** What a session is asked, and what it tells. */
import type { Place } from './answers.ts';
import type { Run } from './flight.ts';

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
  /** Asks the engine. */
  run: Run;
  /**
   * The call at the place that there will be once a text is taken; undefined: nothing is to be asked there.
   * @param full what goes in, with the first `over` units after the cursor, which stay.
   */
  after?(full: string, over: number): Call | undefined;
}

/** What became of suggestions. No text. */
export interface SuggestionEvent {
  /** `typed`: to its end, by hand; `takenBack`: by undoing. */
  what: 'shown' | 'taken' | 'takenPart' | 'typed' | 'wrong' | 'takenBack';
  /** Of the document. */
  path: string;
  /** How many were put in by one key, or taken back; 0 of the others. */
  characters: number;
}

/** Why something that is known is not shown. */
export type Withheld = 'rejected' | 'deleted';

export interface SessionListener {
  /** A call was answered. */
  onComplete(timing: CompletionTiming): void;
  /** What was typed since tells of a suggestion that was shown. */
  onJudged?(told: 'right' | 'wrong'): void;
  onEvent?(event: SuggestionEvent): void;
  /** More is known now of what is on screen at a place. */
  onGrown?(place: Place): void;
  /** A request that nobody waited for failed. */
  onError?(error: unknown): void;
}
