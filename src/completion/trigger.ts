/** When to ask the model: not at every place, and not at every key. No clock of its own. */
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
  if (!isClosersOnly(rest)) return 'midLine';
  if (fileBlank && isBlank(before)) return 'emptyFile';
  return null;
}

/** Before the first keys are measured: Tabby's base. */
const FIRST_GAP_MS = 200;

/** A longer gap is a pause for thought and says nothing about typing. */
const LONGEST_GAP_MS = 1_000;

/** How fast averages follow: the last dozen keys or so. */
const FOLLOW = 0.15;

/**
 * A wait of one typing gap tells a pause from typing; up to half as much again where a suggestion is less likely to be
 * wanted. Tabby has 1.5 to 3; an engine that drops a superseded request within milliseconds can be asked earlier, and
 * ghost text later than 200 ms is felt.
 */
const GAPS = { likely: 1, unlikely: 1.5 };

/** Shares in how likely a suggestion is wanted (Tabby's weights). */
const WEIGHTS = { triggerCharacter: 0.5, lineEnd: 0.4, fileEnd: 0.1 };
const TRIGGER_CHARACTERS = new Set('.(){}[],:=\'"` \t\n/'.split(''));

const SHORTEST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 300;

/** With a cool-down (Tabby's upper bound). */
const LONGEST_COOL_DOWN_MS = 1_000;

/** Suggestions on screen for less were hardly seen (Copilot's rule is the same). */
const SEEN_MS = 250;
const PATIENCE = 2;
const STRONGEST_COOL_DOWN = 4;

/** Learns how long to wait after a key, from the keys and the answers. Times are milliseconds of any one clock. */
export class Pace {
  #gap = FIRST_GAP_MS;
  #latency = 0;
  #lastKey: number | undefined;
  #rejections = 0;

  /** A key was typed at `now`. */
  key(now: number): void {
    const gap = now - (this.#lastKey ?? Number.NEGATIVE_INFINITY);
    this.#lastKey = now;
    if (gap > 0 && gap <= LONGEST_GAP_MS) this.#gap += (gap - this.#gap) * FOLLOW;
  }

  /** An answer took `duration`. */
  answered(duration: number): void {
    this.#latency += (duration - this.#latency) * FOLLOW;
  }

  /** The suggestion on screen went away after `shownFor` because something else was typed. */
  rejected(shownFor: number): void {
    if (shownFor >= SEEN_MS) this.#rejections += 1;
  }

  /** A suggestion was accepted or asked for: suggestions are welcome again. */
  welcome(): void {
    this.#rejections = 0;
  }

  /** How long to wait at a place; `last` is the character before the cursor. */
  wait(place: { last: string; lineEnd: boolean; fileEnd: boolean }): number {
    const wanted =
      (TRIGGER_CHARACTERS.has(place.last) ? WEIGHTS.triggerCharacter : 0) +
      (place.lineEnd ? WEIGHTS.lineEnd : 0) +
      (place.fileEnd ? WEIGHTS.fileEnd : 0);
    const gaps = GAPS.unlikely - (GAPS.unlikely - GAPS.likely) * wanted;
    const wait = clamp(this.#gap * gaps - this.#latency, SHORTEST_WAIT_MS, LONGEST_WAIT_MS);
    const coolDown = Math.min(STRONGEST_COOL_DOWN, 2 ** Math.max(0, this.#rejections - PATIENCE));
    return Math.min(wait * coolDown, LONGEST_COOL_DOWN_MS);
  }
}

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));
