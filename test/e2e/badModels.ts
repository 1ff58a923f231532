/** Model files that cannot complete code, each for a reason of its own, made from the bundled model. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const bundled = path.join(import.meta.dirname, '../../media/model/tiny-code-fim-q8_0.gguf');
/** Where the count of metadata entries is in a GGUF file, and where the first of them begins. */
const ENTRY_COUNT_OFFSET = 16;
const ENTRIES_OFFSET = 24;
const UINT32 = 4;
const STRING = 8;

/** The first half of a good file, as an interrupted download leaves it. */
export function truncatedModel(file: string): string {
  const model = readFileSync(bundled);
  writeFileSync(file, model.subarray(0, model.length / 2));
  return file;
}

/** A file that is no model at all. */
export function notAModel(file: string): string {
  writeFileSync(file, 'This is not a GGUF file.\n');
  return file;
}

/** A model that pools its output into one vector. */
export function embeddingModel(file: string): string {
  const model = readFileSync(bundled);
  // Together 64 bytes: the tensors behind the header stay aligned.
  const entries = Buffer.concat([
    entry('llama.pooling_type', UINT32, uint32(1)),
    entry('x.pad', STRING, text('.....')),
  ]);
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(model.readBigUInt64LE(ENTRY_COUNT_OFFSET) + 2n);
  writeFileSync(
    file,
    Buffer.concat([model.subarray(0, ENTRY_COUNT_OFFSET), count, entries, model.subarray(ENTRIES_OFFSET)]),
  );
  return file;
}

/** A model whose vocabulary has no tokens for the parts of a fill-in-the-middle prompt. */
export function modelWithoutFim(file: string): string {
  const model = readFileSync(bundled);
  for (let at = model.indexOf('fim_'); at >= 0; at = model.indexOf('fim_', at)) model.write('xxx_', at);
  writeFileSync(file, model);
  return file;
}

function entry(key: string, type: number, value: Buffer): Buffer {
  return Buffer.concat([text(key), uint32(type), value]);
}

function text(value: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(value)));
  return Buffer.concat([length, Buffer.from(value)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
