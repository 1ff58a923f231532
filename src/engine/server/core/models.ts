/** The models that are open: equal specs share one, whoever opened it; the last one to let go unloads it. */
import type {
  ChatMessage,
  ChatTool,
  DocumentEdits,
  DocumentText,
  ModelInfo,
  ModelSpec,
  WorkspaceFolder,
} from '../../protocol/index.ts';
import { Indexer } from '../services/completion/project/indexer.ts';
import { Projects } from '../services/completion/project/projects.ts';
import { Workspaces } from '../workspaces/workspaces.ts';
import type { DecodeBackend, Tokenizer } from './backend.ts';
import { EngineFailure } from './failure.ts';
import type { Loop } from './scheduler/loop.ts';
import { type ServingOptions, serve } from './serving.ts';

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
  dispose(): void;
}

export type ModelOpener = (spec: ModelSpec) => Promise<ModelHandle>;

export interface OpenModel {
  readonly handle: ModelHandle;
  readonly backend: DecodeBackend;
  readonly loop: Loop;
  /** What is known of the code of each workspace, in this model's tokens. */
  readonly projects: Projects;
  readonly indexer: Indexer;
}

/** A context shorter than this gets several times its length in cells, so that several files stay cached. */
const COMFORTABLE_CELLS = 16_384;
/** A model stays this long after its last holder, so that a reloaded window finds it. */
const LINGER_MS = 30_000;

interface Entry {
  promise: Promise<OpenModel>;
  open: OpenModel | undefined;
  holders: Set<object>;
  linger: NodeJS.Timeout | undefined;
}

export class Models {
  readonly #opener: ModelOpener;
  readonly #serving: ServingOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #documents = new Map<string, readonly string[]>();
  readonly #workspaces = new Workspaces();

  constructor(opener: ModelOpener, serving: ServingOptions) {
    this.#opener = opener;
    this.#serving = serving;
  }

  /**
   * Opens a model for `holder`, or joins the one that is open or opening.
   * @throws EngineFailure when the file is missing, corrupt, not generative, or does not fit into memory.
   */
  async open(spec: ModelSpec, holder: object): Promise<ModelInfo> {
    const key = JSON.stringify([spec.path, spec.contextTokens]);
    let entry = this.#entries.get(key);
    if (!entry) {
      const fresh: Entry = { promise: this.#load(spec), open: undefined, holders: new Set(), linger: undefined };
      fresh.promise.then(
        (open) => {
          fresh.open = open;
        },
        () => this.#entries.delete(key),
      );
      this.#entries.set(key, fresh);
      entry = fresh;
    }
    clearTimeout(entry.linger);
    entry.holders.add(holder);
    return (await entry.promise).handle.info;
  }

  /** @throws EngineFailure `modelUnknown` */
  get(id: string): OpenModel {
    for (const { open } of this.#entries.values()) if (open?.handle.info.id === id) return open;
    throw new EngineFailure('modelUnknown', 'This model is not open in the engine.');
  }

  list(): OpenModel[] {
    return [...this.#entries.values()].flatMap(({ open }) => open ?? []);
  }

  /** Says which documents of a workspace are open, to the caches and indexes of all models. */
  setOpenDocuments(workspace: string, keys: readonly string[]): void {
    this.#documents.set(workspace, keys);
    const closed = this.#workspaces.keep(workspace, keys);
    for (const { loop } of this.list()) loop.cache.setOpen(workspace, keys);
    for (const key of closed) this.#close(workspace, key);
  }

  setText(document: DocumentText): void {
    const { workspace, key, text } = document;
    if (!this.#workspaces.setText(document)) this.#close(workspace, key);
    else for (const { projects } of this.list()) projects.open(workspace, key, text!);
  }

  /** Edits of a document that is not known, or that do not fit, are dropped, and the document with them. */
  edit(document: DocumentEdits): void {
    const { workspace, key, edits } = document;
    if (!this.#workspaces.edit(document)) this.#close(workspace, key);
    else for (const { projects } of this.list()) projects.edit(workspace, key, edits);
  }

  setFolder(told: WorkspaceFolder): void {
    const { workspace, folder, changed } = told;
    this.#workspaces.setFolder(told);
    for (const { projects, indexer } of this.list()) {
      if (folder !== null) indexer.add(workspace, folder, changed);
      else {
        indexer.remove(workspace);
        projects.forgetFiles(workspace);
      }
    }
  }

  /** A document is known no more; what its file says takes its place. */
  #close(workspace: string, key: string): void {
    const { folder } = this.#workspaces.of(workspace);
    for (const { projects, indexer } of this.list()) {
      const file = projects.close(workspace, key);
      if (file !== undefined && folder !== undefined) indexer.add(workspace, folder, [file]);
    }
  }

  /** Ends a holder's claim on one model, or on all of them. */
  release(holder: object, id?: string): void {
    for (const [key, entry] of this.#entries) {
      if (id !== undefined && entry.open?.handle.info.id !== id) continue;
      if (!entry.holders.delete(holder) || entry.holders.size > 0) continue;
      entry.linger = setTimeout(() => this.#unload(key, entry), LINGER_MS);
      entry.linger.unref();
    }
  }

  /** Frees everything; what is under way fails. */
  dispose(): void {
    for (const [key, entry] of this.#entries) this.#unload(key, entry);
  }

  async #load(spec: ModelSpec): Promise<OpenModel> {
    const handle = await this.#opener(spec);
    try {
      const { contextTokens } = handle.info;
      const cells = Math.max(contextTokens, Math.min(2 * contextTokens, COMFORTABLE_CELLS));
      const { backend, loop } = serve(handle, cells, this.#serving);
      for (const [workspace, keys] of this.#documents) loop.cache.setOpen(workspace, keys);
      const projects = new Projects(handle.tokenizer, handle.info.vocabularyTokens);
      const indexer = new Indexer(projects, () => loop.busy);
      for (const [workspace, { documents, folder }] of this.#workspaces.all) {
        for (const [key, text] of documents) projects.open(workspace, key, text);
        if (folder !== undefined) indexer.add(workspace, folder);
      }
      return { handle, backend, loop, projects, indexer };
    } catch (error) {
      handle.dispose();
      throw error;
    }
  }

  #unload(key: string, entry: Entry): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    clearTimeout(entry.linger);
    if (!entry.open) return;
    entry.open.indexer.dispose();
    entry.open.loop.stop(new EngineFailure('engineStopped', 'The model was unloaded.'));
    entry.open.loop.cache.dispose();
    entry.open.backend.dispose();
    entry.open.handle.dispose();
    entry.open = undefined;
  }
}
