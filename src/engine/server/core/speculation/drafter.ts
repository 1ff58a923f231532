/** The guess of one request: by whichever source is likeliest to be right, kept until it is wrong, judged as it goes. */
import type { Acceptance } from './acceptance.ts';
import { chain, type Draft, type DraftSource, type Guess } from './draft.ts';

/** Nodes at the most: more pay on no machine. */
export const MOST_NODES = 48;
/** A source is compared by what so many tokens of its guess are expected to win. */
const COMPARED = 12;
/** A node that is less likely reached is no use in any draft. */
const LEAST_REACH = 0.02;
/**
 * What this request makes of guesses, beside what others did: right ones over those that were expected to be, as if so many
 * had been before, and of the last so many. Luck so far makes no guess surer: only where it is worse does it count.
 */
const TRUST = { before: 6, memory: 32 };
const SUREST = 0.99;

interface Standing {
  source: DraftSource;
  guess: Guess;
  /** Tokens of it that were right. */
  right: number;
  /** Length of `known` when it was made. */
  since: number;
}

export class Drafter {
  readonly #acceptance: Acceptance;
  readonly #sources: readonly DraftSource[];
  #standing: Standing | undefined;
  #right = TRUST.before;
  #expected = TRUST.before;
  readonly #reach: number[] = [];

  constructor(acceptance: Acceptance, sources: readonly DraftSource[]) {
    this.#acceptance = acceptance;
    this.#sources = sources;
  }

  /** Name of the source whose guess stands. */
  get source(): DraftSource['name'] | undefined {
    return this.#standing?.source.name;
  }

  /**
   * How likely the answer comes to each token of the guess.
   * @param known prompt and answer. @param from where the answer begins. @param most tokens that are of use.
   */
  look(known: readonly number[], from: number, most: number): readonly number[] {
    if (!this.#standing || this.#standing.since + this.#standing.right !== known.length) this.#guess(known, from);
    this.#reach.length = 0;
    const { guess, right = 0, source } = this.#standing ?? {};
    if (!guess) return this.#reach;
    const trust = Math.min(1, this.#right / this.#expected);
    let reach = 1;
    for (let i = right; i < guess.tokens.length && this.#reach.length < Math.min(most, MOST_NODES); i++) {
      reach *= Math.min(SUREST, trust * this.#acceptance.probability(source!.name, guess.kinds[i]!, i));
      if (reach < LEAST_REACH) break;
      this.#reach.push(reach);
    }
    return this.#reach;
  }

  /** The first tokens of the guess that {@link look} weighed. */
  draft(nodes: number): Draft {
    const { guess, right } = this.#standing!;
    return chain(Array.from({ length: nodes }, (_, i) => guess.tokens[right + i]!));
  }

  /** A token was chosen. */
  took(token: number): void {
    const standing = this.#standing;
    if (!standing) return;
    const { guess, right, source } = standing;
    const isRight = guess.tokens[right] === token;
    const kind = guess.kinds[right]!;
    const expected = this.#acceptance.probability(source.name, kind, right);
    this.#acceptance.learn(source.name, kind, right, isRight);
    if (this.#expected > TRUST.memory) {
      this.#expected /= 2;
      this.#right /= 2;
    }
    this.#expected += expected;
    this.#right += isRight ? 1 : 0;
    standing.right++;
    if (!isRight || standing.right === guess.tokens.length) this.#standing = undefined;
  }

  /** Nothing is guessed for now. */
  rest(): void {
    this.#standing = undefined;
  }

  #guess(known: readonly number[], from: number): void {
    this.#standing = undefined;
    let best = 0;
    for (const source of this.#sources) {
      const guess = source.guess(known, from);
      if (!guess) continue;
      const worth = this.#worth(source, guess);
      if (worth <= best) continue;
      best = worth;
      this.#standing = { source, guess, right: 0, since: known.length };
    }
  }

  #worth({ name }: DraftSource, { tokens, kinds }: Guess): number {
    let [reach, worth] = [1, 0];
    for (let i = 0; i < Math.min(COMPARED, tokens.length); i++) {
      reach *= this.#acceptance.probability(name, kinds[i]!, i);
      worth += reach;
    }
    return worth;
  }
}
