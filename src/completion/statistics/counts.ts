/** What became of suggestions, in numbers: by language and model, of a day. Nothing of any code. */
import type { SuggestionEvent } from '../call.ts';

export interface Counts {
  /** Suggestions that were on screen. */
  shown: number;
  /** Of these, taken whole, and typed to their end by hand. */
  taken: number;
  typed: number;
  /** Pieces of suggestions that were taken, word by word or line by line. */
  parts: number;
  /** Suggestions in whose place something else was typed, or that were put away. */
  wrong: number;
  /** What was taken, whole or in part, and undone. */
  takenBack: number;
  /** That need not be typed: those of what was taken and stayed, less a key for each. */
  characters: number;
}

/** Of one language and one model. */
export interface Tally extends Counts {
  language: string;
  model: string;
}

export const NO_COUNTS: Readonly<Counts> = {
  shown: 0,
  taken: 0,
  typed: 0,
  parts: 0,
  wrong: 0,
  takenBack: 0,
  characters: 0,
};

const NAMES = Object.keys(NO_COUNTS) as (keyof Counts)[];

export function add(to: Counts, more: Counts): void {
  for (const name of NAMES) to[name] += more[name];
}

/** What one event counts. @param characters see {@link SuggestionEvent}. */
export function countsOf({ what, characters }: Pick<SuggestionEvent, 'what' | 'characters'>): Counts {
  const saved = Math.max(0, characters - 1);
  switch (what) {
    case 'taken':
      return { ...NO_COUNTS, taken: 1, characters: saved };
    case 'takenPart':
      return { ...NO_COUNTS, parts: 1, characters: saved };
    case 'takenBack':
      return { ...NO_COUNTS, takenBack: 1, characters: -saved };
    default:
      return { ...NO_COUNTS, [what]: 1 };
  }
}

/** Tallies joined where language and model are the same, in the order in which they first come. */
export function joined(tallies: Iterable<Tally>): Tally[] {
  const known = new Map<string, Tally>();
  for (const tally of tallies) {
    const key = `${tally.language}\n${tally.model}`;
    const same = known.get(key);
    if (same) add(same, tally);
    else known.set(key, { ...tally });
  }
  return [...known.values()];
}

/** The sum by one of the two names, the most shown first. */
export function sumBy(tallies: Iterable<Tally>, by: 'language' | 'model'): [name: string, counts: Counts][] {
  const sums = new Map<string, Counts>();
  for (const tally of tallies) {
    const sum = sums.get(tally[by]) ?? { ...NO_COUNTS };
    add(sum, tally);
    sums.set(tally[by], sum);
  }
  return [...sums].sort(([, a], [, b]) => b.shown - a.shown);
}

export function sum(tallies: Iterable<Counts>): Counts {
  const total = { ...NO_COUNTS };
  for (const tally of tallies) add(total, tally);
  return total;
}

/** What was kept may be of another version, or broken. @returns undefined where it is no tally. */
export function tallyOf(value: unknown): Tally | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { language, model, ...rest } = value as Record<string, unknown>;
  if (typeof language !== 'string' || typeof model !== 'string') return undefined;
  const counts = { ...NO_COUNTS };
  for (const name of NAMES) {
    if (!Number.isFinite(rest[name] ?? 0)) return undefined;
    counts[name] = (rest[name] as number | undefined) ?? 0;
  }
  return { language, model, ...counts };
}
