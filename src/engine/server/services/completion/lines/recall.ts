/**
 * Lines of the project that may be what is being written, because they stand between alike lines: what a person copies by
 * hand, found by the lines above and below the cursor. The n-grams of `ngram/` see the text before a place as one row of
 * tokens and need an equal end; here it is enough that lines are alike.
 */
import { Likeness, unfoundWeight, weightOf } from './likeness.ts';
import { KEYS, type Key, type LineId, type LineTable } from './lineTable.ts';
import { type LineTokens, trimmed } from './lineTokens.ts';
import type { Surroundings } from './surroundings.ts';

/** Lines of one document or of some files. */
export interface LineScope {
  table: LineTable;
  /** Of the document at the cursor. */
  own: boolean;
}

/** A line that was found, where it was found. */
export interface Place {
  table: LineTable;
  line: LineId;
  own: boolean;
  /** The whole line: its bytes, one to a character. */
  text: string;
}

/** A line that may be meant. */
export interface Candidate {
  text: string;
  /** What breaks it where it was found; undefined where that is a part of it. */
  breakToken: number | undefined;
  /** Probability that it is meant. */
  share: number;
}

/** Lines that are looked at for each key in one table; for each key in all of them; places of all keys together. */
const LOOKS: Record<Key, number> = { between: 48, self: 64, below: 24, above: 24 };
const MOST_LOOKS = 256;
const MOST_PLACES = 128;
/** Shorter lines, and comments, are no lines that somebody would want to be given. */
const SHORTEST = 8;
const COMMENT = /^(?:\/\/|\/?\*|#(?!\w))/;
const MOST_CANDIDATES = 5;
const LEAST_SHARE = 5e-3;

export class Recall {
  readonly #spelling: LineTokens;
  readonly #likeness: Likeness;

  constructor(spelling: LineTokens) {
    this.#spelling = spelling;
    this.#likeness = new Likeness(spelling);
  }

  /**
   * The likeliest lines, the best first; what is left to 1 is the probability that none of them is meant.
   * @param own tokens of the document at the cursor.
   */
  candidates(at: Surroundings, scopes: readonly LineScope[], own: readonly Int32Array[]): Candidate[] {
    const places = this.places(at, scopes);
    if (places.length === 0) return [];
    this.#likeness.compareWith(at, own);
    const found = new Map<string, { place: Place; weight: number }>();
    let total = unfoundWeight(at.typed.length);
    for (const place of places) {
      const weight = weightOf(this.#likeness.featuresOf(place.table, place.line, place.text, place.own));
      total += weight;
      const known = found.get(place.text);
      if (known) known.weight += weight;
      else found.set(place.text, { place, weight });
    }
    return [...found.values()]
      .map(({ place, weight }) => ({
        text: place.text,
        breakToken: place.table.breakOf(place.line),
        share: weight / total,
      }))
      .filter(({ share }) => share >= LEAST_SHARE)
      .sort((a, b) => b.share - a.share)
      .slice(0, MOST_CANDIDATES);
  }

  /** The features of places, for fitting. */
  features(at: Surroundings, places: readonly Place[], own: readonly Int32Array[]): Float64Array[] {
    this.#likeness.compareWith(at, own);
    return places.map(({ table, line, text, own }) => this.#likeness.featuresOf(table, line, text, own).slice());
  }

  /** Lines that go on as the cursor's line begins and have something in common with its neighbours, the nearest first. */
  places(at: Surroundings, scopes: readonly LineScope[]): Place[] {
    const places: Place[] = [];
    const known = scopes.map(() => new Set<LineId>());
    const wanted = { above: at.above[0], self: at.typedTokens, below: at.below[0] };
    for (const key of KEYS) {
      let left = MOST_LOOKS;
      for (const [index, { table, own }] of scopes.entries()) {
        if (left <= 0 || places.length >= MOST_PLACES) break;
        left -= table.find(key, wanted, Math.min(left, LOOKS[key]), (line) => {
          if (places.length >= MOST_PLACES || known[index]!.has(line) || (own && table.row(line) === at.row)) return;
          if (!table.goesOnFrom(line, at.typedTokens)) return;
          const text = trimmed(this.#spelling.spelled(table.tokens(line)));
          if (text.length < SHORTEST || text.length <= at.typed.length || !text.startsWith(at.typed)) return;
          if (COMMENT.test(text)) return;
          known[index]!.add(line);
          places.push({ table, line, own, text });
        });
      }
    }
    return places;
  }
}
