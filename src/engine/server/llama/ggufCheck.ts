/** Looks at a model file before the native library does, so that what is wrong with it can be said in words. */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { type GgufFileInfo, readGgufFileInfo } from 'node-llama-cpp';
import { EngineFailure } from '../failure.ts';
import type { NativeFunctions } from './functions.ts';

export interface CheckedFile {
  path: string;
  sizeBytes: number;
  modifiedMs: number;
  architecture: string;
  /** `general.name`, or the file's name. */
  name: string;
  /** Bytes of one cached token on all layers, keys and values together, at 16 bits. */
  cellBytes: number;
  /** Width of one key head. */
  headLength: number;
}

/** Architectures that turn text into vectors and nothing else; names of `general.architecture`. */
const EMBEDDING_ARCHITECTURES = new Set([
  'bert',
  'nomic-bert',
  'nomic-bert-moe',
  'neo-bert',
  'modern-bert',
  'eurobert',
  'jina-bert-v2',
  'jina-bert-v3',
  'gemma-embedding',
  'llama-embed',
  't5encoder',
  'clip',
  'wavtokenizer-dec',
]);

/** Large arrays that only the tokenizer needs. */
const SKIPPED_KEYS = ['tokenizer.ggml.scores', 'tokenizer.ggml.merges', 'tokenizer.ggml.token_type'];

/** Number of `ggml_type` values in ggml of libllama v0.5.0. */
const GGML_TYPES = 43;

type SizeFunctions = Pick<NativeFunctions, 'ggml_type_size' | 'ggml_blck_size'>;

/**
 * @throws EngineFailure `modelMissing`, `modelCorrupt` or `modelNotGenerative`, before anything is loaded.
 */
export async function checkModelFile(file: string, functions: SizeFunctions): Promise<CheckedFile> {
  const { size, mtimeMs } = await statModel(file);
  await checkMagic(file);
  let info: GgufFileInfo;
  try {
    info = await readGgufFileInfo(file, { sourceType: 'filesystem', logWarnings: false, ignoreKeys: SKIPPED_KEYS });
  } catch (error) {
    throw corrupt(file, 'its header cannot be read', error instanceof Error ? error.message : String(error));
  }
  const metadata = info.metadata as unknown as Metadata;
  const architecture = metadata.general?.architecture;
  if (typeof architecture !== 'string') throw corrupt(file, 'its header names no architecture');
  checkGenerative(file, architecture, metadata);
  const sizeBytes = await checkExtents(file, info, functions);
  const name = metadata.general?.name;
  return {
    path: file,
    sizeBytes: Math.max(sizeBytes, size),
    modifiedMs: mtimeMs,
    architecture,
    name: typeof name === 'string' && name !== '' ? name : path.basename(file, '.gguf'),
    ...cacheShape(metadata[architecture] ?? {}),
  };
}

type Metadata = { general?: Record<string, unknown> } & Record<string, Record<string, unknown> | undefined>;

async function statModel(file: string): Promise<{ size: number; mtimeMs: number }> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new EngineFailure('modelMissing', `The model file ${file} cannot be found. Choose another model.`, code);
  }
  throw new EngineFailure('modelMissing', `${file} is not a file. Choose a GGUF file.`);
}

