/** Looks at a model file before the native library does, so that what is wrong with it can be said in words. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { ModelRole, Pooling } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import { cacheShape } from './cacheShape.ts';
import { hasRecurrentLayers } from './extraBuffers.ts';
import type { NativeFunctions } from './functions.ts';
import { GgufError, type GgufHeader, type GgufValue, readGgufHeader } from './ggufHeader.ts';

export interface CheckedFile {
  path: string;
  /** Of all its parts, where a model is split. */
  sizeBytes: number;
  modifiedMs: number;
  architecture: string;
  /** `general.name`, or the file's name. */
  name: string;
  /** Bytes of one cached token on all layers, keys and values together, at 16 bits. */
  cellBytes: number;
  /** Width of one key head. */
  headLength: number;
  /** It has layers that go from token to token: {@link hasRecurrentLayers}. */
  isRecurrent: boolean;
  purpose: Purpose;
}

/** What a model can be used for, as far as its header says. */
export interface Purpose {
  generates: boolean;
  chats: boolean;
  /** Only a name tells: such models are of other families by their shape and their tokens. */
  edits?: boolean;
  embeds: boolean;
  /** Absent where the model writes text and gives no vectors. */
  pooling?: Pooling;
  /** Each token of a text sees those before it only, so that a text may be computed in pieces. */
  causal: boolean;
}

/** Architectures that turn a text into vectors. Names of `general.architecture`. */
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
]);

/** Architectures that do neither: they are for images or sound, or read only what another part of a model writes. */
const OTHER_ARCHITECTURES = new Set(['t5encoder', 'clip', 'wavtokenizer-dec']);

/**
 * Names of models that were trained on edits: the text around a cursor is given to them as it was and as it is, and comes back
 * rewritten. Zed's Zeta, Sweep's Next-Edit, Continue's Instinct, Inception's Mercury Coder.
 */
const EDITS = /next[-_ ]?edit|(?:^|[^a-z])(?:zeta|instinct|mercury[-_ ]?coder)(?![a-z])/i;

/** `enum llama_pooling_type`. */
export const POOLINGS: readonly Pooling[] = ['none', 'mean', 'cls', 'last', 'rank'];

/** `LLAMA_MAX_LAYERS`. */
const MAX_LAYERS = 512;

/** Number of `ggml_type` values in libllama v0.5.0. */
const GGML_TYPES = 43;

type SizeFunctions = Pick<NativeFunctions, 'ggml_type_size' | 'ggml_blck_size'>;
type Metadata = Map<string, GgufValue>;

/**
 * @param role undefined: whatever the file is good for.
 * @throws EngineFailure `modelMissing`, `modelCorrupt`, `modelNotGenerative` or `modelUnfit`, before anything is loaded.
 */
export async function checkModelFile(file: string, functions: SizeFunctions, role?: ModelRole): Promise<CheckedFile> {
  const modifiedMs = await modifiedOf(file);
  const header = await firstHeader(file);
  const { metadata } = header;
  const architecture = metadata.get('general.architecture');
  if (typeof architecture !== 'string') throw corrupt(file, 'its header names no architecture');
  const purpose = purposeOf(architecture, metadata);
  if (role) checkRole(file, role, purpose, metadata);
  const layers = metadata.get(`${architecture}.block_count`);
  // libllama ends the process on such a number.
  if (typeof layers === 'number' && (layers < 1 || layers > MAX_LAYERS)) {
    throw corrupt(file, `its header makes no sense (${layers} layers)`);
  }
  checkExtents(file, header, functions);
  let sizeBytes = header.fileBytes;
  for (const partFile of otherParts(file, metadata.get('split.count'))) {
    await modifiedOf(partFile);
    const partHeader = await headerOf(partFile);
    checkExtents(partFile, partHeader, functions);
    sizeBytes += partHeader.fileBytes;
  }
  const name = metadata.get('general.name');
  const { elements, headLength } = cacheShape(metadata, architecture);
  const names = ['general.name', 'general.basename', 'general.finetune'].map((key) => metadata.get(key));
  const edits = [...names, path.basename(file)].some((one) => typeof one === 'string' && EDITS.test(one));
  return {
    path: file,
    sizeBytes,
    modifiedMs,
    architecture,
    name: typeof name === 'string' && name !== '' ? name : path.basename(file, '.gguf'),
    cellBytes: Math.ceil(2 * elements.reduce((sum, layer) => sum + layer, 0)),
    headLength,
    isRecurrent: hasRecurrentLayers(header),
    purpose: edits ? { ...purpose, edits } : purpose,
  };
}

/**
 * The headers of all parts of a model, the first part's first; of one that is not split, the one there is.
 * @throws EngineFailure `modelMissing`, `modelCorrupt`.
 */
export async function readModelHeaders(file: string): Promise<GgufHeader[]> {
  await modifiedOf(file);
  const first = await firstHeader(file);
  return [first, ...(await Promise.all(otherParts(file, first.metadata.get('split.count')).map(headerOf)))];
}

