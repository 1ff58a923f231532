/**
 * The index of one open document, in step with its text. The text lies in pieces of some lines; an edit tokenizes the
 * pieces that it touches and no others, so that it is known at once however long the document is.
 */
import type { TextEdit } from '../../../../protocol/index.ts';
import type { Tokenizer } from '../../../core/backend.ts';
import { chunksOf } from '../../../core/chunks.ts';
import { LineTable } from '../lines/lineTable.ts';
import type { LineTokens } from '../lines/lineTokens.ts';
import { LARGEST_SHARD, type SegmentId, Shard } from './shard.ts';

/** UTF-16 units of a piece: a longer one takes longer to tokenize, shorter ones have more borders. */
const PIECE = 1_024;
/** Tokens of its neighbours that a piece repeats. */
const OVERLAP = 16;
/** A new shard has room for so many times what is alive. */
const SPARE = 2;
const LEAST_ROOM = 1_024;

/** A document is tokenized up to here when it is opened, and the rest when there is time; UTF-16 units. */
const AT_ONCE = 16 * 1_024;

interface Piece {
  text: string;
  /** Undefined: not read yet. */
  tokens: Int32Array | undefined;
  /** Undefined: the document is larger than a shard, and this piece had no room. */
  id: SegmentId | undefined;
}

export class IndexedDocument {
  readonly #tokenizer: Pick<Tokenizer, 'encode'>;
  #pieces: Piece[] = [];
  #shard = new Shard(LEAST_ROOM);
  /** Made when it is asked for, and anew after an edit. */
  #lines: LineTable | undefined;
  #text: Int32Array | undefined;
  /** The first piece that may not be read. */
  #unread = 0;

