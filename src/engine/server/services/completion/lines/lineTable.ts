/**
 * The lines of some texts, and which of them stand between the same neighbours or begin alike: chains through equal hashes,
 * newest first, as in `ngram/shard.ts`. Some bytes a line; lines of a text are added all at once.
 */
import { tokenHash } from '../../../core/tokenHash.ts';
import type { Tokens } from '../project/shard.ts';
import type { LineTokens } from './lineTokens.ts';

/** Index of a line in its table. */
export type LineId = number;

/**
 * What lines are found by: the end of the line above, the beginning of the line below, both, their own beginning; blank lines
 * are passed over.
 */
export const KEYS = ['between', 'self', 'below', 'above'] as const;
export type Key = (typeof KEYS)[number];
/** What of a line and its neighbours a key is made of. */
const PARTS: Record<Key, { above?: true; self?: true; below?: true }> = {
  between: { above: true, below: true },
  self: { self: true },
  below: { below: true },
  above: { above: true },
};
/** The tokens of a line and of those beside it. */
export interface Neighbourhood {
  above?: ArrayLike<number> | undefined;
  self?: ArrayLike<number> | undefined;
  below?: ArrayLike<number> | undefined;
}
/** So many tokens of a neighbour's end or beginning are hashed. */
export const KEY_TOKENS = 2;
const NO_LINE = 0;
/** Lines and tokens of a text are 16-bit numbers. */
const LARGEST = 65_535;
const HEADS = 1 << 12;
const MASK = HEADS - 1;
/** Tables grow by so much: little stands empty, and nothing is copied often. */
const GROWTH = 1.1;
/** A line has no more than so many lines above it in which its block's head is looked for. */
const HEADER_REACH = 200;

export class LineTable {
  readonly #spelling: LineTokens;
  /** By text; undefined where it was removed. */
  readonly #texts: (Tokens | undefined)[] = [];
  #count = 0;
  /** Of each line, from 1 on: 0 stands for none. */
  #text = new Uint16Array(64);
  #from = new Uint16Array(64);
  #length = new Uint16Array(64);
  #row: Uint16Array | undefined;
  #indent = new Uint8Array(64);
  readonly #previous = KEYS.map(() => new Uint16Array(64));
  readonly #heads = KEYS.map(() => new Uint16Array(HEADS));

  /** @param rows whether {@link row} will be asked for: of lines in other files it is not. */
  constructor(spelling: LineTokens, { rows = true } = {}) {
    this.#spelling = spelling;
    this.#row = rows ? new Uint16Array(64) : undefined;
  }

