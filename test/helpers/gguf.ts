/**
 * Reads and writes GGUF files as lists of metadata entries, and makes the bad models that tests need out of the bundled
 * one. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3, little-endian.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export const BUNDLED_MODEL = path.join(import.meta.dirname, '../../media/model/tiny-code-fim-q8_0.gguf');

/** Tensors begin at multiples of this many bytes. */
export const ALIGNMENT = 32;
const UINT32 = 4;
const INT32 = 5;
const FLOAT32 = 6;
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;
/** Bytes of the scalar types, by their number. */
const WIDTHS: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

export interface Entry {
  key: string;
  type: number;
  /** Encoded as in the file. */
  value: Buffer;
}

export interface Gguf {
  entries: Entry[];
  tensorCount: bigint;
  /** Names, shapes, types and offsets of the tensors, encoded. */
  tensorInfo: Buffer;
  tensorData: Buffer;
}

export function readGguf(file: string): Gguf {
  const bytes = readFileSync(file);
  let at = 8;
  const take = (length: number): number => {
    at += length;
    return at - length;
  };
  const u64 = (): bigint => bytes.readBigUInt64LE(take(8));
  const u32 = (): number => bytes.readUInt32LE(take(4));
  const text = (): void => {
    take(Number(u64()));
  };
  const skip = (type: number): void => {
    if (type === STRING) text();
    else if (type === ARRAY) {
      const inner = u32();
      const count = Number(u64());
      if (inner === STRING) for (let i = 0; i < count; i++) text();
      else at += count * WIDTHS[inner]!;
    } else at += WIDTHS[type]!;
  };
  const tensorCount = u64();
  const entryCount = u64();
  const entries: Entry[] = [];
  for (let i = 0n; i < entryCount; i++) {
    const length = Number(u64());
    const key = bytes.toString('utf8', take(length), at);
    const type = u32();
    const start = at;
    skip(type);
    entries.push({ key, type, value: bytes.subarray(start, at) });
  }
  const infoStart = at;
  for (let i = 0n; i < tensorCount; i++) {
    text();
    const dimensions = u32();
    at += 8 * dimensions + 4 + 8;
  }
  const tensorInfo = bytes.subarray(infoStart, at);
  return { entries, tensorCount, tensorInfo, tensorData: bytes.subarray(Math.ceil(at / ALIGNMENT) * ALIGNMENT) };
}

export function writeGguf(file: string, { entries, tensorCount, tensorInfo, tensorData }: Gguf): string {
  writeFileSync(file, Buffer.concat([encodeHeader({ entries, tensorCount, tensorInfo }), tensorData]));
  return file;
}

/** All that stands before the tensors' data, padded so that the data begins where readers look for it. */
export function encodeHeader({ entries, tensorCount, tensorInfo }: Omit<Gguf, 'tensorData'>): Buffer {
  const head = Buffer.alloc(24);
  head.write('GGUF', 'latin1');
  head.writeUInt32LE(3, 4);
  head.writeBigUInt64LE(tensorCount, 8);
  head.writeBigUInt64LE(BigInt(entries.length), 16);
  const parts = [head, ...entries.flatMap(({ key, type, value }) => [encodeText(key), encodeU32(type), value])];
  const header = Buffer.concat([...parts, tensorInfo]);
  return Buffer.concat([header, Buffer.alloc(Math.ceil(header.length / ALIGNMENT) * ALIGNMENT - header.length)]);
}

export function textEntry(key: string, value: string): Entry {
  return { key, type: STRING, value: encodeText(value) };
}

export function numberEntry(key: string, value: number): Entry {
  return { key, type: UINT32, value: encodeU32(value) };
}

export function floatEntry(key: string, value: number): Entry {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return { key, type: FLOAT32, value: bytes };
}

export function booleanEntry(key: string, value: boolean): Entry {
  return { key, type: BOOL, value: Buffer.from([value ? 1 : 0]) };
}

export function textArrayEntry(key: string, values: readonly string[]): Entry {
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(BigInt(values.length));
  return { key, type: ARRAY, value: Buffer.concat([encodeU32(STRING), count, ...values.map(encodeText)]) };
}

