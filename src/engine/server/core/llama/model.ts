/** Opens a model file: checks it, loads it off the event loop, and gives its tokenizer, template and backends. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatMessage, ChatTool, MemoryUse, ModelInfo, ModelPlan, ModelSpec } from '../../../protocol/index.ts';
import { EngineFailure } from '../failure.ts';
import { type BackendOptions, LlamaBackend } from './backend.ts';
import { type Buffers, ModelBuffers } from './bufferLog.ts';
import { cacheTypeFor, checkCacheType, KV_TYPES } from './cacheType.ts';
import { type ChatTemplate, readChatTemplate } from './chatTemplate.ts';
import { flashAttentionFor } from './contextParams.ts';
import { capabilitiesOf, loadModel, markersOf, whyNotByItself } from './description.ts';
import { listDevices, offloadable } from './devices.ts';
import { LlamaEmbedder } from './embedder.ts';
import { mayRepack } from './extraBuffers.ts';
import { type CheckedFile, checkModelFile, notGenerative, unfit } from './ggufCheck.ts';
import type { NativeLibrary } from './library.ts';
import { checkCacheFits, checkWeightsFit, holdWeights } from './memory.ts';
import { onCpuAlone, type Placement, placedOn, placedParams } from './placement.ts';
import type { Pointer } from './structs.ts';
import { defaultThreads } from './threads.ts';
import { LlamaTokenizer } from './tokenizer.ts';

/** Longest context that is chosen where nothing is asked for. */
const DEFAULT_CONTEXT = 16_384;
/** And of an embedding model: a text that long is one computation, which others on the device wait for. */
const DEFAULT_TEXT = 1024;

/** The log of a load that failed is waited for so long. */
const LOG_MS = 1000;

export interface OpenOptions extends ModelSpec {
  /** By which it is opened; absent: as `placement` says. */
  plan?: ModelPlan | undefined;
  /** Where it is to lie; absent: all of it on the GPUs, and on the CPU where there is none. */
  placement?: Placement;
}

/** Models are loaded one at a time: each is held against the memory that those before it left. */
let loading: Promise<unknown> = Promise.resolve();

/**
 * @throws EngineFailure `modelMissing`, `modelCorrupt`, `modelNotGenerative`, `modelUnfit`, `outOfMemory`;
 * `nativeUnavailable` where a device of the placement cannot be used.
 */
export async function openModel(native: NativeLibrary, options: OpenOptions): Promise<LlamaModel> {
  const file = await checkModelFile(options.path, native.functions, options.role ?? 'completion');
  const placement = options.plan ?? options.placement ?? placedOn(offloadable(native.devices));
  const load = loading.then(() => loadPlaced(native, file, options, placement));
  loading = load.catch(() => undefined);
  return load;
}

async function loadPlaced(
  native: NativeLibrary,
  file: CheckedFile,
  options: OpenOptions,
  placement: Placement,
): Promise<LlamaModel> {
  const { functions } = native;
  if (placement.kvType) checkCacheType(file.path, placement.kvType, file.headLength);
  checkWeightsFit(listDevices(functions), placement, file.sizeBytes);
  const { params, free } = placedParams(functions, native.devices, placement);
  const buffers = new ModelBuffers(native.buffers);
  const end = buffers.beginWeights();
  let pointer: Pointer;
  try {
    const use_extra_bufts = mayRepack(functions, file.isRecurrent);
    pointer = await loadModel(native, file, { ...params, use_extra_bufts });
  } catch (error) {
    throw (await whyNotLoaded(end())) ?? error;
  } finally {
    free();
  }
  void end();
  const why = whyNotByItself(native, pointer);
  if (file.purpose.generates && why !== undefined) {
    functions.llama_model_free(pointer);
    throw notGenerative(file.path, why);
  }
  return new LlamaModel(native, pointer, file, options, placement, buffers);
}

/** Libllama says only that there is no model; whether memory was short, its log tells, which comes later. */
async function whyNotLoaded(told: Promise<Buffers>): Promise<EngineFailure | undefined> {
  const buffers = await Promise.race([told, sleep(LOG_MS, undefined)]);
  if (buffers?.lacking === undefined) return undefined;
  return new EngineFailure(
    'outOfMemory',
    `The memory of ${buffers.lacking} is not enough for the model. Choose a smaller model, or close what else uses it.`,
  );
}