  constructor(tokenizer: Pick<Tokenizer, 'encode'>, text: string) {
    this.#tokenizer = tokenizer;
    this.#pieces = chunksOf(text, false, PIECE).map((part) => ({ text: part, tokens: undefined, id: undefined }));
    const most = Math.ceil(AT_ONCE / PIECE);
    // A piece repeats a little of the next one.
    for (let index = 0; index <= most && index < this.#pieces.length; index++) this.#encode(index);
    for (let index = 0; index < most && index < this.#pieces.length; index++) this.#add(index);
    this.#unread = most;
  }

  /** Reads another piece. @returns false when all are read. */
  readOn(): boolean {
    while (this.#pieces[this.#unread]?.id !== undefined) this.#unread++;
    if (this.#unread >= this.#pieces.length) return false;
    if (this.#unread + 1 < this.#pieces.length) this.#encode(this.#unread + 1);
    this.#add(this.#unread++);
    this.#lines = undefined;
    this.#text = undefined;
    return true;
  }

  /** The tokens of the units [start, end): those of whole pieces as they are in the index. */
  tokensIn(start: number, end: number): Int32Array {
    const parts: Int32Array[] = [];
    let begin = 0;
    for (let index = 0; index < this.#pieces.length && begin < end; index++) {
      const { text } = this.#pieces[index]!;
      const from = Math.max(0, start - begin);
      const to = Math.min(text.length, end - begin);
      if (from < to) parts.push(to - from === text.length ? this.#encode(index) : this.#encoded(text.slice(from, to)));
      begin += text.length;
    }
    return joined(parts);
  }

  get shard(): Shard {
    return this.#shard;
  }
  get tokens(): number {
    return this.#pieces.reduce((sum, { tokens }) => sum + (tokens?.length ?? 0), 0);
  }

  get bytes(): number {
    return this.#shard.bytes + (this.#lines?.bytes ?? 0) + (this.#text?.byteLength ?? 0);
  }

  /** All tokens in their order, at most {@link LARGEST_SHARD}. */
  get text(): Int32Array {
    this.#text ??= this.#joined();
    return this.#text;
  }

  linesIn(spelling: LineTokens): LineTable {
    if (this.#lines) return this.#lines;
    const lines = new LineTable(spelling);
    lines.add(0, this.text);
    this.#lines = lines;
    return lines;
  }

  /** Line breaks before an offset. */
  rowAt(offset: number): number {
    let row = 0;
    let begin = 0;
    for (const { text } of this.#pieces) {
      if (begin >= offset) break;
      const end = Math.min(text.length, offset - begin);
      for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) row++;
      begin += text.length;
    }
    return row;
  }

  /** @throws RangeError when the place is not in the document. */
  edit({ start, end, text }: TextEdit): void {
    if (start < 0 || end < start) throw new RangeError(`[${start}, ${end}) is no range.`);
    const first = this.#at(start);
    const last = end === start ? first : this.#at(end);
    const head = (this.#pieces[first.index]?.text ?? '').slice(0, start - first.begin);
    const tail = (this.#pieces[last.index]?.text ?? '').slice(end - last.begin);
    this.#replace(first.index, Math.min(last.index + 1, this.#pieces.length), head + text + tail);
  }

  /** The text between two UTF-16 offsets, as far as there is any. */
  slice(start: number, end: number): string {
    let begin = 0;
    let text = '';
    for (const piece of this.#pieces) {
      if (begin >= end) break;
      text += piece.text.slice(Math.max(0, start - begin), Math.max(0, end - begin));
      begin += piece.text.length;
    }
    return text;
  }

  /** The segment that holds what stands behind an offset: a cursor there must not find itself. */
  segmentAt(offset: number): SegmentId | undefined {
    let begin = 0;
    for (const { text, id } of this.#pieces) {
      if (offset < begin + text.length) return id;
      begin += text.length;
    }
    // At the very end: the word before the cursor is in the last piece.
    return this.#pieces.at(-1)?.id;
  }

  #joined(): Int32Array {
    const all = new Int32Array(Math.min(LARGEST_SHARD, this.tokens));
    let at = 0;
    for (const { tokens } of this.#pieces) {
      if (tokens === undefined) continue;
      if (at + tokens.length > all.length) break;
      all.set(tokens, at);
      at += tokens.length;
    }
    return all.subarray(0, at);
  }

  #at(offset: number): { index: number; begin: number } {
    let begin = 0;
    for (let index = 0; index < this.#pieces.length; index++) {
      const { length } = this.#pieces[index]!.text;
      const isLast = index === this.#pieces.length - 1;
      if (offset < begin + length || (isLast && offset === begin + length)) return { index, begin };
      begin += length;
    }
    if (offset === 0) return { index: 0, begin: 0 };
    throw new RangeError(`The document has no place ${offset}.`);
  }

  #replace(from: number, to: number, text: string): void {
    this.#lines = undefined;
    this.#text = undefined;
    for (const { id } of this.#pieces.slice(from, to)) if (id !== undefined) this.#shard.remove(id);
    const pieces = chunksOf(text, false, PIECE).map(
      (part): Piece => ({ text: part, tokens: undefined, id: undefined }),
    );
    this.#pieces.splice(from, to - from, ...pieces);
    this.#unread = Math.min(this.#unread, from);
    for (let index = from; index < from + pieces.length; index++) this.#encode(index);
    for (let index = from; index < from + pieces.length; index++) this.#add(index);
  }

  /** The tokens of a piece, read now if they were not. */
  #encode(index: number): Int32Array {
    const piece = this.#pieces[index]!;
    piece.tokens ??= this.#encoded(piece.text);
    return piece.tokens;
  }

  #encoded(text: string): Int32Array {
    return this.#tokenizer.encode(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);
  }

  #add(index: number): void {
    const piece = this.#pieces[index]!;
    const body = this.#encode(index);
    const segment = {
      before: this.#pieces[index - 1]?.tokens?.slice(-OVERLAP) ?? [],
      body,
      after: this.#pieces[index + 1]?.tokens?.slice(0, OVERLAP) ?? [],
    };
    piece.id = this.#shard.add(segment);
    if (piece.id !== undefined) return;
    const needed = this.#shard.live + body.length + 2 * OVERLAP;
    if (needed > LARGEST_SHARD) return;
    this.#renew(Math.min(LARGEST_SHARD, SPARE * needed + LEAST_ROOM));
    piece.id = this.#shard.add(segment);
  }

  /** Moves what is alive into a fresh shard. */
  #renew(capacity: number): void {
    const fresh = new Shard(capacity);
    const ids = this.#shard.copyTo(fresh);
    for (const piece of this.#pieces) if (piece.id !== undefined) piece.id = ids.get(piece.id);
    this.#shard = fresh;
  }
}

function joined(parts: readonly Int32Array[]): Int32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
