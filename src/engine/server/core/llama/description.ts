/** What a model file is good for: by its header, its vocabulary, and the shape that libllama makes of it; no weights. */
import { promisify } from 'node:util';
import type { ModelCapabilities, ModelDescription } from '../../../protocol/index.ts';
import { type CheckedFile, checkModelFile, corrupt, type Purpose } from './ggufCheck.ts';
import type { NativeLibrary } from './library.ts';
import type { ModelParams, Pointer } from './structs.ts';
import { LlamaTokenizer } from './tokenizer.ts';

interface Known {
  file: CheckedFile;
  description: ModelDescription;
}

/** Describes model files without loading their weights; one that has not changed is read once: vocabularies are long. */
export class Descriptions {
  readonly #known = new Map<string, Known>();

  /** @throws EngineFailure `modelMissing`, `modelCorrupt`. */
  async of(native: NativeLibrary, path: string): Promise<ModelDescription> {
    const file = await checkModelFile(path, native.functions);
    const known = this.#known.get(path);
    if (known?.file.modifiedMs === file.modifiedMs && known.file.sizeBytes === file.sizeBytes) return known.description;
    const description = await describe(native, file);
    this.#known.set(path, { file, description });
    return description;
  }
}

async function describe(native: NativeLibrary, file: CheckedFile): Promise<ModelDescription> {
  const pointer = await loadModel(native, file, { vocab_only: true, n_gpu_layers: 0 });
  try {
    const tokenizer = new LlamaTokenizer(native.functions, native.functions.llama_model_get_vocab(pointer));
    const { path, name, architecture, sizeBytes, purpose } = file;
    const alone = whyNotByItself(native, pointer) === undefined ? {} : { generates: false, chats: false };
    const capabilities = capabilitiesOf({ ...purpose, ...alone }, tokenizer);
    const markers = markersOf(tokenizer);
    tokenizer.close();
    return { path, name, architecture, sizeBytes, ...markers, capabilities };
  } finally {
    native.functions.llama_model_free(pointer);
  }
}

/** Off the event loop. @throws EngineFailure `modelCorrupt` where libllama refuses the file. */
export async function loadModel(
  { functions }: NativeLibrary,
  file: CheckedFile,
  params: Partial<ModelParams>,
): Promise<Pointer> {
  const load = promisify(functions.llama_model_load_from_file.async) as (
    path: string,
    params: ModelParams,
  ) => Promise<Pointer | null>;
  const pointer = await load(file.path, { ...functions.llama_model_default_params(), ...params });
  if (pointer !== null) return pointer;
  throw corrupt(
    file.path,
    `the inference library refuses it (architecture ${file.architecture}); the log says why`,
    'llama_model_load_from_file returned NULL',
  );
}

/** Why a model that should write text does not do so token by token; undefined where it does. */
export function whyNotByItself({ functions }: NativeLibrary, model: Pointer): string | undefined {
  if (functions.llama_model_has_encoder(model) || !functions.llama_model_has_decoder(model)) {
    return 'it needs an encoder';
  }
  return functions.llama_model_is_diffusion(model) ? 'it is a diffusion model' : undefined;
}

/** What a vocabulary has beside text. */
export function markersOf({
  specialTokens,
  fimMarkers,
}: LlamaTokenizer): Pick<ModelDescription, 'specialTokens' | 'fimMarkers'> {
  return { specialTokens, ...(fimMarkers === undefined ? {} : { fimMarkers }) };
}

/** @param dimensions of its vectors, where they are known. */
export function capabilitiesOf(
  { generates, chats, edits, embeds, pooling }: Purpose,
  tokenizer: LlamaTokenizer,
  dimensions?: number,
): ModelCapabilities {
  const sides = ['fimPrefix', 'fimSuffix'] as const;
  return {
    generates,
    completes: generates && !edits && sides.every((side) => tokenizer.special(side) !== undefined),
    chats,
    ...(edits && generates ? { edits } : {}),
    embeds,
    ...(embeds && dimensions !== undefined ? { dimensions } : {}),
    ...(pooling === undefined ? {} : { pooling }),
  };
}
