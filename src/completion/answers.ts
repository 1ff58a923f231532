/** What has been answered, so that nothing is asked twice: by the place, and by every place to which typing along leads. */
import { LRUCache } from 'lru-cache';
import { type Draft, joinClosers, saysNothing } from './closers.ts';
import type { CompletionOutcome } from './completer.ts';
import { isClosersOnly, lineAfter } from './text.ts';

/** The text around a cursor, as it stands in the file. It may begin and end inside the file. */
export interface Place {
  /** Names the document. */
  path: string;
  prefix: string;
  suffix: string;
  /** Of the cursor in the document, in UTF-16 units; absent: edits elsewhere do not count. */
  offset?: number;
}

/** What may be shown at a place: the first, and others that the person can look through. */
export interface Offer extends Draft {
  others?: readonly Draft[];
}

/** What a request came to, as far as it is kept. */
export interface Answered extends Pick<CompletionOutcome, 'shown' | 'over' | 'tail' | 'rejectedBy'> {
  others?: readonly Draft[];
}

/** How much of the text before and after the cursor has to be the same for an answer to fit again. */
const PREFIX_SAME = 256;
const SUFFIX_SAME = 256;
/** As many answers as llama.vscode keeps. */
export const ANSWERS = 250;
/** Longest typed part of an answer that is still recognised. */
export const LONGEST_TYPED = 256;
/** Longest row of closers that an editor puts after the cursor while an answer is typed. */
const LONGEST_CLOSERS = 16;
/** That nothing is to be shown is true for so long: what the engine knows changes. Milliseconds. */
const NOTHING_LIVES_MS = 5_000;
/** An edit so far away may change an answer, in UTF-16 units: the nearer ones are compared with the text itself. */
const FAR = 2_048;
/** More are not looked through. */
const MOST_OFFERED = 3;

/** A text at its place. */
interface Text {
  /** Everything that goes in, the closers that stay included. */
  full: string;
  /** What follows in the file once it is in. */
  following: string;
}

interface Answer {
  /** The best first; none: nothing should be shown there. */
  texts: readonly Text[];
  /** What followed the cursor. */
  suffix: string;
  /** The person asked by a command. */
  explicit: boolean;
  path: string;
  offset: number | undefined;
  /** When it was given, ms. */
  at: number;
}

export class Answers {
  readonly #cache = new LRUCache<string, Answer>({ max: ANSWERS });
  readonly #now: () => number;

  /** @param now a clock, ms. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The answer that fits a place without asking: one given there, or one given earlier of which the beginning has been
   * typed since. Null: it is known that nothing should be shown. Undefined: not known.
   * @param explicit only what a command asked for counts.
   */
  find(place: Place, explicit = false): Offer | null | undefined {
    const longest = Math.min(LONGEST_TYPED, place.prefix.length);
    for (let length = 0; length <= longest; length++) {
      const start = place.prefix.length - length;
      const answer = this.#cache.get(keyOf(place.path, place.prefix.slice(0, start)));
      if (answer === undefined || this.#isOld(answer) || (explicit && !answer.explicit)) continue;
      const found = remainder(answer, place.prefix.slice(start), place.suffix);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /**
   * Keeps an answer. One that was ended from outside says nothing. What a command brings comes behind what was offered there
   * before, and is on screen.
   */
  remember(place: Place, { rejectedBy, shown, over, tail, others = [] }: Answered, explicit = false): void {
    if (rejectedBy === 'cancelled' || rejectedBy === 'superseded') return;
    const { path, offset, suffix } = place;
    const before = explicit ? this.find(place) : undefined;
    const drafts = [
      ...(before ? [before, ...(before.others ?? [])] : []),
      ...(shown === null ? [] : [{ text: shown, over, tail }]),
      ...others,
    ];
    const texts = new Map(
      drafts.map((draft) => [
        fullOf(place, draft),
        { full: fullOf(place, draft), following: suffix.slice(draft.over) },
      ]),
    );
    this.#cache.set(keyOf(path, place.prefix), {
      texts: [...texts.values()].slice(0, MOST_OFFERED),
      suffix,
      explicit,
      path,
      offset,
      at: this.#now(),
    });
  }

  /** What is known to go in at the very place; undefined: nothing is known. */
  fullsAt(place: Place): readonly string[] | undefined {
    return this.#cache.peek(keyOf(place.path, place.prefix))?.texts.map(({ full }) => full);
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
    for (const [key, { texts }] of this.#cache.entries()) if (texts.length === 0) this.#cache.delete(key);
  }

  clear(): void {
    this.#cache.clear();
  }

  #isOld({ texts, at }: Answer): boolean {
    return texts.length === 0 && this.#now() - at > NOTHING_LIVES_MS;
  }
}

/** Everything that a draft puts in, with the closers that stay. */
export const fullOf = ({ suffix }: Place, { text, over, tail }: Draft): string => text + suffix.slice(0, over) + tail;

const keyOf = (path: string, prefix: string): string => `${path}\0${prefix.slice(-PREFIX_SAME)}`;

/** Whether the same stands around two places, as far as it matters. */
export const isSamePlace = (a: Place, b: Place): boolean =>
  keyOf(a.path, a.prefix) === keyOf(b.path, b.prefix) &&
  a.suffix.slice(0, SUFFIX_SAME) === b.suffix.slice(0, SUFFIX_SAME);

/** What has been typed between two places of one document; undefined where the one does not lead to the other. */
export function typedSince(from: Place, place: Place): string | undefined {
  if (from.path !== place.path) return undefined;
  const before = keyOf('', from.prefix);
  for (let length = 0; length <= Math.min(LONGEST_TYPED, place.prefix.length); length++) {
    const start = place.prefix.length - length;
    if (keyOf('', place.prefix.slice(0, start)) === before) return place.prefix.slice(start);
  }
  return undefined;
}

/** What is left of an answer after `typed`, around the closers that now follow the cursor. */
function remainder({ texts, suffix }: Answer, typed: string, now: string): Offer | null | undefined {
  if (texts.length === 0) return typed === '' && closersBefore(suffix, now) !== undefined ? null : undefined;
  const [first, ...others] = texts.flatMap(({ full, following }) => restOf(full, following, typed, now) ?? []);
  if (first === undefined) return undefined;
  return others.length === 0 ? first : { ...first, others };
}

function restOf(full: string, following: string, typed: string, now: string): Draft | undefined {
  const closers = closersBefore(following, now);
  if (closers === undefined || !full.startsWith(typed)) return undefined;
  const left = full.slice(typed.length);
  const draft = closers === '' ? { text: left, over: 0, tail: '' } : joinClosers(left, closers);
  return saysNothing(draft) ? undefined : draft;
}

/** The closers that stand in `suffix` before `following`; undefined where something else does. */
export function closersBefore(following: string, suffix: string): string | undefined {
  const longest = Math.min(LONGEST_CLOSERS, lineAfter(suffix).length);
  const same = following.slice(0, SUFFIX_SAME);
  for (let length = 0; length <= longest; length++) {
    if (suffix.slice(length, length + SUFFIX_SAME) !== same) continue;
    const closers = suffix.slice(0, length);
    return isClosersOnly(closers) ? closers : undefined;
  }
  return undefined;
}
