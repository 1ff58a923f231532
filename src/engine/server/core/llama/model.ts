/** Opens a model file: checks it, loads it off the event loop, and gives its tokenizer, template and backends. */
import { createHash } from 'node:crypto';
import type { ChatMessage, ChatTool, ModelInfo, ModelSpec } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import { type BackendOptions, LlamaBackend } from './backend.ts';
import { cacheTypeFor } from './cacheType.ts';
import { ChatTemplate } from './chatTemplate.ts';
import { capabilitiesOf, loadModel, markersOf, whyNotByItself } from './description.ts';
import { LlamaEmbedder } from './embedder.ts';
import { type CheckedFile, checkModelFile, notGenerative, unfit } from './ggufCheck.ts';
import type { NativeLibrary } from './library.ts';
import { checkCacheFits, checkWeightsFit, holdWeights } from './memory.ts';
import type { Pointer } from './structs.ts';
import { defaultThreads } from './threads.ts';
import { LlamaTokenizer } from './tokenizer.ts';

/** Longest context that is chosen where nothing is asked for. */
const DEFAULT_CONTEXT = 16_384;
/** And of an embedding model: a text that long is one computation, which others on the device wait for. */
const DEFAULT_TEXT = 1024;

export interface OpenOptions extends ModelSpec {
  /** Layers on the GPU; all of them by default. Without a GPU build it means nothing. */
  gpuLayers?: number;
}

/**
 * @throws EngineFailure `modelMissing`, `modelCorrupt`, `modelNotGenerative`, `modelUnfit`, `outOfMemory`.
 */
export async function openModel(native: NativeLibrary, options: OpenOptions): Promise<LlamaModel> {
  const { functions } = native;
  const file = await checkModelFile(options.path, functions, options.role ?? 'completion');
  await checkWeightsFit(native, file.sizeBytes);
  const pointer = await loadModel(native, file, {
    n_gpu_layers: native.gpu === 'cpu' ? 0 : (options.gpuLayers ?? -1),
  });
  const why = whyNotByItself(native, pointer);
  if (file.purpose.generates && why !== undefined) {
    functions.llama_model_free(pointer);
    throw notGenerative(file.path, why);
  }
  return new LlamaModel(native, pointer, file, options);
}

export class LlamaModel {
  readonly info: ModelInfo;
  readonly tokenizer: LlamaTokenizer;
  /** Keeps a state for each sequence id, beside or in place of cells. */
  readonly recurrent: boolean;
  readonly #native: NativeLibrary;
  readonly #pointer: Pointer;
  readonly #vocab: Pointer;
  readonly #file: CheckedFile;
  readonly #template: ChatTemplate;
  readonly #letGo: () => void;
  readonly #backends = new Set<LlamaBackend | LlamaEmbedder>();
  #disposed = false;
  #freed = false;

