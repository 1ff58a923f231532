/**
 * Tells what of a text is new from what it repeats: of memories that stood in the prompt, and of attachments. What a model
 * was reminded of and says again is not stored as something new, or it would be found twice the next time.
 */
import { contracted, sentencesOf, shinglesOf, tellingStems } from './wording.ts';

/** A sentence that has so many of its runs of words from somewhere is from there. */
const QUOTED = 0.7;
/**
 * A model repeats memories in other words: so many of those that tell something are the memory's. A person who says nearly
 * the same may correct it: there, all of them are.
 */
const REPEATED = { model: 0.8, person: 1 };
/** Words with which models say that they repeat. */
const FRAME = tellingStems(
  `according notes memory memories mention mentioned earlier previous previously say says said recall remember remembered based
  stated states per indicates answer told tell record yes correct right sure project stored confirm user asked question context
  provided information see`,
);
const NEGATION = /\b(?:not|never|no longer|none)\b/i;
const isNegated = (text: string): boolean => NEGATION.test(contracted(text));

/** What stood in the prompt. */
export interface Known {
  text: string;
  /** Of a memory; absent: an attachment. */
  id?: number;
}

export interface Sifted {
  /** With a mark in place of what is known. */
  text: string;
  /** Words of sentences that are new. */
  newWords: number;
  /** Sentences that are new, and no questions. */
  statements: string[];
  /** Something was repeated. */
  repeats: boolean;
}

interface KnownText {
  isMemory: boolean;
  words: Set<string>;
  shingles: Set<string>;
  /** Of each sentence of a memory, and of the whole of a short one. */
  stems: { words: Set<string>; negated: boolean }[];
}

/** Stems; a longer memory has words for nearly anything. */
const SHORT_MEMORY = 60;
/** Shorter sentences say nothing by themselves. */
const LEAST_WORDS = 3;

export class Echoes {
  readonly #known: readonly KnownText[];

  constructor(known: readonly Known[]) {
    this.#known = known.map(({ text, id }) => {
      const isMemory = id !== undefined;
      const parts = isMemory ? sentencesOf(text) : [];
      if (isMemory && tellingStems(text).size <= SHORT_MEMORY) parts.push(text);
      return {
        isMemory,
        words: tellingStems(text),
        shingles: shinglesOf(text),
        stems: parts.map((part) => ({ words: tellingStems(part), negated: isNegated(part) })),
      };
    });
  }

  /** A text of several lines; one that is repeated in a row is marked once. */
  sift(text: string, by: keyof typeof REPEATED): Sifted {
    const sifted: Sifted = { text: '', newWords: 0, statements: [], repeats: false };
    let mark = '';
    const lines: string[] = [];
    for (const line of text.split('\n')) {
      const kept: string[] = [];
      const sentences = line.split(/(?<=[.!?])(?=\s+\S)/);
      for (const sentence of sentences) {
        const words = sentence.match(/[\p{L}\p{N}_$]+/gu)?.length ?? 0;
        const source = words < LEAST_WORDS ? undefined : this.#sourceOf(sentence, REPEATED[by]);
        if (source !== undefined) {
          sifted.repeats = true;
          if (mark !== source) kept.push(`${kept.length > 0 ? ' ' : ''}${source}`);
          mark = source;
          continue;
        }
        // A closing brace between two lines of what is quoted is of it.
        if (mark !== '' && words < LEAST_WORDS) continue;
        mark = '';
        kept.push(sentence);
        if (words >= LEAST_WORDS) {
          sifted.newWords += words;
          if (!sentence.trim().endsWith('?')) sifted.statements.push(sentence.trim());
        }
      }
      if (kept.length > 0) lines.push(kept.join(''));
    }
    sifted.text = lines.join('\n').trim();
    return sifted;
  }

  #sourceOf(sentence: string, least: number): string | undefined {
    if (this.#known.length === 0) return undefined;
    const shingles = shinglesOf(sentence);
    const stems = [...tellingStems(sentence)].filter((word) => !FRAME.has(word));
    const negated = isNegated(sentence);
    for (const known of this.#known) {
      let common = 0;
      for (const shingle of shingles) if (known.shingles.has(shingle)) common++;
      const isQuoted = common >= QUOTED * shingles.size && repeats(stems, known.words, 1, true);
      const isRepeated = known.stems.some((of) => of.negated === negated && repeats(stems, of.words, least));
      if (isQuoted || isRepeated) return known.isMemory ? '[as remembered]' : '[from an attachment]';
    }
    return undefined;
  }
}

/** Nothing with a number in it is new, and hardly a word is. */
function repeats(stems: readonly string[], known: ReadonlySet<string>, least: number, none = false): boolean {
  if (stems.length === 0) return none;
  const unknown = stems.filter((word) => !known.has(word));
  return unknown.length <= (1 - least) * stems.length && !unknown.some((word) => /\d/.test(word));
}
