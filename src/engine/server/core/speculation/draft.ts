/** Tokens that are computed before they are chosen, in the hope that they will be. */

/** Where a guess comes from. */
export type SourceName = 'text' | 'answer' | 'line' | 'code';

/** How a text may go on, by one source. */
export interface Guess {
  tokens: ArrayLike<number>;
  /** How sure the source is of each token, in words of its own: below {@link KINDS}, the surest last. */
  kinds: ArrayLike<number>;
}

/** How many degrees of sureness a source tells apart. */
export const KINDS = 8;

/**
 * Guesses how one request's answer goes on. Pure but for what it remembers of its own guesses: it is asked at some steps
 * only, and told nothing in between.
 */
export interface DraftSource {
  readonly name: SourceName;
  /**
   * @param known prompt and answer. @param from where the answer begins in it.
   * @returns undefined where it knows nothing.
   */
  guess(known: readonly number[], from: number): Guess | undefined;
}

/**
 * A tree of guessed tokens: nodes behind the newest token, each after the one before it, so that every beginning of the
 * list is a tree too. Where each has one child it is a chain.
 */
export interface Draft {
  readonly tokens: readonly number[];
  /** Index of the node before; -1: the newest token. */
  readonly parents: readonly number[];
}

/** A draft of one line of tokens. */
export function chain(tokens: readonly number[]): Draft {
  return { tokens, parents: tokens.map((_, index) => index - 1) };
}
