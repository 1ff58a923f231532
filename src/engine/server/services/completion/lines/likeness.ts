/**
 * How alike the surroundings of two lines are, in numbers, and how likely that makes it that the one is what is being
 * written: a conditional logit over all lines that were found (McFadden 1974), its weights fitted on packages that are in
 * no evaluation (test/eval/fit/).
 */
import type { Tokens } from '../project/shard.ts';
import { RECALL, UNFOUND } from '../weights.ts';
import type { LineId, LineTable } from './lineTable.ts';
import { type LineTokens, trimmed } from './lineTokens.ts';
import type { Surroundings } from './surroundings.ts';

export type Feature = keyof typeof RECALL;
export const FEATURES = Object.keys(RECALL) as Feature[];

const [ABOVE, BELOW, ABOVE_2, BELOW_2, HEADER, OWN, NEAR] = [1, 2, 4, 8, 16, 32, 64] as const;
const NOTHING = new Int32Array(0);

export class Likeness {
  readonly #spelling: LineTokens;
  /** Of each token, where around the cursor it stands. */
  readonly #marks: Uint8Array;
  /** The last line that each token was counted for. */
  readonly #counted: Uint32Array;
  #count = 0;
  #at!: Surroundings;
  #sizes = new Map<number, number>();
  #beside = new Set<string>();
  readonly #values = new Float64Array(FEATURES.length);

  constructor(spelling: LineTokens) {
    this.#spelling = spelling;
    this.#marks = new Uint8Array(spelling.size);
    this.#counted = new Uint32Array(spelling.size);
  }

  /** From now on lines are compared with these surroundings. @param own tokens of the document at the cursor. */
  compareWith(at: Surroundings, own: readonly Int32Array[]): void {
    this.#marks.fill(0);
    this.#at = at;
    this.#sizes.clear();
    const mark = (tokens: Tokens | undefined, bit: number) => {
      let distinct = 0;
      for (const token of tokens ?? NOTHING) {
        if ((this.#marks[token]! & bit) === 0) distinct++;
        this.#marks[token]! |= bit;
      }
      this.#sizes.set(bit, distinct);
    };
    mark(at.above[0], ABOVE);
    mark(at.above[1], ABOVE_2);
    mark(at.below[0], BELOW);
    mark(at.below[1], BELOW_2);
    mark(at.header, HEADER);
    for (const tokens of own) mark(tokens, OWN);
    for (const tokens of [...at.above, ...at.below]) mark(tokens, OWN | NEAR);
    this.#beside = new Set([...at.above, ...at.below].map((tokens) => trimmed(this.#spelling.spelled(tokens))));
  }

  /**
   * The features of a line, in the order of {@link FEATURES}; used again by the next call.
   * @param text its bytes, one to a character. @param own of the document at the cursor.
   */
  featuresOf(table: LineTable, line: LineId, text: string, own: boolean): Float64Array {
    const at = this.#at;
    const beside = (by: number) => {
      const other = table.beside(line, by);
      return other === 0 ? NOTHING : table.tokens(other);
    };
    const [above, below] = [beside(-1), beside(1)];
    const head = table.header(line);
    const header = head === 0 ? NOTHING : table.tokens(head);
    const aboveSame = same(above, at.above[0]);
    const belowSame = same(below, at.below[0]);
    const { words, unknown, near } = this.#wordsOf(table.tokens(line));
    let i = 0;
    const put = (value: number | boolean) => {
      this.#values[i++] = Number(value);
    };
    put(own);
    put(aboveSame);
    put(Math.log1p(commonEnd(above, at.above[0])));
    put(this.#shared(above, ABOVE));
    put(belowSame);
    put(Math.log1p(commonBeginning(below, at.below[0])));
    put(this.#shared(below, BELOW));
    put(aboveSame && belowSame);
    put(this.#shared(beside(-2), ABOVE_2));
    put(this.#shared(beside(2), BELOW_2));
    put(same(header, at.header));
    put(this.#shared(header, HEADER));
    put(table.indent(line) === at.indent);
    put(own ? Math.log1p(Math.abs(table.row(line) - at.row)) : 0);
    put(this.#beside.has(text));
    put(unknown);
    put(words === 0 ? 0 : unknown / words);
    put(words === 0 ? 0 : near / words);
    put(Math.log(text.length));
    return this.#values;
  }

  /** Tokens that two lines have in common, of all that either has (Jaccard). */
  #shared(tokens: Tokens, bit: number): number {
    const size = this.#sizes.get(bit)!;
    if (size === 0 || tokens.length === 0) return 0;
    const count = ++this.#count;
    let [distinct, common] = [0, 0];
    for (const token of tokens) {
      if (this.#counted[token] === count) continue;
      this.#counted[token] = count;
      distinct++;
      if ((this.#marks[token]! & bit) !== 0) common++;
    }
    return common / (size + distinct - common);
  }

  /** How many parts of names a line has, how many of them the document has not, and how many stand near the cursor. */
  #wordsOf(tokens: Tokens): { words: number; unknown: number; near: number } {
    let [words, unknown, near] = [0, 0, 0];
    for (const token of tokens) {
      if (!this.#spelling.isWord(token)) continue;
      words++;
      if ((this.#marks[token]! & OWN) === 0) unknown++;
      if ((this.#marks[token]! & NEAR) !== 0) near++;
    }
    return { words, unknown, near };
  }
}

/** The weight of a line among all that were found. */
export function weightOf(features: Float64Array): number {
  let logit = 0;
  for (let i = 0; i < FEATURES.length; i++) logit += WEIGHT_LIST[i]! * features[i]!;
  return Math.exp(Math.min(20, logit));
}

/** The weight of all lines that were not found together. @param written characters of the line at the cursor. */
export function unfoundWeight(written: number): number {
  return Math.exp(UNFOUND.constant + UNFOUND.written * Math.log1p(written));
}

const WEIGHT_LIST = FEATURES.map((feature) => RECALL[feature]);

function same(a: ArrayLike<number>, b: ArrayLike<number> | undefined): boolean {
  return b !== undefined && b.length > 0 && a.length === b.length && commonBeginning(a, b) === a.length;
}

function commonBeginning(a: ArrayLike<number>, b: ArrayLike<number> | undefined): number {
  let common = 0;
  while (b !== undefined && common < a.length && common < b.length && a[common] === b[common]) common++;
  return common;
}

function commonEnd(a: ArrayLike<number>, b: ArrayLike<number> | undefined): number {
  let common = 0;
  while (b && common < a.length && common < b.length && a[a.length - 1 - common] === b[b.length - 1 - common]) common++;
  return common;
}
