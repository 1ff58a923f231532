/** The models that are open: equal specs share one, whoever opened it; the last one to let go unloads it. */
import path from 'node:path';
import type {
  ChatMessage,
  ChatTool,
  ClassTotals,
  ModelInfo,
  ModelRole,
  ModelSpec,
  RequestClass,
} from '../../protocol/index.ts';
import { Arbiter } from './arbiter.ts';
import type { DecodeBackend, Tokenizer } from './backend.ts';
import type { Embedder } from './embedder.ts';
import { EngineFailure } from './failure.ts';
import { generate } from './generation.ts';
import { OpenKeys } from './openKeys.ts';
import type { Loop } from './scheduler/loop.ts';
import type { Generation, RequestInput } from './scheduler/request.ts';
import { type ServingOptions, serve } from './serving.ts';

/** Colder tiers of the cache. Without a folder nothing is written to disk; 0 bytes there delete what is. */
export interface CacheLimits {
  folder?: string;
  ramBytes: number;
  diskBytes: number;
}

/** What opening a model file gives; implemented by `llama/`. */
export interface ModelHandle {
  readonly info: ModelInfo;
  readonly tokenizer: Tokenizer;
  /** The model keeps one state for a sequence, which costs memory for every sequence id: recurrent and hybrid ones. */
  readonly recurrent: boolean;
  /** The prompt by the model's chat template, for `encodeTemplate`. Rejects with an EngineFailure `promptInvalid`. */
  renderChat(messages: readonly ChatMessage[], tools?: readonly ChatTool[]): Promise<string>;
  /** The template takes tools. */
  takesTools(): Promise<boolean>;
  createBackend(options: { cells: number; sequences: number }): DecodeBackend;
  /** @throws EngineFailure `modelUnfit` where the model makes no vectors; `outOfMemory`. */
  createEmbedder(): Embedder;
  dispose(): void;
}

export type ModelOpener = (spec: ModelSpec) => Promise<ModelHandle>;

export interface OpenModel {
  readonly handle: ModelHandle;
  readonly backend: DecodeBackend;
  readonly loop: Loop;
  /** Share of the memory for pages outside the device. */
  readonly share: number;
}

/** A model that is open for vectors: it has no loop and no cache, and takes its turns of the device by itself. */
export interface OpenEmbedder {
  readonly handle: ModelHandle;
  readonly embedder: Embedder;
  readonly device: Arbiter;
}

/** Hears of models that write text as they come and go. */
export interface ModelListener {
  /** What it returns is awaited before the model counts as open. */
  modelOpened(model: OpenModel): Promise<void> | void;
  /** It is about to be freed. */
  modelUnloaded(model: OpenModel): void;
}

/** A context shorter than this gets several times its length in cells, so that several files stay cached. */
const COMFORTABLE_CELLS = 16_384;
/** A model gets this share of the memory for pages that is left when it is opened: the first half of all, the next a quarter. */
const RAM_SHARE = 0.5;
/** A model stays this long after its last holder, so that a reloaded window finds it. */
const LINGER_MS = 30_000;

interface Entry {
  promise: Promise<OpenModel | OpenEmbedder>;
  open: OpenModel | OpenEmbedder | undefined;
  holders: Set<object>;
  linger: NodeJS.Timeout | undefined;
}