export class LlamaModel {
  readonly info: ModelInfo;
  readonly tokenizer: LlamaTokenizer;
  /** Keeps a state for each sequence id, beside or in place of cells. */
  readonly recurrent: boolean;
  readonly plan: ModelPlan | undefined;
  readonly #native: NativeLibrary;
  readonly #pointer: Pointer;
  readonly #vocab: Pointer;
  readonly #file: CheckedFile;
  readonly #placement: Placement;
  /** Nothing of it is computed on a GPU. */
  readonly #onCpu: boolean;
  readonly #buffers: ModelBuffers;
  readonly #template: ChatTemplate;
  readonly #letGo: () => void;
  readonly #backends = new Set<LlamaBackend | LlamaEmbedder>();
  #disposed = false;
  #freed = false;

  constructor(
    native: NativeLibrary,
    pointer: Pointer,
    file: CheckedFile,
    options: OpenOptions,
    placement: Placement,
    buffers: ModelBuffers,
  ) {
    const { functions } = native;
    this.plan = options.plan;
    this.#native = native;
    this.#pointer = pointer;
    this.#file = file;
    this.#placement = placement;
    this.#onCpu = onCpuAlone(placement);
    this.#buffers = buffers;
    this.#letGo = holdWeights(placement, file.sizeBytes);
    this.#vocab = functions.llama_model_get_vocab(pointer);
    this.recurrent = functions.llama_model_is_recurrent(pointer) || functions.llama_model_is_hybrid(pointer);
    this.tokenizer = new LlamaTokenizer(functions, this.#vocab);
    this.#template = readChatTemplate(functions, pointer, this.tokenizer);
    const trained = functions.llama_model_n_ctx_train(pointer);
    const asked = options.contextTokens || placement.contextTokens;
    this.info = {
      id: idOf(file, options),
      path: file.path,
      name: file.name,
      architecture: file.architecture,
      parameters: functions.llama_model_n_params(pointer),
      sizeBytes: file.sizeBytes,
      contextTokens: Math.min(trained, asked || (file.purpose.embeds ? DEFAULT_TEXT : DEFAULT_CONTEXT)),
      trainedContextTokens: trained,
      vocabularyTokens: this.tokenizer.size,
      ...markersOf(this.tokenizer),
      capabilities: capabilitiesOf(file.purpose, this.tokenizer, functions.llama_model_n_embd_out(pointer)),
      device: this.#onCpu ? 'cpu' : native.gpu,
    };
  }

  /** Cells that the placement gives its cache. */
  get cells(): number | undefined {
    return this.#placement.cells;
  }

  /** Where it lies, by device; empty until the library has told. */
  memoryUse(): MemoryUse[] {
    return this.#buffers.use;
  }

  /** Parts that the graph of one token is cut into by device; undefined until the library has told. */
  get splits(): number | undefined {
    return this.#buffers.splits;
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
    const { functions } = this.#native;
    const { kvType, offloadKv = true } = this.#placement;
    const { headLength, cellBytes } = this.#file;
    const cacheType = kvType ? KV_TYPES[kvType] : cacheTypeFor(this.#native, this.#onCpu, headLength);
    const numberBytes = functions.ggml_type_size(cacheType) / functions.ggml_blck_size(cacheType);
    checkCacheFits(this.#placement, (options.cells * cellBytes * numberBytes) / 2);
    const backend: LlamaBackend = this.#buffers.context(
      () =>
        new LlamaBackend(
          {
            functions,
            pointer: this.#pointer,
            vocab: this.#vocab,
            vocabularyTokens: this.tokenizer.size,
            cacheType,
            onCpu: this.#onCpu,
            offloadKv,
            flashAttention: flashAttentionFor(this.#placement, functions.llama_model_n_layer(this.#pointer)),
            threads: defaultThreads(this.#native.llama.cpuMathCores),
            fingerprint: (cache) => {
              const { path, sizeBytes, modifiedMs } = this.#file;
              return hash([this.#native.version, this.info.device, path, sizeBytes, modifiedMs, cache]);
            },
          },
          options,
          () => {
            this.#backends.delete(backend);
            this.#freeUnused();
          },
        ),
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
    if (causal) checkCacheFits(this.#placement, contextTokens * cellBytes);
    const embedder: LlamaEmbedder = this.#buffers.context(
      () =>
        new LlamaEmbedder(
          {
            functions: this.#native.functions,
            pointer: this.#pointer,
            tokenizer: this.tokenizer,
            onCpu: this.#onCpu,
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
        ),
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
