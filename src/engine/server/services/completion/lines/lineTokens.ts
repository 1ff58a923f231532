/** What lines are made of, in a model's tokens: which of them break a line, and how far they indent it. */
import type { Tokenizer } from '../../../core/backend.ts';

const NEWLINE = 0x0a;
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
  readonly #tokenizer: Pick<Tokenizer, 'bytes'>;
  /** Made when they are asked for. */
  readonly #texts: (string | undefined)[];
  /** Line breaks in a token. */
  readonly #breaks: Uint8Array;
  /** White space at the end of a token behind its last line break; at the beginning of one without. */
  readonly #columns: Uint8Array;
  readonly #blank: Uint8Array;
  readonly #word: Uint8Array;

  /** Reads every token once. */
  constructor(tokenizer: Pick<Tokenizer, 'bytes'>, size: number) {
    this.size = size;
    this.#tokenizer = tokenizer;
    this.#texts = Array(size).fill(undefined);
    this.#breaks = new Uint8Array(size);
    this.#columns = new Uint8Array(size);
    this.#blank = new Uint8Array(size);
    this.#word = new Uint8Array(size);
    for (let token = 0; token < size; token++) this.#read(token, tokenizer.bytes(token));
  }

  /** A token's bytes, one to a character. */
  text(token: number): string {
    this.#texts[token] ??= Buffer.from(this.#tokenizer.bytes(token)).toString('latin1');
    return this.#texts[token];
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
    for (let at = from; at < tokens.length; at++) text += this.text(tokens[at]!);
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
  #read(token: number, bytes: Uint8Array): void {
    let [breaks, columns] = [0, 0];
    let blank = true;
    let word = false;
    for (const byte of bytes) {
      if (byte === NEWLINE) {
        breaks++;
        columns = 0;
        continue;
      }
      if (!isBlank(byte)) [blank, word] = [false, word || isWord(byte)];
      if (blank || breaks > 0) columns = isBlank(byte) ? columns + 1 : 0;
    }
    this.#breaks[token] = breaks;
    this.#columns[token] = Math.min(MOST_COLUMNS, columns);
    this.#blank[token] = Number(blank);
    this.#word[token] = Number(word);
  }
}

/** Bytes that are white space, one to a character, at both ends. A string's own `trim` takes a part of some letters for it. */
export function trimmed(text: string): string {
  return text.replace(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, '');
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** A letter, `_` or `$`. */
function isWord(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x5f || byte === 0x24;
}
