/** A model's tokens in the order of their bytes, so that those are found quickly that a text can go on with. */
import type { Tokenizer } from '../backend.ts';
import { Slices } from '../slices.ts';
import { type Copying, type CopyRules, type Free, firstFrom, type Place } from './copyRules.ts';

/** Of so few tokens each is tried by itself. */
const FEW = 4;

/** So many are sorted at a time: a fraction of a millisecond. */
const AT_ONCE = 256;

interface Spelt {
  /** As a byte string. */
  bytes: string;
  token: number;
}

/** Tokens in ascending order of their bytes. */
interface InOrder {
  /** Byte strings of all that have any. */
  spelt: string[];
  tokens: Int32Array;
  /** Indices of those that have a whole line, with its line end before it, and something behind it. */
  withLine: number[];
}

export class Spellings {
  /** Scratch memory for the logits of a row: samplers run one after the other. */
  readonly logits: Float32Array;
  readonly #tokenizer: Tokenizer;
  readonly #spelt: readonly string[];
  readonly #tokens: Int32Array;
  readonly #withLine: readonly number[];

  /** See {@link spellingsOf}. */
  constructor(tokenizer: Tokenizer, size: number, inOrder: InOrder) {
    this.#tokenizer = tokenizer;
    this.logits = new Float32Array(size);
    this.#spelt = inOrder.spelt;
    this.#tokens = inOrder.tokens;
    this.#withLine = inOrder.withLine;
  }

  /** Bytes of a token as a byte string. */
  of(token: number): string {
    return spellingOf(this.#tokenizer, token);
  }

  /** The tokens that can come next in a block, in no order. */
  fitting(rules: CopyRules, place: Copying): Int32Array {
    const found: number[] = [];
    this.#gather(rules, place, 0, 0, this.#spelt.length, found);
    return Int32Array.from(found, (index) => this.#tokens[index]!);
  }

  /** Indices, for {@link misfitting}, of tokens in which a whole block begins. */
  beginning(rules: CopyRules): number[] {
    return this.#withLine.filter((index) => this.#spelt[index]!.includes(`\n${rules.begin}\n`));
  }

  /**
   * The tokens with which a block begins, and goes on as it may not.
   * @param place outside of blocks. @param beginning see {@link beginning}.
   */
  misfitting(rules: CopyRules, place: Free, beginning: readonly number[]): number[] {
    const crossing = place < 0 ? beginning : [...this.#longerThan(`${rules.begin}\n`.slice(place)), ...beginning];
    return crossing
      .filter((index) => rules.run(place, this.#spelt[index]!) === undefined)
      .map((index) => this.#tokens[index]!);
  }

  /** Indices of tokens that begin with `bytes` and go on. */
  #longerThan(bytes: string): number[] {
    let low = 0;
    let high = this.#spelt.length;
    for (let depth = 0; depth < bytes.length && low < high; depth++) {
      low = this.#skip(low, high, depth);
      const byte = bytes.charCodeAt(depth);
      low = firstFrom(this.#spelt, low, high, depth, byte);
      high = firstFrom(this.#spelt, low, high, depth, byte + 1);
    }
    low = this.#skip(low, high, bytes.length);
    return Array.from({ length: Math.max(0, high - low) }, (_, index) => low + index);
  }

  /** Behind the tokens in [low, high) that end at `depth`: they come first. */
  #skip(low: number, high: number, depth: number, found?: number[]): number {
    let first = low;
    for (; first < high && this.#spelt[first]!.length === depth; first++) found?.push(first);
    return first;
  }

  /** Adds the indices of those tokens in [low, high), equal up to `depth`, that lead on from `place` there. */
  #gather(rules: CopyRules, place: Place, depth: number, low: number, high: number, found: number[]): void {
    const first = this.#skip(low, high, depth, found);
    if (high - first <= FEW || typeof place === 'number') {
      for (let index = first; index < high; index++)
        if (rules.run(place, this.#spelt[index]!, depth) !== undefined) found.push(index);
      return;
    }
    const follow = (byte: number): void => {
      const from = firstFrom(this.#spelt, first, high, depth, byte);
      const to = firstFrom(this.#spelt, from, high, depth, byte + 1);
      if (from < to) this.#gather(rules, rules.step(place, byte)!, depth + 1, from, to, found);
    };
    let endByte = place.end < 0 ? -1 : place.end === rules.end.length ? LF : rules.end.charCodeAt(place.end);
    for (let at = place.low; at < place.high; ) {
      const byte = place.lines[at]!.charCodeAt(place.depth);
      if (byte === endByte) endByte = -1;
      follow(byte);
      at = firstFrom(place.lines, at, place.high, place.depth, byte + 1);
    }
    if (endByte >= 0) follow(endByte);
  }
}

const LF = 0x0a;
const WHOLE_LINE = /\n[^\n]+\n./s;

const spellingOf = (tokenizer: Tokenizer, token: number): string =>
  Buffer.from(tokenizer.bytes(token)).toString('latin1');

const known = new WeakMap<Tokenizer, Promise<Spellings>>();

/** Read once for each model, in slices: a quarter of a second of work for 150,000 tokens. Rejects where it is unloaded meanwhile. */
export function spellingsOf(tokenizer: Tokenizer, size: number): Promise<Spellings> {
  const found = known.get(tokenizer) ?? read(tokenizer, size);
  known.set(tokenizer, found);
  return found;
}

async function read(tokenizer: Tokenizer, size: number): Promise<Spellings> {
  const slices = new Slices();
  const all: Spelt[] = [];
  for (let token = 0; token < size; token++) {
    if (token % 64 === 0) await slices.next();
    const bytes = spellingOf(tokenizer, token);
    if (bytes !== '') all.push({ bytes, token });
  }
  const inOrder: InOrder = { spelt: [], tokens: new Int32Array(all.length), withLine: [] };
  await sortInto(inOrder, all, 0, slices);
  return new Spellings(tokenizer, size, inOrder);
}

/** Appends tokens that are equal up to `depth`. By one byte after the other, as sorting them all at once stops the engine. */
async function sortInto(inOrder: InOrder, given: Spelt[], depth: number, slices: Slices): Promise<void> {
  await slices.next();
  if (given.length <= AT_ONCE) {
    for (const one of given.sort(byBytes)) append(inOrder, one);
    return;
  }
  const byByte = new Map<number, Spelt[]>();
  for (const [index, one] of given.entries()) {
    if (index % AT_ONCE === 0) await slices.next();
    if (one.bytes.length === depth) {
      append(inOrder, one);
      continue;
    }
    const byte = one.bytes.charCodeAt(depth);
    const group = byByte.get(byte);
    if (group) group.push(one);
    else byByte.set(byte, [one]);
  }
  for (const byte of [...byByte.keys()].sort((a, b) => a - b))
    await sortInto(inOrder, byByte.get(byte)!, depth + 1, slices);
}

function append({ spelt, tokens, withLine }: InOrder, { bytes, token }: Spelt): void {
  if (WHOLE_LINE.test(bytes)) withLine.push(spelt.length);
  tokens[spelt.length] = token;
  spelt.push(bytes);
}

const byBytes = ({ bytes: a }: Spelt, { bytes: b }: Spelt): number => (a < b ? -1 : a > b ? 1 : 0);
