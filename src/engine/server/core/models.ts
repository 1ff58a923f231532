/** The models that are open: equal specs share one, whoever opened it; the last one to let go unloads it. */
import path from 'node:path';
import type { ModelInfo, ModelPlan, ModelRole, ModelSpec } from '../../protocol/index.ts';
import { EngineFailure } from './failure.ts';
import { type Generated, generate, type Hearing } from './generation.ts';
import { Loader } from './loader.ts';
import type { ModelListener, ModelOpener, OpenEmbedder, OpenModel } from './modelHandle.ts';
import type { Moved, OpenModels, PlacedOpen } from './placement/openModels.ts';
import type { RequestInput } from './scheduler/request.ts';
import type { ServingOptions } from './serving.ts';
import { Totals } from './totals.ts';
import { Uses } from './uses.ts';
import { WorkspaceCaches } from './workspaceCaches.ts';

/** Colder tiers of the cache. Without a folder nothing is written to disk; 0 bytes there delete what is. */
export interface CacheLimits {
  folder?: string;
  ramBytes: number;
  diskBytes: number;
}

/** A model stays this long after its last holder, so that a reloaded window finds it. */
const LINGER_MS = 30_000;

interface Entry {
  spec: ModelSpec;
  promise: Promise<OpenModel | OpenEmbedder>;
  open: OpenModel | OpenEmbedder | undefined;
  holders: Set<object>;
  linger: NodeJS.Timeout | undefined;
}

export class Models implements OpenModels {
  readonly totals = new Totals();
  readonly uses = new Uses();
  /** What is cached of workspaces, in all models. */
  readonly caches: WorkspaceCaches;
  readonly #loader: Loader;
  readonly #serving: Pick<ServingOptions, 'disk' | 'log'>;
  readonly #lingerMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: ModelListener[] = [];

  constructor(opener: ModelOpener, serving: ServingOptions, { lingerMs = LINGER_MS } = {}) {
    this.#loader = new Loader(opener, serving);
    this.#serving = serving;
    this.#lingerMs = lingerMs;
    this.caches = new WorkspaceCaches(() => this.list().map(({ loop }) => loop), serving.disk);
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
      const fresh: Entry = {
        spec,
        promise: this.#loader.load(spec, (model) => this.#begin(model)),
        open: undefined,
        holders: new Set(),
        linger: undefined,
      };
      fresh.promise.then(
        (open) => {
          if (this.#entries.get(key) !== fresh) return; // nobody wanted it any more while it was loading
          fresh.open = open;
        },
        () => {
          if (this.#entries.get(key) === fresh) this.#entries.delete(key);
        },
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

  isOpen(file: string): boolean {
    return this.list().some(({ handle }) => handle.info.path === file);
  }

  placed(): PlacedOpen[] {
    return [...this.#entries.values()].flatMap(({ spec, open, holders }) => {
      const plan = open?.handle.plan;
      if (!open || !plan) return [];
      const { id, name, contextTokens } = open.handle.info;
      const used = this.uses.has(id);
      return { id, name, spec, contextTokens, plan, memory: open.handle.memoryUse(), used, held: holders.size > 0 };
    });
  }

  async move(id: string, plan: ModelPlan, patienceMs: number): Promise<Moved> {
    const [key, entry] = [...this.#entries].find(([, { open }]) => open?.handle.info.id === id) ?? [];
    if (key === undefined) return 'moved';
    let result: Moved = 'used';
    await this.uses.between(
      id,
      async () => {
        result = await this.#openAnew(key, entry!, plan);
      },
      patienceMs,
    );
    return result;
  }

  unloadUnheld(): boolean {
    const unheld = [...this.#entries].filter(
      ([, { open, holders }]) => open && holders.size === 0 && !this.uses.has(open.handle.info.id),
    );
    for (const [key, entry] of unheld) this.#unload(key, entry);
    return unheld.length > 0;
  }

  /** Where the plan does not do, by the one before. */
  async #openAnew(key: string, entry: Entry, plan: ModelPlan): Promise<Moved> {
    const { open, spec } = entry;
    if (!open || this.#entries.get(key) !== entry) return 'moved'; // it went meanwhile
    const former = open.handle.plan;
    let moved: Moved = 'moved';
    entry.open = undefined;
    this.#free(open);
    const begin = (model: OpenModel) => this.#begin(model);
    entry.promise = this.#loader.loadBy(plan, spec, begin).catch((error) => {
      moved = 'failed';
      this.#serving.log('warn', `${path.basename(spec.path)} could not be moved: ${String(error.message)}`);
      return this.#loader.loadBy(former, spec, begin);
    });
    try {
      const anew = await entry.promise;
      if (this.#entries.get(key) === entry) entry.open = anew;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      this.#serving.log('error', `${path.basename(spec.path)} is closed, as it could not be opened again.`);
      throw error;
    }
    return moved;
  }

  get #opened(): (OpenModel | OpenEmbedder)[] {
    return [...this.#entries.values()].flatMap(({ open }) => open ?? []);
  }

  /**
   * New limits of the caches' colder tiers, for the models that are open and those to come. Resolves when what is to be
   * deleted is; the log says where it could not be.
   */
  async configure({ folder, ramBytes, diskBytes }: CacheLimits): Promise<void> {
    this.#loader.setMemory(ramBytes, this.list());
    const { disk, log } = this.#serving;
    const changed = await disk?.configure({ folder: pagesIn(folder), maxBytes: diskBytes });
    if (changed === false) log('warn', 'The saved pages could not be deleted, or given another limit.');
  }

  /** Runs a request of a model; see {@link generate}. */
  run(
    { loop }: OpenModel,
    input: Omit<RequestInput, 'onText' | 'forks'>,
    signal: AbortSignal,
    hearing: Hearing,
  ): Promise<Generated> {
    return this.totals.count(input.class, () => generate(loop, input, signal, hearing));
  }

  /** Ends a holder's claim on one model, or on all of them; also on one that is still being loaded. */
  release(holder: object, id?: string): void {
    for (const [key, entry] of this.#entries) {
      if (id !== undefined && entry.open?.handle.info.id !== id) continue;
      this.#letGo(key, entry, holder);
    }
  }

  /** Frees everything; what is under way fails. */
  dispose(): void {
    for (const [key, entry] of this.#entries) this.#unload(key, entry);
  }

  #letGo(key: string, entry: Entry, holder: object): void {
    if (!entry.holders.delete(holder) || entry.holders.size > 0) return;
    entry.linger = setTimeout(() => this.#unload(key, entry), this.#lingerMs);
    entry.linger.unref();
  }

  async #begin(model: OpenModel): Promise<void> {
    for (const listener of this.#listeners) await listener.modelOpened(model);
    // Last, as it is told of changes once it counts as open.
    this.caches.begin(model.loop.cache);
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
    if ('loop' in model) for (const listener of this.#listeners) listener.modelUnloaded(model);
    this.#loader.free(model);
  }
}

/** Where saved pages are in the folder for caches. */
export const pagesIn = (folder: string | undefined): string | undefined => folder && path.join(folder, 'pages');

/** What a model cannot do of what its role asks for; undefined: it can. */
function lackOf({ capabilities }: ModelInfo, role: ModelRole): string | undefined {
  if (role === 'embedding') return capabilities.embeds ? undefined : 'make vectors of texts';
  if (role === 'chat') return capabilities.chats ? undefined : 'chat, as it has no chat template';
  return capabilities.generates ? undefined : 'write text';
}

const unfit = ({ name }: ModelInfo, what: string): EngineFailure =>
  new EngineFailure('modelUnfit', `${name} cannot ${what}. Choose another model.`);
