/**
 * A backend without a model, for testing the cache and the scheduler at thousands of requests a second: time is
 * virtual, and the next token is a pure function of what the cells of a sequence really spell. It refuses what libllama
 * refuses, and some wrong uses that libllama would answer with nonsense.
 */
import { createHash } from 'node:crypto';
import type { SamplingOptions } from '../../../protocol/index.ts';
import type { DecodeBackend, DecodeBatch, DecodeOutcome, Drawer, SequenceId } from '../backend.ts';
import { EngineFailure } from '../failure.ts';
import { allocatePage, openPage, sealPage } from '../llama/pages.ts';
import { SimulatedBatch } from './batch.ts';
import { Cells, mix } from './cells.ts';
import { checkRules } from './rules.ts';

/**
 * A decode of `n` tokens takes `fixedMs + n * tokenMs`, and `contextTokenMs` for every cell that each of them looks at.
 * Saving and restoring take `pageTokenMs` a token. Defaults: the bundled model on one core, rounded.
 */
export interface CostModel {
  fixedMs: number;
  tokenMs: number;
  contextTokenMs: number;
  pageTokenMs: number;
  /** What so many tokens take on top: on real machines the costs of rows have steps. */
  rowsMs(rows: number): number;
  /** What is left of `contextTokenMs` in a batch of so many: where attention is computed in tiles, less. */
  contextShare(rows: number): number;
}

export interface SimulatedOptions {
  cells: number;
  batchTokens?: number;
  sequences?: number;
  costs?: Partial<CostModel>;
  vocabularyTokens?: number;
  /** Token that ends an answer, drawn once in `endEvery` on average; never drawn while that is 0. */
  endToken?: number;
  endEvery?: number;
  /** False behaves like a recurrent model: a part of a sequence cannot be removed. */
  sharesPages?: boolean;
  /** False behaves like a GPU: a running decode goes on to its end. */
  abortable?: boolean;
  /** False: two decodes at once would take each other's cores. */
  sparesHalf?: boolean;
  /** Pages of one model are refused by another. */
  model?: string;
  /** Virtual time, in ms; backends of one device share it. */
  clock?: { now: number };
}

const DEFAULT_COSTS: CostModel = {
  fixedMs: 0.3,
  tokenMs: 0.1,
  contextTokenMs: 0.0005,
  pageTokenMs: 0.002,
  rowsMs: () => 0,
  contextShare: () => 1,
};
/** Share of its time that an aborted decode has taken. */
const ABORTED_AT = 0.5;
/** Bytes of a token in a saved page. */
const TOKEN_BYTES = 8;

export class SimulatedBackend implements DecodeBackend {
  readonly cells: number;
  readonly batchTokens: number;
  readonly sequences: number;
  readonly sharesPages: boolean;
  readonly abortable: boolean;
  readonly tiles: boolean;
  readonly sparesHalf: boolean;
  readonly vocabularyTokens: number;
  readonly #costs: CostModel;
  readonly #endToken: number;
  readonly #endEvery: number;
  readonly #fingerprint: Uint8Array;
  readonly #pool: Cells;
  readonly #clock: { now: number };
  /** Hash behind each row of the last decode that wanted logits. */
  #rows = new Map<number, number>();
  #disposed = false;
  #running = false;
  #abort = false;

  constructor(options: SimulatedOptions) {
    this.cells = options.cells;
    this.batchTokens = options.batchTokens ?? 512;
    this.sequences = options.sequences ?? 64;
    this.sharesPages = options.sharesPages ?? true;
    this.abortable = options.abortable ?? this.sharesPages;
    this.tiles = options.costs?.contextShare !== undefined;
    this.sparesHalf = options.sparesHalf ?? false;
    this.vocabularyTokens = options.vocabularyTokens ?? 263;
    this.#costs = { ...DEFAULT_COSTS, ...options.costs };
    this.#endToken = options.endToken ?? 256;
    this.#endEvery = options.endEvery ?? 0;
    this.#fingerprint = createHash('sha256')
      .update(options.model ?? 'simulated')
      .digest();
    this.#clock = options.clock ?? { now: 0 };
    this.#pool = new Cells(this.cells, this.sequences);
  }

  /** Cells that hold a token. */
  get usedCells(): number {
    return this.cells - this.#pool.free;
  }

  now(): number {
    return this.#clock.now;
  }

  /** Lets virtual time pass. */
  advance(ms: number): void {
    this.#clock.now += ms;
  }

  createBatch(): DecodeBatch {
    return new SimulatedBatch(this.batchTokens, this.sequences);
  }

  decode(batch: DecodeBatch): DecodeOutcome {
    this.#alive();
    return this.#decode(batch, false);
  }

  async decodeAsync(batch: DecodeBatch): Promise<DecodeOutcome> {
    this.#alive();
    this.#running = true;
    await new Promise(setImmediate);
    const aborted = this.#abort;
    this.#running = false;
    this.#abort = false;
    return this.#disposed ? 'aborted' : this.#decode(batch, aborted);
  }

  abort(): void {
    this.#abort = this.#running && this.abortable;
  }

  copyRange(source: SequenceId, target: SequenceId, start: number, end: number): void {
    this.#alive();
    this.#pool.share(source, target, start, end);
  }

