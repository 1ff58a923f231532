/** A `llama_batch` in native memory, filled through typed arrays: nothing is allocated per token. */
import koffi from 'koffi';
import type { DecodeBatch, SequenceId } from '../backend.ts';
import type { Batch, Pointer } from './structs.ts';

export class LlamaBatch implements DecodeBatch {
  readonly capacity: number;
  readonly #sequences: number;
  readonly #maxRows: number;
  readonly #tokens: Int32Array;
  readonly #positions: Int32Array;
  readonly #counts: Int32Array;
  readonly #wanted: Int8Array;
  /** Addresses as pairs of 32-bit halves, low half first. */
  readonly #addresses: Uint32Array;
  /** Sequence ids of all tokens, one list after the other; a token whose list equals the one before shares it. */
  readonly #ids: Int32Array;
  readonly #idsBase: Pointer;
  readonly #idsLow: number;
  readonly #idsHigh: number;
  readonly #native: Batch;
  #length = 0;
  #rows = 0;
  #idsLength = 0;
  #lastList = 0;

  /**
   * @param sequences ids are below this.
   * @param maxRows how many tokens can want logits.
   */
  constructor(capacity: number, sequences: number, maxRows: number) {
    this.capacity = capacity;
    this.#sequences = sequences;
    this.#maxRows = maxRows;
    this.#tokens = new Int32Array(capacity);
    this.#positions = new Int32Array(capacity);
    this.#counts = new Int32Array(capacity);
    this.#wanted = new Int8Array(capacity);
    this.#addresses = new Uint32Array(2 * capacity);
    this.#ids = new Int32Array(capacity * sequences);
    const alloc = (type: string, length: number): Pointer => koffi.alloc(type, length) as Pointer;
    this.#idsBase = alloc('int32_t', this.#ids.length);
    this.#idsLow = Number(this.#idsBase & 0xffff_ffffn);
    this.#idsHigh = Number(this.#idsBase >> 32n);
    this.#native = {
      n_tokens: 0,
      token: alloc('int32_t', capacity),
      embd: null,
      pos: alloc('int32_t', capacity),
      n_seq_id: alloc('int32_t', capacity),
      seq_id: alloc('uint32_t', 2 * capacity),
      logits: alloc('int8_t', capacity),
    };
  }

  get length(): number {
    return this.#length;
  }

  clear(): void {
    this.#length = 0;
    this.#rows = 0;
    this.#idsLength = 0;
    this.#lastList = 0;
  }

  add(token: number, position: number, sequences: readonly SequenceId[], wantLogits: boolean): number {
    const row = this.#length;
    if (row === this.capacity) throw new RangeError(`The batch is full: it takes ${this.capacity} tokens.`);
    if (position < 0) throw new RangeError(`There is no position ${position}.`);
    if (wantLogits && this.#rows === this.#maxRows) {
      throw new RangeError(`No more than ${this.#maxRows} tokens of a batch can be sampled.`);
    }
    if (row === 0 || !this.#isLastList(sequences)) this.#addList(sequences);
    const low = this.#idsLow + 4 * this.#lastList;
    this.#tokens[row] = token;
    this.#positions[row] = position;
    this.#counts[row] = sequences.length;
    this.#addresses[2 * row] = low;
    this.#addresses[2 * row + 1] = this.#idsHigh + (low > 0xffff_ffff ? 1 : 0);
    this.#wanted[row] = wantLogits ? 1 : 0;
    if (wantLogits) this.#rows++;
    this.#length = row + 1;
    return row;
  }

  /** True when the row's logits were asked for. */
  wants(row: number): boolean {
    return row < this.#length && this.#wanted[row] === 1;
  }

  /** The batch for `llama_decode`, its contents copied to native memory. */
  native(): Batch {
    const { token, pos, n_seq_id, seq_id, logits } = this.#native;
    const length = this.#length;
    koffi.encode(token, 'int32_t', this.#tokens, length);
    koffi.encode(pos, 'int32_t', this.#positions, length);
    koffi.encode(n_seq_id, 'int32_t', this.#counts, length);
    koffi.encode(seq_id, 'uint32_t', this.#addresses, 2 * length);
    koffi.encode(logits, 'int8_t', this.#wanted, length);
    koffi.encode(this.#idsBase, 'int32_t', this.#ids, this.#idsLength);
    this.#native.n_tokens = length;
    return this.#native;
  }

  dispose(): void {
    const { token, pos, n_seq_id, seq_id, logits } = this.#native;
    for (const pointer of [token, pos, n_seq_id, seq_id, logits, this.#idsBase]) koffi.free(pointer);
  }

  #isLastList(sequences: readonly SequenceId[]): boolean {
    if (this.#idsLength - this.#lastList !== sequences.length) return false;
    for (let i = 0; i < sequences.length; i++) if (this.#ids[this.#lastList + i] !== sequences[i]) return false;
    return true;
  }

  #addList(sequences: readonly SequenceId[]): void {
    const { length } = sequences;
    if (length === 0 || length > this.#sequences) throw new RangeError(`A token cannot belong to ${length} sequences.`);
    for (const id of sequences) if (!(id >= 0 && id < this.#sequences)) throw new RangeError(`No sequence ${id}.`);
    this.#lastList = this.#idsLength;
    for (let i = 0; i < sequences.length; i++) this.#ids[this.#idsLength + i] = sequences[i]!;
    this.#idsLength += sequences.length;
  }
}
