/** What lines are made of, in a model's tokens: which of them break a line, and how far they indent it. */
import type { Tokenizer } from '../backend.ts';

const NEWLINE = '\n';
/** Columns beyond these are not told apart. */
const MOST_COLUMNS = 255;

/** A line that is not blank, in a row of tokens. */
export interface Line {
  /** Its first token that is not blank, and the one behind its last. */
  from: number;
  to: number;
  /** Characters of white space before it. */
  indent: number;
  /** Line breaks before it. */
  row: number;
}

export class LineTokens {
  /** Number of tokens. */
  readonly size: number;
  readonly #texts: string[];
  /** Line breaks in a token. */
  readonly #breaks: Uint8Array;
  /** White space at the end of a token behind its last line break; at the beginning of one without. */
  readonly #columns: Uint8Array;
  readonly #blank: Uint8Array;
  readonly #word: Uint8Array;

  /** Reads every token once. */
  constructor(tokenizer: Pick<Tokenizer, 'bytes'>, size: number) {
    this.size = size;
    this.#texts = Array.from({ length: size }, (_, token) => Buffer.from(tokenizer.bytes(token)).toString('latin1'));
    this.#breaks = Uint8Array.from(this.#texts, (text) => text.split(NEWLINE).length - 1);
    this.#columns = Uint8Array.from(this.#texts, (text) => {
      const last = text.slice(text.lastIndexOf(NEWLINE) + 1);
      return Math.min(MOST_COLUMNS, last.length - last.trimStart().length);
    });
    this.#blank = Uint8Array.from(this.#texts, (text) => Number(text.trim() === ''));
    this.#word = Uint8Array.from(this.#texts, (text) => Number(/[A-Za-z_$]/.test(text)));
  }

  /** A token's bytes, one to a character. */
  text(token: number): string {
    return this.#texts[token]!;
  }
  breaksLine(token: number): boolean {
    return this.#breaks[token]! > 0;
  }
  /** Part of a name. */
  isWord(token: number): boolean {
    return this.#word[token] === 1;
  }

  /** The bytes of tokens, one to a character. */
  spelled(tokens: ArrayLike<number>, from = 0): string {
    let text = '';
    for (let at = from; at < tokens.length; at++) text += this.#texts[tokens[at]!]!;
    return text;
  }

  /** The first place from `at` on that is not blank. */
  skipBlank(tokens: ArrayLike<number>, at: number): number {
    while (at < tokens.length && this.#blank[tokens[at]!] === 1) at++;
    return at;
  }

  /** Line breaks in a row of tokens. */
  rowsOf(tokens: ArrayLike<number>): number {
    let rows = 0;
    for (let at = 0; at < tokens.length; at++) rows += this.#breaks[tokens[at]!]!;
    return rows;
  }

  /** The lines that are not blank, in their order. A break that is merged with the end of its line belongs to the line. */
  eachLine(tokens: ArrayLike<number>, onLine: (line: Line) => void): void {
    let [row, indent, from] = [0, 0, -1];
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at]!;
      const blank = this.#blank[token] === 1;
      if (this.#breaks[token] === 0) {
        if (from >= 0) continue;
        indent += this.#columns[token]!;
        if (!blank) from = at;
        continue;
      }
      if (from < 0 && !blank) from = at;
      if (from >= 0) onLine({ from, to: blank ? at : at + 1, indent, row });
      row += this.#breaks[token]!;
      indent = this.#columns[token]!;
      from = -1;
    }
    if (from >= 0) onLine({ from, to: tokens.length, indent, row });
  }
}
