/**
 * Completions at a cursor: prompts out of open documents, tokens chosen with the project's own code. For each model that
 * fills in the middle, what is known of the code of every open workspace.
 */
import {
  type CompletionParams,
  type CompletionResult,
  completeRequest,
  type DocumentRange,
  generateProgress,
  learnedNotification,
  type ModelStatus,
  type TextEdit,
} from '../../../protocol/index.ts';
import type { Sampler, Tokenizer } from '../../core/backend.ts';
import { checkRequest } from '../../core/checks.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { ModelListener, OpenModel } from '../../core/modelHandle.ts';
import type { Models } from '../../core/models.ts';
import { Slices } from '../../core/slices.ts';
import type { ServedClient, Service } from '../../service.ts';
import type { OpenDocument, Workspace, WorkspaceListener, Workspaces } from '../../workspaces/workspaces.ts';
import { type Departed, Indexer } from './project/indexer.ts';
import type { MixedSampler } from './project/mixedSampler.ts';
import { Projects } from './project/projects.ts';
import { type Cursor, fitPrompt, seenOf } from './prompt.ts';

/** What is known of the projects' code in one model's tokens. */
interface Knowledge {
  projects: Projects;
  indexer: Indexer;
}

export class CompletionService implements Service, ModelListener, WorkspaceListener {
  readonly #models: Models;
  readonly #workspaces: Workspaces;
  readonly #clients = new Set<ServedClient>();
  /** By model; none for those that cannot fill in the middle. */
  readonly #known = new Map<OpenModel, Knowledge>();

  constructor(models: Models, workspaces: Workspaces) {
    this.#models = models;
    this.#workspaces = workspaces;
    models.listen(this);
    workspaces.listen(this);
  }

  serve(client: ServedClient): void {
    this.#clients.add(client);
    client.onLeft(() => this.#clients.delete(client));
    client.onRequest(completeRequest, (params, signal) =>
      this.#complete(client, params, signal, (text) =>
        client.progress(generateProgress, params.progressToken, { text }),
      ),
    );
  }

  statusOf(id: string): Partial<ModelStatus> {
    const known = this.#known.get(this.#models.get(id));
    return known ? { ngram: known.projects.status(known.indexer.status()) } : {};
  }