export class Models {
  readonly totals: Record<RequestClass, ClassTotals> = { keystroke: none(), chat: none(), background: none() };
  readonly #opener: ModelOpener;
  #serving: ServingOptions;
  readonly #lingerMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: ModelListener[] = [];
  /** Workspaces that are open: for models that are opened later. */
  readonly #prepared = new Set<string>();
  /** Whose pages are held longer: documents and conversations. */
  readonly #pinned = new OpenKeys((workspace, keys) => {
    for (const { loop } of this.list()) loop.cache.setOpen(workspace, keys);
  });
  readonly #devices = new Map<string, Arbiter>();
  /** Share of the memory for pages that no model has. */
  #left = 1;

  constructor(opener: ModelOpener, serving: ServingOptions, { lingerMs = LINGER_MS } = {}) {
    this.#opener = opener;
    this.#serving = serving;
    this.#lingerMs = lingerMs;
  }

  listen(listener: ModelListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Opens a model for `holder`, or joins the one that is open or opening.
   * @throws EngineFailure when the file is missing, corrupt, unfit for its role, or does not fit into memory.
   */
  async open(spec: ModelSpec, holder: object): Promise<ModelInfo> {
    const { path, contextTokens, role = 'completion' } = spec;
    const key = JSON.stringify([path, contextTokens, role === 'embedding']);
    let entry = this.#entries.get(key);
    if (!entry) {
      const fresh: Entry = { promise: this.#load(spec), open: undefined, holders: new Set(), linger: undefined };
      fresh.promise.then(
        (open) => {
          if (this.#entries.get(key) !== fresh) return; // nobody wanted it any more while it was loading
          fresh.open = open;
        },
        () => this.#entries.delete(key),
      );
      this.#entries.set(key, fresh);
      entry = fresh;
    }
    clearTimeout(entry.linger);
    const held = entry.holders.has(holder);
    entry.holders.add(holder);
    const { info } = (await entry.promise).handle;
    const lacking = lackOf(info, role);
    if (lacking === undefined) return info;
    if (!held) this.#letGo(key, entry, holder);
    throw unfit(info, lacking);
  }

  /** @throws EngineFailure `modelUnknown`; `modelUnfit` for one that is open for vectors. */
  get(id: string): OpenModel {
    const open = this.any(id);
    if ('loop' in open) return open;
    throw unfit(open.handle.info, 'write text, as it was opened for vectors');
  }

  /** @throws EngineFailure `modelUnknown`; `modelUnfit` for one that is not open for vectors. */
  embedder(id: string): OpenEmbedder {
    const open = this.any(id);
    if ('embedder' in open) return open;
    throw unfit(open.handle.info, 'make vectors, as it was opened for text');
  }

  /** @throws EngineFailure `modelUnknown` */
  any(id: string): OpenModel | OpenEmbedder {
    for (const { open } of this.#entries.values()) if (open?.handle.info.id === id) return open;
    throw new EngineFailure('modelUnknown', 'This model is not open in the engine.');
  }

  /** Those that write text. */
  list(): OpenModel[] {
    return this.#opened.filter((open) => 'loop' in open);
  }

  embedders(): OpenEmbedder[] {
    return this.#opened.filter((open) => 'embedder' in open);
  }

  get #opened(): (OpenModel | OpenEmbedder)[] {
    return [...this.#entries.values()].flatMap(({ open }) => open ?? []);
  }

  /**
   * New limits of the caches' colder tiers, for the models that are open and those to come. Resolves when what is to be
   * deleted is; the log says where it could not be.
   */
  async configure({ folder, ramBytes, diskBytes }: CacheLimits): Promise<void> {
    const { disk, log } = this.#serving;
    this.#serving = { ...this.#serving, ramBytes };
    for (const { loop, share } of this.list()) loop.cache.setMemory(this.#shared(share).ramBytes);
    const changed = await disk?.configure({ folder: pagesIn(folder), maxBytes: diskBytes });
    if (changed === false) log('warn', 'The saved pages could not be deleted, or given another limit.');
  }

  /** Runs a request of a model; see {@link generate}. */
  async run(
    { loop }: OpenModel,
    input: Omit<RequestInput, 'onText'>,
    signal: AbortSignal,
    onText: (delta: string) => void,
  ): Promise<Generation> {
    const totals = this.totals[input.class];
    totals.requests++;
    try {
      const result = await generate(loop, input, signal, onText);
      if (result.finish === 'cancelled' || result.finish === 'superseded') totals.cancelled++;
      else totals.finished++;
      totals.promptTokens += result.promptTokens;
      totals.cachedTokens += result.cachedTokens;
      totals.generatedTokens += result.generatedTokens;
      return result;
    } catch (error) {
      totals.failed++;
      throw error;
    }
  }

  /** Ends a holder's claim on one model, or on all of them; also on one that is still being loaded. */
  release(holder: object, id?: string): void {
    for (const [key, entry] of this.#entries) {
      if (id !== undefined && entry.open?.handle.info.id !== id) continue;
      this.#letGo(key, entry, holder);
    }
  }

  /** The workspace is open: what is saved of it is read, for the models that are open and those to come. */
  prepare(workspace: string): void {
    this.#prepared.add(workspace);
    for (const { loop } of this.list()) loop.cache.prepare(workspace);
  }

  #letGo(key: string, entry: Entry, holder: object): void {
    if (!entry.holders.delete(holder) || entry.holders.size > 0) return;
    entry.linger = setTimeout(() => this.#unload(key, entry), this.#lingerMs);
    entry.linger.unref();
  }

  /** The documents of a workspace whose pages are held longer, and are kept on disk. */
  pin(workspace: string, documents: readonly string[]): void {
    this.#pinned.set('documents', workspace, documents);
  }

  /** The conversations of a workspace, by the keys that their requests name in `supersedes`: as {@link pin}. */
  pinConversations(workspace: string, conversations: readonly string[]): void {
    this.#pinned.set('conversations', workspace, conversations);
  }

  /** Nobody has the workspace open: its pages leave the device and memory, and stay on disk. */
  closeWorkspace(workspace: string): void {
    this.#pinned.clear(workspace);
    this.#prepared.delete(workspace);
    for (const { loop } of this.list()) loop.cache.closeWorkspace(workspace);
  }

  /**
   * Removes what is cached of a workspace, wherever it is. Resolves when nothing is left of it on disk, to the last byte.
   * @throws EngineFailure `internal` where something could not be removed from disk.
   */
  async forgetWorkspace(workspace: string): Promise<void> {
    for (const { loop } of this.list()) {
      loop.cache.forgetWorkspace(workspace);
      loop.cache.setOpen(workspace, this.#pinned.of(workspace));
    }
    if ((await this.#serving.disk?.forget(workspace)) === false) throw notErased();
  }

  /** Frees everything; what is under way fails. */
  dispose(): void {
    for (const [key, entry] of this.#entries) this.#unload(key, entry);
  }

  async #load(spec: ModelSpec): Promise<OpenModel | OpenEmbedder> {
    const handle = await this.#opener(spec);
    return spec.role === 'embedding' ? this.#loadEmbedder(handle) : this.#loadText(handle);
  }

  #loadEmbedder(handle: ModelHandle): OpenEmbedder {
    try {
      return { handle, embedder: handle.createEmbedder(), device: this.#device(handle.info.device) };
    } catch (error) {
      handle.dispose();
      throw error;
    }
  }

  async #loadText(handle: ModelHandle): Promise<OpenModel> {
    const share = RAM_SHARE * this.#left;
    this.#left -= share;
    try {
      const { contextTokens } = handle.info;
      const cells = Math.max(contextTokens, Math.min(2 * contextTokens, COMFORTABLE_CELLS));
      const { backend, loop } = await serve(handle, cells, this.#shared(share), this.#device(handle.info.device));
      for (const workspace of this.#prepared) loop.cache.prepare(workspace);
      for (const [workspace, keys] of this.#pinned.all) loop.cache.setOpen(workspace, keys);
      const model = { handle, backend, loop, share };
      for (const listener of this.#listeners) await listener.modelOpened(model);
      return model;
    } catch (error) {
      this.#left += share;
      handle.dispose();
      throw error;
    }
  }

  /** All models of a device are served in one order. */
  #device(name: string): Arbiter {
    const device = this.#devices.get(name) ?? new Arbiter();
    this.#devices.set(name, device);
    return device;
  }

  #shared(share: number): ServingOptions {
    return { ...this.#serving, ramBytes: Math.floor(share * this.#serving.ramBytes) };
  }

  #unload(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    clearTimeout(entry.linger);
    if (entry.open) this.#free(entry.open);
    // One that is still loading is freed when it is there.
    else entry.promise.then((model) => this.#free(model)).catch(() => undefined);
    entry.open = undefined;
  }

  #free(model: OpenModel | OpenEmbedder): void {
    if ('embedder' in model) {
      model.embedder.dispose();
      model.handle.dispose();
      return;
    }
    for (const listener of this.#listeners) listener.modelUnloaded(model);
    model.loop.end(new EngineFailure('engineStopped', 'The model was unloaded.'));
    model.loop.cache.dispose();
    model.backend.dispose();
    model.handle.dispose();
    this.#left += model.share;
  }
}

/** Where saved pages are in the folder for caches. */
export const pagesIn = (folder: string | undefined): string | undefined => folder && path.join(folder, 'pages');

function notErased(): EngineFailure {
  return new EngineFailure(
    'internal',
    'Saved pages of the workspace could not be removed from disk, because another program uses the file. Forget it once more.',
  );
}

/** What a model cannot do of what its role asks for; undefined: it can. */
function lackOf({ capabilities }: ModelInfo, role: ModelRole): string | undefined {
  if (role === 'embedding') return capabilities.embeds ? undefined : 'make vectors of texts';
  if (role === 'chat') return capabilities.chats ? undefined : 'chat, as it has no chat template';
  return capabilities.generates ? undefined : 'write text';
}

const unfit = ({ name }: ModelInfo, what: string): EngineFailure =>
  new EngineFailure('modelUnfit', `${name} cannot ${what}. Choose another model.`);

const none = (): ClassTotals => ({
  requests: 0,
  finished: 0,
  cancelled: 0,
  failed: 0,
  promptTokens: 0,
  cachedTokens: 0,
  generatedTokens: 0,
});
