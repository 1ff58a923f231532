/**
 * Vectors of one embedder in RAM, searched from end to end in two steps: the signs of all by Hamming distance, 32 at a time,
 * then what is nearest by its int8 values. Signs are taken of what is left when the mean of all is taken off: vectors of
 * texts lean to one side, and their signs would be alike. (Sign bits as in Charikar, "Similarity estimation techniques from
 * rounding algorithms", STOC 2002; rescoring as sqlite-vec's `vec_quantize_binary` is meant to be used.)
 */
import type { Found } from '../items.ts';

/** A vector of int8 values; the float is `scale` times these. */
export interface Codes {
  scale: number;
  codes: Int8Array;
}

/** So many of the nearest by signs are rescored, and more where more are asked for. */
const LEAST_RESCORED = 800;
const RESCORED_PER_RESULT = 20;
/** The mean is of so many, evenly chosen. */
const MEAN_OF = 4096;
const FIRST_CAPACITY = 256;
const FILTERED = 0xffff;

/** @throws RangeError when it has a value that is no number. */
export function encode(vector: Float32Array): Codes {
  let largest = 0;
  for (const value of vector) {
    if (!Number.isFinite(value)) throw new RangeError('A vector has a value that is no number.');
    largest = Math.max(largest, Math.abs(value));
  }
  const scale = largest / 127;
  const codes = new Int8Array(vector.length);
  if (scale > 0) for (let i = 0; i < vector.length; i++) codes[i] = Math.round(vector[i]! / scale);
  return { scale, codes };
}