  async modelOpened(model: OpenModel): Promise<void> {
    const { info, tokenizer } = model.handle;
    if (!info.specialTokens.includes('fimPrefix') && !info.specialTokens.includes('fimSuffix')) return;
    await readVocabulary(tokenizer, info.vocabularyTokens);
    // Whichever model a key asks, it waits for this thread.
    const slices = () => new Slices(() => this.#models.list().some(({ loop }) => loop.busy));
    const projects = new Projects(tokenizer, info.vocabularyTokens, slices());
    const indexer = new Indexer(projects, slices(), {
      onRead: (workspace) => this.#learned(workspace),
      onDeparted: (files) => void this.#departed(files),
    });
    this.#known.set(model, { projects, indexer });
    for (const workspace of this.#workspaces.all) {
      for (const document of workspace.documents.values()) projects.open(workspace.id, document);
      if (workspace.reading) indexer.add(workspace.id, workspace.folder!);
    }
  }

  modelUnloaded(model: OpenModel): void {
    this.#known.get(model)?.indexer.dispose();
    this.#known.delete(model);
  }

  documentOpened({ id }: Workspace, document: OpenDocument): void {
    for (const { projects } of this.#known.values()) projects.open(id, document);
  }

  documentChanged({ id }: Workspace, document: OpenDocument, edits: readonly TextEdit[]): void {
    for (const { projects } of this.#known.values()) projects.edit(id, document.id, edits);
  }

  /** What its file says takes the document's place. */
  documentClosed({ id, folder, reading }: Workspace, document: OpenDocument): void {
    for (const { projects, indexer } of this.#known.values()) {
      projects.close(id, document.id);
      if (reading && document.path !== null) indexer.add(id, folder!, [document.path]);
    }
  }

  filesRead({ id, folder }: Workspace, changed: readonly string[] | undefined): void {
    for (const { indexer } of this.#known.values()) indexer.add(id, folder!, changed);
  }

  filesForgotten({ id }: Workspace): void {
    for (const { projects, indexer } of this.#known.values()) {
      indexer.remove(id);
      projects.forgetFiles(id);
    }
  }

  workspaceClosed({ id }: Workspace): void {
    for (const { projects, indexer } of this.#known.values()) {
      indexer.remove(id);
      projects.forget(id);
    }
  }

  /** Files that are private now: what was computed with them in a prompt must not stay either. */
  async #departed({ workspace, private: files }: Departed): Promise<void> {
    if (files.length > 0) await this.#models.caches.forgetWorkspace(workspace).catch(() => undefined); // the log says why
    this.#learned(workspace);
  }

  #learned(workspace: string): void {
    for (const client of this.#clients) client.notify(learnedNotification, { workspace });
  }

  async #complete(
    client: ServedClient,
    params: CompletionParams,
    signal: AbortSignal,
    onText: (delta: string) => void,
  ): Promise<CompletionResult> {
    const model = this.#models.get(params.model);
    checkRequest(params);
    const known = this.#known.get(model);
    if (!known) throw new EngineFailure('promptInvalid', 'This model cannot fill in text at a cursor.');
    const { id: workspace } = this.#workspaces.of(client, params.workspace);
    const { contextTokens } = model.handle.info;
    const maxTokens = Math.min(params.maxTokens, contextTokens - 1);
    const room = contextTokens - maxTokens;
    const { tokenizer } = model.handle;
    const fitted = fitPrompt(tokenizer, params.segments, room, (range) =>
      known.projects.tokensOf(workspace, this.#documentOf(client, workspace, range), range),
    );
    const { tokens, cut, cursor } = fitted;
    const { key: document, supersedes } = this.#subject(client, params);
    const sampler = this.#sampler(model, known, params, document, cursor);
    const input = {
      class: params.class,
      workspace,
      supersedes,
      prompt: tokens,
      // The tokens that the prompt lost at the cursor are written anew.
      maxTokens: maxTokens + (cursor?.brokenOff ?? 0),
      stop: params.stop,
      reuse: params.reuse,
      skipBytes: cursor?.beginning.length,
      keep: keepOf(params, tokens.length),
      sampler,
    };
    const result = await this.#models.run(model, input, signal, { onText });
    const certainty = 'certainty' in sampler ? sampler.certainty : undefined;
    return {
      ...result,
      cutTokens: cut,
      confidence: certainty?.line ?? null,
      certainty: certainty?.ends(result.text) ?? [],
      ...(params.seen ? { seen: seenOf(fitted, params.segments, tokenizer) } : {}),
      ...(params.explain && certainty ? { steps: certainty.steps, typed: certainty.typed } : {}),
    };
  }

  /** @throws EngineFailure `documentStale` */
  #documentOf(client: ServedClient, workspace: string, { key, version }: DocumentRange): OpenDocument {
    const document = this.#workspaces.document(client, workspace, key);
    if (document?.version === version) return document;
    throw new EngineFailure('documentStale', 'The engine has another version of this document.');
  }

  /** The document that is completed, where its text is known, and what a newer completion of it ends. */
  #subject(client: ServedClient, { workspace, document, supersedes = true }: CompletionParams) {
    const known = document === undefined ? undefined : this.#workspaces.document(client, workspace, document);
    const name = document === undefined || !supersedes ? undefined : this.#workspaces.idOf(client, document);
    return { key: known?.id, supersedes: name };
  }

  /** A completion at a cursor is chosen with the project's code, and held to the word there; any other by the library. */
  #sampler(
    { backend }: OpenModel,
    { projects }: Knowledge,
    params: CompletionParams,
    document: string | undefined,
    cursor: Cursor | undefined,
  ): Sampler | MixedSampler {
    const { sampling = {}, workspace, offset, ngram, oneLine, mayBreak = false, least } = params;
    if (sampling.grammar !== undefined || sampling.copy !== undefined) {
      throw new EngineFailure(
        'promptInvalid',
        'The request is malformed: a completion at a cursor takes no grammar, and copies from no texts.',
      );
    }
    if (!cursor) return backend.createSampler(sampling);
    const { temperature = 0, repeatPenalty = 1 } = sampling;
    const drawer = temperature > 0 || repeatPenalty !== 1 ? backend.createSampler(sampling) : undefined;
    const at = offset === undefined ? undefined : document;
    return projects.sampler(
      backend,
      workspace,
      { document: at, offset, ngram, oneLine, mayBreak, least },
      cursor,
      drawer,
    );
  }
}

/** Has the tokenizer read each token once, so that nobody waits for it later: a large vocabulary takes a quarter of a second. */
async function readVocabulary(tokenizer: Tokenizer, size: number): Promise<void> {
  const slices = new Slices();
  for (let token = 0; token < size; token++) {
    if (token % 64 === 0) await slices.next();
    tokenizer.bytes(token);
    tokenizer.isEnd(token);
  }
}

/**
 * Behind the text of a completion stands the token that asks for the middle: what follows it depends on it, and is never
 * the beginning of another prompt.
 */
function keepOf({ segments }: CompletionParams, tokens: number): number | undefined {
  const last = segments.at(-1);
  return last && 'special' in last ? tokens - 1 : undefined;
}