async function checkMagic(file: string): Promise<void> {
  const magic = Buffer.alloc(4);
  try {
    const handle = await open(file);
    try {
      await handle.read(magic, 0, 4, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new EngineFailure('modelMissing', `The model file ${file} cannot be read. Check its permissions.`, code);
  }
  if (magic.toString('latin1') !== 'GGUF') throw corrupt(file, 'it is not a GGUF file');
}

function checkGenerative(file: string, architecture: string, metadata: Metadata): void {
  const own = metadata[architecture];
  const attention = own?.attention as Record<string, unknown> | undefined;
  const type = metadata.general?.type;
  const why =
    type === 'mmproj' || type === 'adapter'
      ? `it is only a part of a model (${type})`
      : EMBEDDING_ARCHITECTURES.has(architecture) || attention?.causal === false || Number(own?.pooling_type ?? 0) > 0
        ? 'it is an embedding model'
        : undefined;
  if (why) throw notGenerative(file, why);
}

/** @returns the size of all parts of the model. */
async function checkExtents(file: string, info: GgufFileInfo, functions: SizeFunctions): Promise<number> {
  const ends = new Map<number, number>();
  for (const tensor of info.fullTensorInfo ?? info.tensorInfo ?? []) {
    if (!(tensor.ggmlType >= 0 && tensor.ggmlType < GGML_TYPES)) {
      throw corrupt(file, 'it uses a number format that this version of Quire does not know');
    }
    const elements = tensor.dimensions.reduce<number>((product, size) => product * Number(size), 1);
    const block = functions.ggml_blck_size(tensor.ggmlType);
    const end =
      Number(tensor.fileOffset) + (block > 0 ? (elements / block) * functions.ggml_type_size(tensor.ggmlType) : 0);
    ends.set(tensor.filePart, Math.max(ends.get(tensor.filePart) ?? 0, end));
  }
  if (ends.size === 0) throw corrupt(file, 'it holds no tensors');
  let total = 0;
  for (const [part, end] of ends) {
    const partFile = info.splicedParts > 1 ? partOf(file, part) : file;
    const { size } = await statModel(partFile);
    if (!(end <= size)) {
      throw corrupt(
        partFile,
        `${size} bytes are there where ${Math.ceil(end)} are needed; the download may have been cut off`,
      );
    }
    total += size;
  }
  return total;
}

/** Parts of a split model are named `name-00001-of-00003.gguf`. */
function partOf(file: string, part: number): string {
  return file.replace(/-\d{5}-of-(\d{5})\.gguf$/, `-${String(part).padStart(5, '0')}-of-$1.gguf`);
}

/** From the header's layer, head and width counts; a layer without key-value heads (recurrent) caches nothing. */
function cacheShape(own: Record<string, unknown>): Pick<CheckedFile, 'cellBytes' | 'headLength'> {
  const attention = (own.attention ?? {}) as Record<string, unknown>;
  const rope = (own.rope ?? {}) as Record<string, unknown>;
  const number = (value: unknown, otherwise: number): number =>
    typeof value === 'number' || typeof value === 'bigint' ? Number(value) : otherwise;
  const layers = number(own.block_count, 0);
  const heads = Math.max(1, number(attention.head_count, 1));
  const width = number(own.embedding_length, 0) / heads;
  const keyLength = number(attention.key_length, width);
  const valueLength = number(attention.value_length, width);
  const compressed = number(attention.kv_lora_rank, 0);
  if (compressed > 0) {
    return { headLength: keyLength, cellBytes: 2 * layers * (compressed + number(rope.dimension_count, 64)) };
  }
  const every = Math.max(1, number(own.full_attention_interval, 1));
  const keyHeads = attention.head_count_kv;
  const total = Array.isArray(keyHeads)
    ? keyHeads.reduce<number>((sum, count) => sum + number(count, 0), 0)
    : layers * number(keyHeads, heads);
  return { headLength: keyLength, cellBytes: Math.ceil((2 * total * (keyLength + valueLength)) / every) };
}

/** @throws never; makes the failure. */
export function notGenerative(file: string, why: string): EngineFailure {
  return new EngineFailure(
    'modelNotGenerative',
    `${path.basename(file)} cannot write text: ${why}. Choose a model that completes text.`,
  );
}

/** Makes the failure for a file that is damaged or of an unknown kind. */
export function corrupt(file: string, why: string, detail?: string): EngineFailure {
  return new EngineFailure(
    'modelCorrupt',
    `The model ${path.basename(file)} cannot be used: ${why}. Download it again or choose another model.`,
    detail,
  );
}