  constructor(native: NativeLibrary, pointer: Pointer, file: CheckedFile, options: OpenOptions) {
    const { functions } = native;
    this.#native = native;
    this.#pointer = pointer;
    this.#file = file;
    this.#letGo = holdWeights(native, file.sizeBytes);
    this.#vocab = functions.llama_model_get_vocab(pointer);
    this.recurrent = functions.llama_model_is_recurrent(pointer) || functions.llama_model_is_hybrid(pointer);
    this.tokenizer = new LlamaTokenizer(functions, this.#vocab);
    this.#template = this.#readTemplate();
    const trained = functions.llama_model_n_ctx_train(pointer);
    this.info = {
      id: idOf(file, options),
      path: file.path,
      name: file.name,
      architecture: file.architecture,
      parameters: functions.llama_model_n_params(pointer),
      sizeBytes: file.sizeBytes,
      contextTokens: Math.min(trained, options.contextTokens || (file.purpose.embeds ? DEFAULT_TEXT : DEFAULT_CONTEXT)),
      trainedContextTokens: trained,
      vocabularyTokens: this.tokenizer.size,
      ...markersOf(this.tokenizer),
      capabilities: capabilitiesOf(file.purpose, this.tokenizer, functions.llama_model_n_embd_out(pointer)),
      device: native.gpu,
    };
  }

  /** The model's chat template, Jinja; null where the file has none. */
  get chatTemplate(): string | null {
    return this.#template.text;
  }

  /**
   * Text for {@link LlamaTokenizer.encodeTemplate}.
   * @throws EngineFailure `promptInvalid`
   */
  renderChat(messages: readonly ChatMessage[], tools?: readonly ChatTool[]): Promise<string> {
    return this.#template.render(messages, tools);
  }

  takesTools(): Promise<boolean> {
    return this.#template.takesTools();
  }

  /** @throws EngineFailure `outOfMemory` */
  createBackend(options: BackendOptions): LlamaBackend {
    if (this.#disposed) throw new EngineFailure('internal', 'The model was closed.');
    if (!this.#file.purpose.generates) throw notGenerative(this.#file.path, 'it is an embedding model');
    const cacheType = cacheTypeFor(this.#native, this.#file.headLength);
    checkCacheFits(this.#native, options.cells * this.#file.cellBytes);
    const { functions } = this.#native;
    const backend: LlamaBackend = new LlamaBackend(
      {
        functions,
        pointer: this.#pointer,
        vocab: this.#vocab,
        vocabularyTokens: this.tokenizer.size,
        cacheType,
        threads: defaultThreads(this.#native.llama.cpuMathCores),
        fingerprint: (cache) => {
          const { path, sizeBytes, modifiedMs } = this.#file;
          return hash([this.#native.version, this.#native.gpu, path, sizeBytes, modifiedMs, cache]);
        },
      },
      options,
      () => {
        this.#backends.delete(backend);
        this.#freeUnused();
      },
    );
    this.#backends.add(backend);
    return backend;
  }

  /**
   * A context that turns texts into vectors.
   * @throws EngineFailure `outOfMemory`; `modelUnfit` where the model does not {@link ModelCapabilities.embeds}.
   */
  createEmbedder(): LlamaEmbedder {
    if (this.#disposed) throw new EngineFailure('internal', 'The model was closed.');
    const { purpose, cellBytes, path } = this.#file;
    const { pooling, causal, embeds } = purpose;
    if (!embeds || pooling === undefined)
      throw unfit(path, 'make vectors of texts', 'it writes text', 'an embedding model');
    const { contextTokens } = this.info;
    if (causal) checkCacheFits(this.#native, contextTokens * cellBytes);
    const embedder: LlamaEmbedder = new LlamaEmbedder(
      {
        functions: this.#native.functions,
        pointer: this.#pointer,
        tokenizer: this.tokenizer,
        threads: defaultThreads(this.#native.llama.cpuMathCores),
        contextTokens,
        pooling,
        inPieces: causal && pooling === 'last',
        recurrent: this.recurrent,
      },
      () => {
        this.#backends.delete(embedder);
        this.#freeUnused();
      },
    );
    this.#backends.add(embedder);
    return embedder;
  }

  /** Frees every backend made from the model, and the model itself when the last of them computes no more. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const backend of [...this.#backends]) backend.dispose();
    this.#freeUnused();
  }

  #freeUnused(): void {
    if (!this.#disposed || this.#freed || this.#backends.size > 0) return;
    this.#freed = true;
    this.tokenizer.close();
    this.#letGo();
    this.#native.functions.llama_model_free(this.#pointer);
  }

  #readTemplate(): ChatTemplate {
    const { functions } = this.#native;
    const vocab = this.#vocab;
    const spelling = (token: number): string => (token < 0 ? '' : functions.llama_vocab_get_text(vocab, token));
    return new ChatTemplate({
      text: functions.llama_model_chat_template(this.#pointer, null),
      bos: spelling(this.tokenizer.special('bos') ?? -1),
      eos: spelling(functions.llama_vocab_eos(vocab)),
      native: (template, messages) => {
        const apply = (buffer: Uint8Array | null): number =>
          functions.llama_chat_apply_template(template, messages, messages.length, true, buffer, buffer?.length ?? 0);
        const length = apply(null);
        if (length < 0) return undefined;
        const buffer = Buffer.alloc(length + 1);
        apply(buffer);
        return buffer.toString('utf8', 0, length);
      },
    });
  }
}

/** One that is open both for text and for vectors is two. */
function idOf({ path, sizeBytes, modifiedMs }: CheckedFile, { contextTokens, role }: OpenOptions): string {
  const kind = role === 'embedding' ? [role] : [];
  return hash([path, sizeBytes, modifiedMs, contextTokens, ...kind])
    .toString('hex')
    .slice(0, 24);
}

function hash(parts: readonly unknown[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest();
}