export class VectorScan {
  readonly dimensions: number;
  readonly #words: number;
  readonly #slots = new Map<number, number>();
  #ids = new Float64Array(FIRST_CAPACITY);
  #kinds = new Uint8Array(FIRST_CAPACITY);
  #scales = new Float32Array(FIRST_CAPACITY);
  #codes: Int8Array;
  #signs: Int32Array;
  #distances = new Uint16Array(FIRST_CAPACITY);
  readonly #mean: Float32Array;
  /** How many there were when the mean was taken. */
  #centredAt = 0;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
    this.#words = Math.ceil(dimensions / 32);
    this.#codes = new Int8Array(FIRST_CAPACITY * dimensions);
    this.#signs = new Int32Array(FIRST_CAPACITY * this.#words);
    this.#mean = new Float32Array(dimensions);
  }

  get size(): number {
    return this.#slots.size;
  }

  get bytes(): number {
    const arrays = [this.#ids, this.#kinds, this.#scales, this.#codes, this.#signs, this.#distances];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** @param kind below 32. */
  set(id: number, kind: number, { scale, codes }: Codes): void {
    const slot = this.#slots.get(id) ?? this.#slots.size;
    if (slot === this.#ids.length) this.#grow();
    this.#slots.set(id, slot);
    this.#ids[slot] = id;
    this.#kinds[slot] = kind;
    this.#scales[slot] = scale;
    this.#codes.set(codes, slot * this.dimensions);
    if (this.#centredAt > 0) this.#sign(slot);
  }

  delete(id: number): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    const last = this.#slots.size - 1;
    const { dimensions } = this;
    if (slot !== last) {
      this.#ids[slot] = this.#ids[last]!;
      this.#kinds[slot] = this.#kinds[last]!;
      this.#scales[slot] = this.#scales[last]!;
      this.#codes.copyWithin(slot * dimensions, last * dimensions, (last + 1) * dimensions);
      this.#signs.copyWithin(slot * this.#words, last * this.#words, (last + 1) * this.#words);
      this.#slots.set(this.#ids[slot]!, slot);
    }
    // Nothing of what was forgotten stays in RAM.
    this.#codes.fill(0, last * dimensions, (last + 1) * dimensions);
    this.#signs.fill(0, last * this.#words, (last + 1) * this.#words);
    this.#slots.delete(id);
  }

  /**
   * @param kinds bit k: those of kind k.
   * @returns the nearest by their dot product with `query`, the best first.
   */
  search(query: Float32Array, limit: number, kinds = -1): Found[] {
    if (this.size === 0 || limit <= 0) return [];
    this.prepare();
    const farthest = this.#measure(query, kinds, Math.max(LEAST_RESCORED, RESCORED_PER_RESULT * limit));
    const found: Found[] = [];
    for (let slot = 0; slot < this.size; slot++) {
      if (this.#distances[slot]! <= farthest) found.push({ id: this.#ids[slot]!, score: this.#dot(query, slot) });
    }
    return found.sort((a, b) => b.score - a.score || b.id - a.id).slice(0, limit);
  }

  /** Does beforehand what the next search would. */
  prepare(): void {
    if (this.size > 0 && this.size >= 2 * this.#centredAt) this.#centre();
  }

  /** Distances of all by their signs. @returns the one within which there are `count`, or all of these kinds. */
  #measure(query: Float32Array, kinds: number, count: number): number {
    const words = this.#words;
    const wanted = new Int32Array(words);
    for (let i = 0; i < this.dimensions; i++) {
      if (query[i]! > this.#mean[i]!) wanted[i >> 5]! |= 1 << (i & 31);
    }
    const [signs, distances, ofKind, size] = [this.#signs, this.#distances, this.#kinds, this.size];
    const having = new Uint32Array(32 * words + 1);
    for (let slot = 0, at = 0; slot < size; slot++, at += words) {
      if (((kinds >>> ofKind[slot]!) & 1) === 0) {
        distances[slot] = FILTERED;
        continue;
      }
      let distance = 0;
      for (let word = 0; word < words; word++) {
        let bits = signs[at + word]! ^ wanted[word]!;
        bits -= (bits >>> 1) & 0x55555555;
        bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
        distance += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
      }
      distances[slot] = distance;
      having[distance]!++;
    }
    let farthest = 0;
    for (let within = having[0]!; within < count && farthest < having.length - 1; ) within += having[++farthest]!;
    return farthest;
  }

  #dot(query: Float32Array, slot: number): number {
    const { dimensions } = this;
    const codes = this.#codes;
    let sum = 0;
    for (let i = 0, at = slot * dimensions; i < dimensions; i++, at++) sum += query[i]! * codes[at]!;
    return sum * this.#scales[slot]!;
  }

  /** Takes the mean, and the signs of all anew. */
  #centre(): void {
    const { size, dimensions } = this;
    const mean = new Float64Array(dimensions);
    const step = Math.max(1, Math.floor(size / MEAN_OF));
    let count = 0;
    for (let slot = 0; slot < size; slot += step, count++) {
      for (let i = 0; i < dimensions; i++) mean[i]! += this.#codes[slot * dimensions + i]! * this.#scales[slot]!;
    }
    for (let i = 0; i < dimensions; i++) this.#mean[i] = mean[i]! / count;
    this.#centredAt = size;
    for (let slot = 0; slot < size; slot++) this.#sign(slot);
  }

  #sign(slot: number): void {
    const { dimensions } = this;
    const scale = this.#scales[slot]!;
    const at = slot * this.#words;
    this.#signs.fill(0, at, at + this.#words);
    for (let i = 0; i < dimensions; i++) {
      if (this.#codes[slot * dimensions + i]! * scale > this.#mean[i]!) this.#signs[at + (i >> 5)]! |= 1 << (i & 31);
    }
  }

  #grow(): void {
    const capacity = 2 * this.#ids.length;
    this.#ids = grown(this.#ids, new Float64Array(capacity));
    this.#kinds = grown(this.#kinds, new Uint8Array(capacity));
    this.#scales = grown(this.#scales, new Float32Array(capacity));
    this.#codes = grown(this.#codes, new Int8Array(capacity * this.dimensions));
    this.#signs = grown(this.#signs, new Int32Array(capacity * this.#words));
    this.#distances = new Uint16Array(capacity);
  }
}

function grown<T extends Float64Array | Float32Array | Uint8Array | Int8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