export const numberArrayEntry = (key: string, values: readonly number[]): Entry =>
  arrayEntry(key, INT32, Int32Array.from(values));

export const floatArrayEntry = (key: string, values: readonly number[]): Entry =>
  arrayEntry(key, FLOAT32, Float32Array.from(values));

function arrayEntry(key: string, type: number, values: Int32Array | Float32Array): Entry {
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(BigInt(values.length));
  return { key, type: ARRAY, value: Buffer.concat([encodeU32(type), count, Buffer.from(values.buffer)]) };
}

/** Elements of an array of texts. */
export function textsOf({ value }: Entry): string[] {
  const count = Number(value.readBigUInt64LE(4));
  let at = 12;
  return Array.from({ length: count }, () => {
    const length = Number(value.readBigUInt64LE(at));
    at += 8 + length;
    return value.toString('utf8', at - length, at);
  });
}

/** Writes the bundled model with other metadata. `change` gets its entries and returns those of the copy. */
export function editBundledModel(file: string, change: (entries: Entry[]) => Entry[]): string {
  const model = readGguf(BUNDLED_MODEL);
  return writeGguf(file, { ...model, entries: change(model.entries) });
}

/** Replaces entries of the same key, and appends new ones. */
export function withEntries(entries: readonly Entry[], ...changed: Entry[]): Entry[] {
  const keys = new Set(changed.map(({ key }) => key));
  return [...entries.filter(({ key }) => !keys.has(key)), ...changed];
}

/** Random bytes behind a good beginning. */
export function makeCorruptModel(folder: string): string {
  const file = path.join(folder, 'corrupt.gguf');
  writeFileSync(file, Buffer.concat([Buffer.from('GGUF\x03\0\0\0', 'latin1'), randomBytes(65_536)]));
  return file;
}

/** A good file that lost its last third, as a download that was cut off leaves it. */
export function makeTruncatedModel(folder: string): string {
  const file = path.join(folder, 'truncated.gguf');
  const model = readFileSync(BUNDLED_MODEL);
  writeFileSync(file, model.subarray(0, Math.floor((model.length * 2) / 3)));
  return file;
}

/** A tiny file of the architecture `bert`, which turns text into a vector. */
export function makeEmbeddingModel(folder: string): string {
  const { entries } = readGguf(BUNDLED_MODEL);
  const name = encodeText('token_embd.weight');
  const dimensions = Buffer.alloc(16);
  dimensions.writeBigUInt64LE(32n, 0);
  dimensions.writeBigUInt64LE(8192n, 8);
  return writeGguf(path.join(folder, 'embedding.gguf'), {
    entries: [
      textEntry('general.architecture', 'bert'),
      textEntry('general.name', 'tiny-embedding'),
      numberEntry('bert.context_length', 128),
      numberEntry('bert.embedding_length', 32),
      numberEntry('bert.block_count', 1),
      numberEntry('bert.feed_forward_length', 64),
      numberEntry('bert.attention.head_count', 1),
      numberEntry('bert.pooling_type', 1),
      booleanEntry('bert.attention.causal', false),
      ...entries.filter(({ key }) => key.startsWith('tokenizer.')),
    ],
    tensorCount: 1n,
    tensorInfo: Buffer.concat([name, encodeU32(2), dimensions, encodeU32(0), Buffer.alloc(8)]),
    tensorData: Buffer.alloc(32 * 8192 * 4),
  });
}

/** The bundled model without anything that marks a place to fill in: no keys, and no tokens of such a name. */
export function makeModelWithoutFim(folder: string): string {
  return editBundledModel(path.join(folder, 'without-fim.gguf'), (entries) => {
    const tokens = textsOf(entries.find(({ key }) => key === 'tokenizer.ggml.tokens')!);
    const renamed = tokens.map((token, index) => (/^<\|f(?:im|ile)_/.test(token) ? `<|unused_${index}|>` : token));
    const kept = entries.filter(({ key }) => !/\.(?:fim|prefix|suffix|middle)_/.test(key));
    return withEntries(kept, textArrayEntry('tokenizer.ggml.tokens', renamed));
  });
}

export function encodeText(value: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(value)));
  return Buffer.concat([length, Buffer.from(value)]);
}

export function encodeU32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
