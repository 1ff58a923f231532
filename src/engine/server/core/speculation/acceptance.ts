/**
 * How often a guessed token is right when those before it are: learned by source, by how sure the source is, and by how
 * far the guess has come. It costs nothing to learn, as every token that is chosen tells, whether it was drafted or not.
 */
import { KINDS, type SourceName } from './draft.ts';

/** Tokens of a guess before the one that is judged: 0, 1 or 2, 3 to 6, more. */
const DEPTHS = 4;
/** A habit is forgotten: of more than so many tokens, the older ones count half. */
const MEMORY = 64;
/** A habit at one depth is known by so many tokens; before, that of all depths stands for it, and before that a guess. */
const DOUBT = 4;
/** What nothing is known of: the least and the most sure kind. */
const PRIOR = { least: 0.3, most: 0.9 };

export class Acceptance {
  readonly #bySource = new Map<SourceName, Float64Array>();

  /** Probability that a token is right if those before it in the guess are. @param depth how many those are. */
  probability(source: SourceName, kind: number, depth: number): number {
    const table = this.#of(source);
    const all = slot(kind, DEPTHS);
    const one = slot(kind, depthOf(depth));
    const prior = PRIOR.least + ((PRIOR.most - PRIOR.least) * kind) / (KINDS - 1);
    const known = (table[all]! + DOUBT * prior) / (table[all + 1]! + DOUBT);
    return (table[one]! + DOUBT * known) / (table[one + 1]! + DOUBT);
  }

  /** A token was chosen where one was guessed. */
  learn(source: SourceName, kind: number, depth: number, right: boolean): void {
    const table = this.#of(source);
    for (const at of [slot(kind, DEPTHS), slot(kind, depthOf(depth))]) {
      if (table[at + 1]! >= MEMORY) {
        table[at]! /= 2;
        table[at + 1]! /= 2;
      }
      table[at]! += right ? 1 : 0;
      table[at + 1]! += 1;
    }
  }

  #of(source: SourceName): Float64Array {
    let table = this.#bySource.get(source);
    if (!table) {
      table = new Float64Array(2 * KINDS * (DEPTHS + 1));
      this.#bySource.set(source, table);
    }
    return table;
  }
}

/** Of how many were right; behind it of how many there were. */
const slot = (kind: number, depth: number): number => 2 * (kind * (DEPTHS + 1) + depth);

const depthOf = (depth: number): number => (depth === 0 ? 0 : depth < 3 ? 1 : depth < 7 ? 2 : 3);