  removeRange(sequence: SequenceId, start: number, end: number): boolean {
    this.#alive();
    const last = this.#pool.lastPosition(sequence);
    const from = Math.max(0, start);
    const to = end < 0 ? last + 1 : end;
    if (!this.sharesPages && last >= 0 && (from > 0 || to <= last)) return false;
    this.#pool.remove(sequence, from, to);
    return true;
  }

  lastPosition(sequence: SequenceId): number {
    this.#alive();
    return this.#pool.lastPosition(sequence);
  }

  savePage(sequence: SequenceId, start: number, end: number): Uint8Array {
    this.#alive();
    const { page, blob } = allocatePage((end - start) * TOKEN_BYTES);
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    for (let position = start; position < end; position++) {
      const cell = this.#pool.at(sequence, position);
      if (!cell) throw new RangeError(`Sequence ${sequence} does not hold the positions [${start}, ${end}).`);
      view.setUint32((position - start) * TOKEN_BYTES, cell.token);
      view.setUint32((position - start) * TOKEN_BYTES + 4, cell.content);
    }
    sealPage(page, this.#fingerprint, start, end);
    this.#clock.now += (end - start) * this.#costs.pageTokenMs;
    return page;
  }

  restorePage(sequence: SequenceId, page: Uint8Array): boolean {
    this.#alive();
    const opened = openPage(page, this.#fingerprint);
    if (!opened || opened.start !== this.#pool.lastPosition(sequence) + 1) return false;
    const { start, end, blob } = opened;
    if (end - start > this.#pool.free) return false;
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    for (let position = start; position < end; position++) {
      const at = (position - start) * TOKEN_BYTES;
      this.#pool.append([sequence], position, view.getUint32(at), view.getUint32(at + 4));
    }
    this.#clock.now += (end - start) * this.#costs.pageTokenMs;
    return true;
  }

  saveState(sequence: SequenceId): Uint8Array {
    return this.savePage(sequence, 0, this.lastPosition(sequence) + 1);
  }

  restoreState(sequence: SequenceId, state: Uint8Array): boolean {
    return this.lastPosition(sequence) < 0 && this.restorePage(sequence, state);
  }

  createSampler(options: SamplingOptions): Drawer {
    this.#open();
    if (options.grammar !== undefined && !/^\s*root\s*::=/m.test(options.grammar)) {
      throw new EngineFailure(
        'grammarInvalid',
        'The grammar of this request is not valid GBNF, or has no usable rule named root.',
      );
    }
    const greedy = (options.temperature ?? 0) <= 0;
    const seed = options.seed ?? 0;
    let drawn = 0;
    return {
      draw: (logits, among = Int32Array.from(logits.keys())) =>
        among.reduce((best, token) => (logits[token]! > logits[best]! ? token : best)),
      sample: (row) => {
        const hash = this.#row(row);
        return this.#choose(greedy ? hash : mix(mix(hash, seed), drawn++));
      },
      accept: () => {},
      dispose: () => {},
    };
  }

  /** The greedy token has 1, all others less. */
  logits(row: number, target = new Float32Array(this.vocabularyTokens)): Float32Array {
    const hash = this.#row(row);
    for (let token = 0; token < this.vocabularyTokens; token++) target[token] = mix(hash, token) / 2 ** 33;
    target[this.#choose(hash)] = 1;
    return target;
  }

  /** @throws Error when cells and owners do not add up. */
  checkIntegrity(): void {
    this.#pool.checkIntegrity();
  }

  dispose(): void {
    this.#disposed = true;
  }

  #decode(batch: DecodeBatch, abort: boolean): DecodeOutcome {
    if (!(batch instanceof SimulatedBatch)) throw new TypeError('A batch of another backend.');
    if (batch.length === 0) throw new RangeError('The batch is empty.');
    checkRules(batch.tokens, this.#pool, this.vocabularyTokens);
    this.#rows = new Map();
    if (batch.length > this.#pool.free) return 'noRoom';
    const { fixedMs, tokenMs, contextTokenMs, rowsMs, contextShare } = this.#costs;
    const context = batch.tokens.reduce((sum, { position }) => sum + position + 1, 0);
    const attentionMs = context * contextTokenMs * contextShare(batch.length);
    const ms = fixedMs + batch.length * tokenMs + attentionMs + rowsMs(batch.length);
    this.#clock.now += abort ? ABORTED_AT * ms : ms;
    if (abort) return 'aborted';
    batch.tokens.forEach(({ token, position, sequences, wantLogits }, row) => {
      const content = mix(this.#pool.past(sequences[0]!, position), token);
      this.#pool.append(sequences, position, token, content);
      if (wantLogits) this.#rows.set(row, this.#pool.past(sequences[0]!, position + 1));
    });
    return 'ok';
  }

  #choose(hash: number): number {
    if (this.#endEvery > 0 && mix(hash, 1) % this.#endEvery === 0) return this.#endToken;
    const token = mix(hash, 2) % (this.vocabularyTokens - 1);
    return token < this.#endToken ? token : token + 1;
  }

  #row(row: number): number {
    this.#alive();
    const hash = this.#rows.get(row);
    if (hash === undefined) throw new RangeError(`Row ${row} of the last decode has no logits.`);
    return hash;
  }

  /** Sequences and rows can be read and changed. */
  #alive(): void {
    this.#open();
    if (this.#running) throw new Error('A decode is running.');
  }

  #open(): void {
    if (this.#disposed) throw new Error('The backend was disposed of.');
  }
}