  /** Number of lines, those of removed texts included. */
  get count(): number {
    return this.#count;
  }
  get bytes(): number {
    const arrays = [
      this.#text,
      this.#from,
      this.#length,
      ...(this.#row ? [this.#row] : []),
      this.#indent,
      ...this.#previous,
      ...this.#heads,
    ];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** @param text a new number. @param tokens at most {@link LARGEST}; kept, not copied. */
  add(text: number, tokens: Tokens): void {
    this.#texts[text] = tokens;
    const first = this.#count + 1;
    this.#spelling.eachLine(tokens, ({ from, to, indent, row }) => {
      const id = ++this.#count;
      if (id >= this.#text.length) this.#grow();
      this.#text[id] = text;
      this.#from[id] = from;
      this.#length[id] = to - from;
      if (this.#row) this.#row[id] = row;
      this.#indent[id] = indent;
    });
    for (let id = first; id <= this.#count; id++) this.#link(id);
  }

  /** Its lines are found no more. */
  remove(text: number): void {
    this.#texts[text] = undefined;
  }

  row(line: LineId): number {
    return this.#row![line]!;
  }
  indent(line: LineId): number {
    return this.#indent[line]!;
  }
  /** Without white space and break, but for a break that is merged with its end. */
  tokens(line: LineId): Tokens {
    const from = this.#from[line]!;
    return this.#texts[this.#text[line]!]!.subarray(from, from + this.#length[line]!);
  }
  /** Whether a line begins with all tokens of `written` but the last, which may be another where the line goes on. */
  goesOnFrom(line: LineId, written: ArrayLike<number>): boolean {
    const text = this.#texts[this.#text[line]!]!;
    const from = this.#from[line]!;
    for (let at = 0; at < written.length - 1; at++) if (text[from + at] !== written[at]) return false;
    return true;
  }
  /** The token behind its last: it breaks the line; undefined where that belongs to the line, or nothing follows. */
  breakOf(line: LineId): number | undefined {
    const token = this.#texts[this.#text[line]!]![this.#from[line]! + this.#length[line]!];
    return token !== undefined && this.#spelling.breaksLine(token) ? token : undefined;
  }
  /** The line so many lines below, above where negative; blank ones are passed over. {@link NO_LINE} where the text has none. */
  beside(line: LineId, by: number): LineId {
    const other = line + by;
    return line !== NO_LINE && other >= 1 && other <= this.#count && this.#text[other] === this.#text[line]
      ? other
      : NO_LINE;
  }
  /** The nearest line above that is indented less: the head of the block. {@link NO_LINE} where there is none near. */
  header(line: LineId): LineId {
    const indent = this.#indent[line]!;
    for (let by = 1; by <= HEADER_REACH; by++) {
      const other = this.beside(line, -by);
      if (other === NO_LINE || this.#indent[other]! < indent) return other;
    }
    return NO_LINE;
  }

  /**
   * Lines by a key, newest first.
   * @param wanted what the key is made of. @param most lines that are looked at, also in vain.
   * @returns how many were looked at.
   */
  find(key: Key, wanted: Neighbourhood, most: number, onLine: (line: LineId) => void): number {
    const hash = keyOf(key, wanted);
    if (hash === undefined) return 0;
    const index = KEYS.indexOf(key);
    const previous = this.#previous[index]!;
    const { above, self, below } = PARTS[key];
    let line = this.#heads[index]![hash & MASK]!;
    let looked = 0;
    for (; line !== NO_LINE && looked < most; looked++, line = previous[line]!) {
      if (this.#texts[this.#text[line]!] === undefined) continue;
      if (above && !this.#ends(this.beside(line, -1), wanted.above!)) continue;
      if (below && !this.#begins(this.beside(line, 1), wanted.below!)) continue;
      if (self && !this.#begins(line, wanted.self!)) continue;
      onLine(line);
    }
    return looked;
  }

  /** Whether the end of a line is that of `tokens`, as far as it is hashed. */
  #ends(line: LineId, tokens: ArrayLike<number>): boolean {
    const by = this.#from[line]! + this.#length[line]! - tokens.length;
    return this.#equals(line, tokens, Math.max(0, tokens.length - KEY_TOKENS), tokens.length, by);
  }

  #begins(line: LineId, tokens: ArrayLike<number>): boolean {
    return this.#equals(line, tokens, 0, Math.min(KEY_TOKENS, tokens.length), this.#from[line]!);
  }

  /** Whether some of `tokens` stand in a line's text, so many tokens further on. */
  #equals(line: LineId, tokens: ArrayLike<number>, from: number, to: number, by: number): boolean {
    const length = this.#length[line]!;
    if (line === NO_LINE || (tokens.length < KEY_TOKENS ? length !== tokens.length : length < KEY_TOKENS)) return false;
    const text = this.#texts[this.#text[line]!]!;
    for (let at = from; at < to; at++) if (text[by + at] !== tokens[at]) return false;
    return true;
  }

  #link(line: LineId): void {
    const neighbour = (by: number) => {
      const other = this.beside(line, by);
      return other === NO_LINE ? undefined : this.tokens(other);
    };
    const stands = { above: neighbour(-1), self: this.tokens(line), below: neighbour(1) };
    for (const [index, key] of KEYS.entries()) {
      const hash = keyOf(key, stands);
      if (hash === undefined) continue;
      const slot = hash & MASK;
      this.#previous[index]![line] = this.#heads[index]![slot]!;
      this.#heads[index]![slot] = line;
    }
  }

  #grow(): void {
    const length = Math.min(LARGEST + 1, Math.ceil(GROWTH * this.#text.length));
    const wider = (array: Uint16Array) => {
      const longer = new Uint16Array(length);
      longer.set(array);
      return longer;
    };
    this.#text = wider(this.#text);
    this.#from = wider(this.#from);
    this.#length = wider(this.#length);
    if (this.#row) this.#row = wider(this.#row);
    const indent = new Uint8Array(length);
    indent.set(this.#indent);
    this.#indent = indent;
    for (const [index, array] of this.#previous.entries()) this.#previous[index] = wider(array);
  }
}

/** The hash of what a line is found by; undefined where what it needs is missing. */
export function keyOf(key: Key, { above, self, below }: Neighbourhood): number | undefined {
  switch (key) {
    case 'above':
      return above && endHash(above);
    case 'below':
      return below && beginHash(below);
    case 'between':
      return above && below && Math.imul(endHash(above), 31) ^ beginHash(below);
    case 'self':
      return self && self.length >= KEY_TOKENS ? beginHash(self) : undefined;
  }
}

function beginHash(tokens: ArrayLike<number>): number {
  return tokenHash(tokens, 0, Math.min(KEY_TOKENS, tokens.length));
}

function endHash(tokens: ArrayLike<number>): number {
  return tokenHash(tokens, Math.max(0, tokens.length - KEY_TOKENS), tokens.length);
}