async function firstHeader(file: string): Promise<GgufHeader> {
  const header = await headerOf(file);
  const part = header.metadata.get('split.no');
  if (!(typeof part === 'number' && part > 0)) return header;
  throw new EngineFailure(
    'modelCorrupt',
    `${path.basename(file)} is not the first part of its model. Choose the first.`,
  );
}

async function modifiedOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.mtimeMs;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new EngineFailure('modelMissing', `The model file ${file} cannot be found. Choose another model.`, code);
  }
  throw new EngineFailure('modelMissing', `${file} is not a file. Choose a GGUF file.`);
}

async function headerOf(file: string): Promise<GgufHeader> {
  try {
    return await readGgufHeader(file);
  } catch (error) {
    if (error instanceof GgufError) throw corrupt(file, error.message);
    const code = (error as NodeJS.ErrnoException).code;
    throw new EngineFailure('modelMissing', `The model file ${file} cannot be read. Check its permissions.`, code);
  }
}

/** What the header says that a model is good for. */
export function purposeOf(architecture: string, metadata: Metadata): Purpose {
  const type = metadata.get('general.type');
  const whole = type !== 'mmproj' && type !== 'adapter';
  const number = metadata.get(`${architecture}.pooling_type`);
  const named = typeof number === 'number' ? POOLINGS[number] : undefined;
  const causal =
    !EMBEDDING_ARCHITECTURES.has(architecture) && metadata.get(`${architecture}.attention.causal`) !== false;
  const other = OTHER_ARCHITECTURES.has(architecture);
  if (causal && (named ?? 'none') === 'none') {
    const generates = whole && !other;
    const chats = generates && typeof metadata.get('tokenizer.chat_template') === 'string';
    return { generates, chats, embeds: false, causal };
  }
  // Where a file names no pooling, the mean is what most models of its kind were trained with.
  const pooling = named === undefined || named === 'none' ? 'mean' : named;
  return { generates: false, chats: false, embeds: whole && !other && pooling !== 'rank', pooling, causal };
}

function checkRole(file: string, role: ModelRole, purpose: Purpose, metadata: Metadata): void {
  const { generates, chats, embeds, pooling } = purpose;
  const type = metadata.get('general.type');
  const part = type === 'mmproj' || type === 'adapter' ? `it is only a part of a model (${type})` : undefined;
  if (role === 'embedding') {
    const why = pooling === 'rank' ? 'it ranks texts' : generates ? 'it writes text' : 'it reads no text';
    if (!embeds) throw unfit(file, 'make vectors of texts', part ?? why, 'an embedding model');
    return;
  }
  if (!generates) {
    const why = pooling === 'rank' ? 'it ranks texts' : embeds ? 'it is an embedding model' : 'it is no language model';
    throw notGenerative(file, part ?? why);
  }
  if (role === 'chat' && !chats) throw unfit(file, 'chat', 'its file has no chat template', 'a chat model');
}

/** Every tensor must lie within the file: one that was cut off is refused here, with words. */
function checkExtents(file: string, { tensors, fileBytes }: GgufHeader, functions: SizeFunctions): void {
  if (tensors.length === 0) throw corrupt(file, 'it holds no tensors');
  let end = 0;
  for (const { type, shape, offset } of tensors) {
    const block = type < GGML_TYPES ? functions.ggml_blck_size(type) : 0;
    if (block === 0) throw corrupt(file, 'it uses a number format that this version of Quire does not know');
    const elements = shape.reduce((product, length) => product * length, 1);
    end = Math.max(end, offset + (elements / block) * functions.ggml_type_size(type));
  }
  if (end > fileBytes) {
    throw corrupt(file, `${fileBytes} bytes are there of ${Math.ceil(end)}; the download may have been cut off`);
  }
}

/** Parts of a split model are named `name-00001-of-00003.gguf`. */
function otherParts(file: string, count: GgufValue): string[] {
  if (typeof count !== 'number' || count < 2 || count > 99_999) return [];
  const stem = file.replace(/-\d{5}-of-\d{5}\.gguf$/i, '');
  const digits = (value: number): string => String(value).padStart(5, '0');
  return Array.from({ length: count - 1 }, (_, index) => `${stem}-${digits(index + 2)}-of-${digits(count)}.gguf`);
}

/** Makes the failure for a model that does not complete text. */
export function notGenerative(file: string, why: string): EngineFailure {
  return new EngineFailure(
    'modelNotGenerative',
    `${path.basename(file)} cannot write text: ${why}. Choose a model that completes text.`,
  );
}

/** Makes the failure for a model that cannot fill the role it was chosen for. */
export function unfit(file: string, what: string, why: string, instead: string): EngineFailure {
  return new EngineFailure('modelUnfit', `${path.basename(file)} cannot ${what}: ${why}. Choose ${instead}.`);
}

/** Makes the failure for a file that is damaged or of an unknown kind. */
export function corrupt(file: string, why: string, detail?: string): EngineFailure {
  return new EngineFailure(
    'modelCorrupt',
    `The model ${path.basename(file)} cannot be used: ${why}. Download it again or choose another model.`,
    detail,
  );
}
