/** When to ask the model: not at every place, and not at every key. No clock of its own. */
import { isInBody } from './scope.ts';
import { isBlank, isClosersOnly, isWord } from './text.ts';

/** Why nothing is asked at a place. */
export type Refusal = 'selection' | 'insideWord' | 'midLine' | 'emptyFile' | 'longLine' | 'binary';

export interface TriggerPlace {
  /** The cursor's line before and after the cursor. */
  before: string;
  rest: string;
  /** True when the text before the cursor, as far as it was read, is blank. */
  fileBlank: boolean;
  cursors: number;
  selecting: boolean;
  /** The user asked for a suggestion by a command. */
  explicit: boolean;
}

/** Longer lines are generated or data. */
const LONGEST_LINE = 5_000;

/** @returns why not to ask here, or null. */
export function refusalAt({ before, rest, fileBlank, cursors, selecting, explicit }: TriggerPlace): Refusal | null {
  if (cursors > 1 || selecting) return 'selection';
  if (before.length + rest.length > LONGEST_LINE) return 'longLine';
  if (before.includes('\0') || rest.includes('\0')) return 'binary';
  if (explicit) return null;
  if (isWord(before.at(-1)) && isWord(rest[0])) return 'insideWord';
  if (!isClosersOnly(rest) && !isInBody(before, rest)) return 'midLine';
  if (fileBlank && isBlank(before)) return 'emptyFile';
  return null;
}

/** Before the first keys are measured: Tabby's base. */
const FIRST_GAP_MS = 200;

/** A longer gap is a pause for thought and says nothing about typing. */
const LONGEST_GAP_MS = 1_000;

/** How fast averages follow: the last dozen keys or so, the last few answers. */
const FOLLOW = { gap: 0.15, latency: 0.3 };
/** What was learned of answers fades with each key that asks nothing: else a slow moment would last. */
const FADE = 0.97;

/** Three frames: an answer that takes no longer is asked for at once, whatever the typist does. */
const FEW_FRAMES_MS = 50;

/**
 * Deviation of the logarithm of a typist's gaps, which are about log-normal (Dhakal et al., CHI 2018, on 136 million keys);
 * and how many of them an answer may take so that it is there before the next key in 0.7 of all cases.
 */
const SPREAD = 0.45;
const IN_TIME_DEVIATIONS = 0.524;

/**
 * After an answer of which no beginning was this likely right, the next keys seldom change that: typed lines of a repository
 * that nothing was fitted on lose 2 % of what is saved, and a sixth of what is wrong, with a third fewer requests.
 */
const HOPELESS = { below: 0.3, keys: 2 };

/**
 * Where answers come too late for most keys, or seldom are shown, a wait of one typing gap tells a pause from typing; up to
 * half as much again where a suggestion is less likely to be wanted (Tabby has 1.5 to 3).
 */
const GAPS = { likely: 1, unlikely: 1.5 };

/** Shares in how likely a suggestion is wanted (Tabby's weights). */
const WEIGHTS = { triggerCharacter: 0.5, lineEnd: 0.4, fileEnd: 0.1 };
const TRIGGER_CHARACTERS = new Set('.(){}[],:=\'"` \t\n/'.split(''));

const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 300;

/** Learns how long to wait after a key, from the keys and the answers. Times are milliseconds of any one clock. */
export class Pace {
  #gap = FIRST_GAP_MS;
  #latency = 0;
  #lastKey: number | undefined;
  /** Keys for which little is to be hoped. */
  #hopeless = 0;

  /** A key was typed at `now`. */
  key(now: number): void {
    const gap = now - (this.#lastKey ?? Number.NEGATIVE_INFINITY);
    this.#lastKey = now;
    if (gap > 0 && gap <= LONGEST_GAP_MS) this.#gap += (gap - this.#gap) * FOLLOW.gap;
  }

  /** An answer took `duration`, the engine's queue included, most of its prompt having been computed before. */
  answered(duration: number): void {
    this.#latency += (duration - this.#latency) * FOLLOW.latency;
  }

  /** An answer was given up before it was there, after `duration`. */
  abandoned(duration: number): void {
    if (duration > this.#latency) this.answered(duration);
  }

  /** Nothing was shown; the likeliest beginning of the answer was right with this probability. */
  unsure(right: number): void {
    this.#hopeless = right < HOPELESS.below ? HOPELESS.keys : 0;
  }

  /** Nothing is waited for now: answers are quick, or come before the next key in most cases, and may be shown. */
  get isQuick(): boolean {
    const inTime = this.#latency <= Math.max(FEW_FRAMES_MS, this.#gap * Math.exp(-SPREAD * IN_TIME_DEVIATIONS));
    return inTime && this.#hopeless === 0;
  }

  /**
   * How long to wait at a place; `last` is the character before the cursor. Nothing where answers are quick; else until
   * typing pauses: an answer that nobody waits for costs the next one its time, and the battery.
   */
  wait(place: { last: string; lineEnd: boolean; fileEnd: boolean }): number {
    if (this.isQuick) return 0;
    if (this.#hopeless > 0) this.#hopeless--;
    this.#latency *= FADE;
    const wanted =
      (TRIGGER_CHARACTERS.has(place.last) ? WEIGHTS.triggerCharacter : 0) +
      (place.lineEnd ? WEIGHTS.lineEnd : 0) +
      (place.fileEnd ? WEIGHTS.fileEnd : 0);
    const gaps = GAPS.unlikely - (GAPS.unlikely - GAPS.likely) * wanted;
    return clamp(this.#gap * gaps, SHORTEST_WAIT_MS, LONGEST_WAIT_MS);
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
