/** A place in a file as its grammar reads it, and what is generated there. */

import type { Grammar } from '../../syntax/languages.ts';
import { lineBefore } from '../text.ts';
import { type Begun, begunAt, isInText } from './begun.ts';
import { balanceOf } from './brackets.ts';
import { type Source, tokensIn } from './source.ts';

/** Ends of a line at which a block may begin at the cursor itself. */
const MAY_BEGIN = /[{[(:>]$/;

/** How generated text stands at the end of one of its lines. */
export interface Standing {
  /** Brackets and tags of the text that it has not closed. */
  open: number;
  /** Brackets that it has closed and that were open before it. */
  closed: number;
  /** The line below begins inside a string or a comment: its depth says nothing. */
  quoted: boolean;
}

export class CodePlace {
  readonly #source: Source;
  readonly #grammar: Grammar;
  readonly #prefix: string;
  readonly #suffix: string;
  readonly #cut: boolean;
  #inText: boolean | undefined;
  readonly #standings = new Map<string, Standing | undefined>();

  /**
   * @param prefix text before the cursor and `suffix` after it, LF.
   * @param cut `prefix` begins inside the file.
   */
  constructor(
    source: Source,
    grammar: Grammar,
    { prefix, suffix, cut }: { prefix: string; suffix: string; cut: boolean },
  ) {
    this.#source = source;
    this.#grammar = grammar;
    this.#prefix = prefix;
    this.#suffix = suffix;
    this.#cut = cut;
  }

  /**
   * The block that is begun at the cursor.
   * @param width columns of a tab.
   * @returns null where none is; undefined where the grammar does not tell.
   */
  begun(width: number): Begun | null | undefined {
    // Most keys are typed inside a line: they cost no parse.
    const line = lineBefore(this.#prefix).trimEnd();
    if (line !== '' && !MAY_BEGIN.test(line)) return null;
    const text = this.#prefix + this.#suffix;
    const tree = this.#source.parse(text);
    if (tree === null) return undefined;
    if (this.#isInText()) return this.#cut ? undefined : null;
    return begunAt(tree, text, this.#prefix.length, this.#grammar, width);
  }

  /**
   * How `text` stands, whole lines generated at the cursor without the last line's break; undefined where the grammar
   * does not tell. Depends on nothing but the lines, so that the same lines stand alike however they came.
   */
  standing(text: string): Standing | undefined {
    if (!this.#standings.has(text)) this.#standings.set(text, this.#standingOf(text));
    return this.#standings.get(text);
  }

  #standingOf(text: string): Standing | undefined {
    if (this.#cut && this.#isInText()) return undefined;
    const whole = `${this.#prefix}${text}\n${this.#suffix}`;
    const tree = this.#source.parse(whole);
    if (tree === null) return undefined;
    const from = this.#prefix.length;
    const below = from + text.length + 1;
    const tokens = tokensIn(tree, from, below);
    const { owed, closed } = balanceOf(tokens, whole, this.#grammar);
    const quoted = isInText(tree, whole, below, this.#grammar, from);
    return { open: owed.length, closed, quoted };
  }

  /**
   * Seems to be in a string or a comment. Where the window begins in one, texts and program are read as each other: what
   * seems to be in a text may be none, and nothing is known of it.
   */
  #isInText(): boolean {
    if (this.#inText === undefined) {
      const text = this.#prefix + this.#suffix;
      const tree = this.#source.parse(text);
      this.#inText = tree !== null && isInText(tree, text, this.#prefix.length, this.#grammar);
    }
    return this.#inText;
  }

  /**
   * What a line that is no deeper than the one which opened the block does with it: it closes it or goes on with it, where
   * it is as deep, or it stands where it wants. Undefined: nothing, the block has ended before.
   */
  roleOf(line: string): 'closes' | 'goesOn' | 'free' | undefined {
    const start = line.trimStart();
    if (/^(?:[)\]}]|<\/)/.test(start)) return 'closes';
    // Directives of a preprocessor.
    if (start.startsWith('#') && (this.#grammar.name === 'cpp' || this.#grammar.name === 'c-sharp')) return 'free';
    const word = /^\w+/.exec(start)?.[0] ?? '';
    if (this.#grammar.closers.has(word)) return 'closes';
    return this.#grammar.clauses.has(word) ? 'goesOn' : undefined;
  }

  /** The beginning of a line may become one that {@link roleOf} gives a role. */
  mayTakeRole(line: string): boolean {
    const start = line.trim();
    const { closers, clauses } = this.#grammar;
    return start === '<' || (/^\w+$/.test(start) && [...closers, ...clauses].some((word) => word.startsWith(start)));
  }
}
