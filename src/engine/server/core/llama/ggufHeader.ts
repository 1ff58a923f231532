/**
 * Reads the header of a GGUF file (versions 2 and 3) without trusting a byte of it: every length is held against the
 * size of the file before anything is allocated. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { type FileHandle, open } from 'node:fs/promises';

/** Arrays are kept only when they are short lists of numbers (heads per layer); vocabularies are skipped. */
export type GgufValue = string | number | boolean | number[] | undefined;

export interface GgufTensor {
  name: string;
  /** Number of `ggml_type`. */
  type: number;
  /** Elements along each axis. */
  shape: number[];
  /** First byte in the file. */
  offset: number;
}

export interface GgufHeader {
  metadata: Map<string, GgufValue>;
  tensors: GgufTensor[];
  /** Size of the whole file. */
  fileBytes: number;
}

/** What is wrong with a header, in words that end a sentence beginning with the file's name. */
export class GgufError extends Error {}

const FIRST_READ = 1 << 18;
const DEFAULT_ALIGNMENT = 32;
const MAX_AXES = 4;
const KEPT_NUMBERS = 4096;
const STRING = 8;
const ARRAY = 9;

/** @throws GgufError when the file is no GGUF, is cut off, or makes no sense; the system's error when it cannot be read. */
export async function readGgufHeader(file: string): Promise<GgufHeader> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    return await readHeader(new Source(handle, size));
  } finally {
    await handle.close();
  }
}

async function readHeader(source: Source): Promise<GgufHeader> {
  if (source.size < 4) throw new GgufError('it is not a GGUF file');
  await source.parse((cursor) => {
    if (cursor.u32() !== 0x4655_4747) throw new GgufError('it is not a GGUF file');
  });
  const [tensorCount, entryCount] = await source.parse((cursor) => {
    const version = cursor.u32();
    if (version !== 2 && version !== 3) throw new GgufError(`its header is of the unknown version ${version}`);
    return [cursor.count(), cursor.count()] as const;
  });
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < entryCount; i++) {
    const [key, value] = await source.parse((cursor) => [cursor.text(), cursor.value(cursor.u32())] as const);
    metadata.set(key, value);
  }
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < tensorCount; i++) tensors.push(await source.parse(readTensor));
  const alignment = metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof alignment !== 'number' || alignment < 1) throw new GgufError('its header makes no sense');
  const data = Math.ceil(source.position / alignment) * alignment;
  for (const tensor of tensors) tensor.offset += data;
  return { metadata, tensors, fileBytes: source.size };
}

function readTensor(cursor: Cursor): GgufTensor {
  const name = cursor.text();
  const axes = cursor.u32();
  if (axes > MAX_AXES) throw new GgufError('its header makes no sense');
  const shape = Array.from({ length: axes }, () => cursor.u64());
  return { name, shape, type: cursor.u32(), offset: cursor.u64() };
}

/** Thrown and caught in this file only: the bytes at hand end too soon. */
const SHORT = Symbol('short');

/** The beginning of a file, read in growing pieces. */
class Source {
  readonly size: number;
  readonly #handle: FileHandle;
  #bytes = Buffer.alloc(0);
  #at = 0;

  constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.size = size;
  }

  get position(): number {
    return this.#at;
  }

  /** Runs one step from where the last one ended; again, with more bytes, when they were too few. */
  async parse<T>(step: (cursor: Cursor) => T): Promise<T> {
    for (;;) {
      const cursor = new Cursor(this.#bytes, this.#at, this.size);
      try {
        const result = step(cursor);
        this.#at = cursor.at;
        return result;
      } catch (error) {
        if (error !== SHORT) throw error;
      }
      await this.#grow();
    }
  }

  async #grow(): Promise<void> {
    const have = this.#bytes.length;
    if (have >= this.size) throw new GgufError('it ends inside its header; the download may have been cut off');
    const more = Buffer.alloc(Math.min(this.size, Math.max(FIRST_READ, 2 * have)));
    this.#bytes.copy(more);
    const { bytesRead } = await this.#handle.read(more, have, more.length - have, have);
    if (bytesRead === 0) throw new GgufError('it ends inside its header; the download may have been cut off');
    this.#bytes = more.subarray(0, have + bytesRead);
  }
}

class Cursor {
  at: number;
  readonly #bytes: Buffer;
  readonly #fileSize: number;

  constructor(bytes: Buffer, at: number, fileSize: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#fileSize = fileSize;
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  u64(): number {
    return Number(this.#bytes.readBigUInt64LE(this.#take(8)));
  }

  /** A number of things that take a byte each at least. */
  count(): number {
    const count = this.u64();
    if (count > this.#fileSize) throw new GgufError('its header makes no sense');
    return count;
  }

  text(): string {
    const length = this.count();
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  value(type: number): GgufValue {
    if (type === STRING) return this.text();
    if (type === ARRAY) return this.#array();
    return this.#scalar(type);
  }

  #array(): number[] | undefined {
    const type = this.u32();
    const count = this.count();
    if (type === STRING) {
      for (let i = 0; i < count; i++) this.#take(this.count());
      return undefined;
    }
    if (count > KEPT_NUMBERS) {
      this.#take(count * widthOf(type));
      return undefined;
    }
    return Array.from({ length: count }, () => Number(this.#scalar(type)));
  }

  #scalar(type: number): number | boolean {
    const start = this.#take(widthOf(type));
    const bytes = this.#bytes;
    switch (type) {
      case 0:
        return bytes.readUInt8(start);
      case 1:
        return bytes.readInt8(start);
      case 2:
        return bytes.readUInt16LE(start);
      case 3:
        return bytes.readInt16LE(start);
      case 4:
        return bytes.readUInt32LE(start);
      case 5:
        return bytes.readInt32LE(start);
      case 6:
        return bytes.readFloatLE(start);
      case 7:
        return bytes.readUInt8(start) !== 0;
      case 10:
        return Number(bytes.readBigUInt64LE(start));
      case 11:
        return Number(bytes.readBigInt64LE(start));
      default:
        return bytes.readDoubleLE(start);
    }
  }

  #take(length: number): number {
    if (length > this.#fileSize - this.at) {
      throw new GgufError('it ends inside its header; the download may have been cut off');
    }
    if (length > this.#bytes.length - this.at) throw SHORT;
    this.at += length;
    return this.at - length;
  }
}

/** Bytes of the scalar types, by their number; an array inside an array is not a thing. */
const WIDTHS = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];

function widthOf(type: number): number {
  const width = WIDTHS[type];
  if (!width) throw new GgufError('its header makes no sense');
  return width;
}
