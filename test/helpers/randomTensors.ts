/** Tensors of random numbers, written to a model file piece by piece: a large one never lies in memory whole. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { ALIGNMENT, type Entry, encodeHeader, encodeText, encodeU32 } from './gguf.ts';

export interface RandomTensor {
  name: string;
  /** Elements along each axis, those of a row first. */
  shape: number[];
  /** In blocks of 8-bit numbers (Q8_0); 32-bit floats otherwise. Rows must be multiples of 32 then. */
  quantised: boolean;
  mean: number;
  /** Standard deviation of a row's elements; they are spread evenly. */
  deviation: (row: number) => number;
  /** Instead of chance, for quantised tensors: odd numbers spread evenly over -127..127, or 0. */
  element?: (row: number, column: number) => number;
}

/** `ggml_type`. */
const F32 = 0;
const Q8_0 = 8;
/** Elements of a Q8_0 block, and its bytes: a 16-bit scale and the elements. */
const BLOCK = 32;
const BLOCK_BYTES = 34;
/** Standard deviation of odd numbers spread evenly over -127..127. */
const ODD_DEVIATION = Math.sqrt((128 ** 2 - 1) / 3);
const PIECE_BYTES = 1 << 20;

/** Weights of a layer from `inputs` to `outputs`. Inputs of deviation 1 come out with deviation `gain`. */
export function matrix(name: string, inputs: number, outputs: number, gain = 1): RandomTensor {
  const deviation = gain / Math.sqrt(inputs);
  return { name, shape: [inputs, outputs], quantised: true, mean: 0, deviation: () => deviation };
}

export function floats(name: string, shape: number[], mean: number, deviation = 0): RandomTensor {
  return { name, shape, quantised: false, mean, deviation: () => deviation };
}

/** Writes a GGUF file. Same `seed`, same bytes. @returns `file`. */
export function writeRandomModel(
  file: string,
  entries: Entry[],
  tensors: readonly RandomTensor[],
  seed: number,
): string {
  let offset = 0;
  const info = tensors.map((tensor) => {
    const at = offset;
    offset += padded(bytesOf(tensor));
    return encodeInfo(tensor, at);
  });
  const handle = openSync(file, 'w');
  try {
    writeSync(handle, encodeHeader({ entries, tensorCount: BigInt(tensors.length), tensorInfo: Buffer.concat(info) }));
    for (const [index, tensor] of tensors.entries()) {
      const random = new Random(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b));
      writeTensor(handle, tensor, random);
    }
  } finally {
    closeSync(handle);
  }
  return file;
}

function encodeInfo({ name, shape, quantised }: RandomTensor, offset: number): Buffer {
  const numbers = Buffer.from(BigUint64Array.from(shape, BigInt).buffer);
  const place = Buffer.alloc(8);
  place.writeBigUInt64LE(BigInt(offset));
  return Buffer.concat([encodeText(name), encodeU32(shape.length), numbers, encodeU32(quantised ? Q8_0 : F32), place]);
}

function writeTensor(handle: number, tensor: RandomTensor, random: Random): void {
  const { rows, rowBytes } = extentOf(tensor);
  const pieceRows = Math.max(1, Math.floor(PIECE_BYTES / rowBytes));
  // Random words are written over whole rows, so there must be room for the last one.
  const words = new Uint32Array(Math.ceil((pieceRows * rowBytes) / 4));
  const fill = tensor.quantised ? fillBlocks : fillFloats;
  for (let row = 0; row < rows; row += pieceRows) {
    const count = Math.min(pieceRows, rows - row);
    fill(words, tensor, row, count, random);
    writeSync(handle, Buffer.from(words.buffer, 0, count * rowBytes));
  }
  const bytes = bytesOf(tensor);
  writeSync(handle, Buffer.alloc(padded(bytes) - bytes));
}

function fillFloats(words: Uint32Array, tensor: RandomTensor, first: number, count: number, random: Random): void {
  const values = new Float32Array(words.buffer);
  const { mean } = tensor;
  const length = tensor.shape[0]!;
  for (let row = 0; row < count; row++) {
    const reach = tensor.deviation(first + row) * Math.sqrt(3);
    for (let i = row * length; i < (row + 1) * length; i++) values[i] = mean + reach * random.signed();
  }
}

function fillBlocks(words: Uint32Array, tensor: RandomTensor, first: number, count: number, random: Random): void {
  const { element } = tensor;
  const { rowBytes } = extentOf(tensor);
  // Odd numbers only: -128 would be outside what a quantiser makes.
  for (let i = 0; i < words.length; i++) words[i] = random.word() | 0x0101_0101;
  const bytes = new Uint8Array(words.buffer);
  for (let row = 0; row < count; row++) {
    const scale = halfBits(tensor.deviation(first + row) / ODD_DEVIATION);
    let column = 0;
    for (let at = row * rowBytes; at < (row + 1) * rowBytes; at += BLOCK_BYTES) {
      bytes[at] = scale & 0xff;
      bytes[at + 1] = scale >> 8;
      if (!element) continue;
      for (let i = at + BLOCK_BYTES - BLOCK; i < at + BLOCK_BYTES; i++) bytes[i] = element(first + row, column++);
    }
  }
}

/** A positive number below 65,504 as a 16-bit float, cut off rather than rounded. */
function halfBits(value: number): number {
  if (value < 2 ** -14) return value * 2 ** 24;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  return (bits >>> 13) - ((127 - 15) << 10);
}

function extentOf({ shape, quantised }: RandomTensor): { rows: number; rowBytes: number } {
  const [length, ...others] = shape as [number, ...number[]];
  const rowBytes = quantised ? (length / BLOCK) * BLOCK_BYTES : 4 * length;
  if (!Number.isInteger(rowBytes)) throw new RangeError(`Rows of ${length} elements do not make whole blocks.`);
  return { rows: others.reduce((product, axis) => product * axis, 1), rowBytes };
}

function bytesOf(tensor: RandomTensor): number {
  const { rows, rowBytes } = extentOf(tensor);
  return rows * rowBytes;
}

export function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/** Marsaglia's xorshift of 32 bits, https://doi.org/10.18637/jss.v008.i14. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
    // Seeds that are alike give beginnings that are alike.
    for (let i = 0; i < 16; i++) this.word();
  }

  word(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state;
  }

  /** Evenly from -1 to 1. */
  signed(): number {
    return this.word() / 2 ** 31;
  }
}
