/**
 * Completions at a cursor: prompts out of open documents, tokens chosen with the project's own code. For each model that
 * fills in the middle, what is known of the code of every open workspace.
 */
import {
  type CompletionParams,
  type CompletionProgress,
  type CompletionResult,
  completeRequest,
  completionProgress,
  type DocumentRange,
  learnedNotification,
  MOST_ANSWERS,
  type ModelStatus,
  type TextEdit,
} from '../../../protocol/index.ts';
import type { Sampler, Tokenizer } from '../../core/backend.ts';
import { checkRequest } from '../../core/checks.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { ModelListener, OpenModel } from '../../core/modelHandle.ts';
import type { Models } from '../../core/models.ts';
import type { ForksWanted } from '../../core/scheduler/request.ts';
import { Slices } from '../../core/slices.ts';
import type { DraftSource } from '../../core/speculation/draft.ts';
import type { ServedClient, Service } from '../../service.ts';
import type { OpenDocument, Workspace, WorkspaceListener, Workspaces } from '../../workspaces/workspaces.ts';
import type { Certainty } from './project/certainty.ts';
import { type Departed, Indexer } from './project/indexer.ts';
import { MixedSampler } from './project/mixedSampler.ts';
import { Projects } from './project/projects.ts';
import { type Cursor, fitPrompt, seenOf } from './prompt.ts';
import { type FilledSegment, Turns } from './turns.ts';

/** What is known of the projects' code in one model's tokens. */
interface Knowledge {
  projects: Projects;
  indexer: Indexer;
}

export class CompletionService implements Service, ModelListener, WorkspaceListener {
  readonly #models: Models;
  readonly #workspaces: Workspaces;
  readonly #clients = new Set<ServedClient>();
  /** By model; of one that completes by instruction only, from when it is first asked to. */
  readonly #known = new Map<OpenModel, Knowledge>();
  readonly #learning = new Map<OpenModel, Promise<void>>();
  readonly #turns = new Turns();

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
      this.#models.uses.during(params.model, () =>
        this.#complete(client, params, signal, (progress) =>
          client.progress(completionProgress, params.progressToken, progress),
        ),
      ),
    );
  }

  statusOf(id: string): Partial<ModelStatus> {
    const known = this.#known.get(this.#models.get(id));
    return known ? { ngram: known.projects.status(known.indexer.status()) } : {};
  }

  async modelOpened(model: OpenModel): Promise<void> {
    const { specialTokens } = model.handle.info;
    if (specialTokens.includes('fimPrefix') || specialTokens.includes('fimSuffix')) await this.#learn(model);
  }

  /** Begins to know the projects' code in the model's tokens. */
  #learn(model: OpenModel): Promise<void> {
    const learning = this.#learning.get(model) ?? this.#begin(model);
    this.#learning.set(model, learning);
    return learning;
  }

  async #begin(model: OpenModel): Promise<void> {
    const { info, tokenizer } = model.handle;
    await readVocabulary(tokenizer, info.vocabularyTokens);
    if (!this.#learning.has(model)) return;
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
    this.#learning.delete(model);
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
    onProgress: (progress: CompletionProgress) => void,
  ): Promise<CompletionResult> {
    const model = this.#models.get(params.model);
    checkRequest(params);
    const { answers = 1 } = params;
    if (!Number.isInteger(answers) || answers < 1 || answers > MOST_ANSWERS) {
      throw new EngineFailure(
        'promptInvalid',
        `The request is malformed: answers must be an integer from 1 to ${MOST_ANSWERS}.`,
      );
    }
    // Where nothing is to be waited for, the document is what it was when the request came.
    const asked = params.segments.some((segment) => 'turn' in segment);
    const segments = asked ? await this.#turns.fill(model.handle, params.segments) : params.segments;
    if (asked && !this.#known.has(model)) await this.#learn(model);
    const known = this.#known.get(model);
    if (!known) throw new EngineFailure('promptInvalid', 'This model cannot fill in text at a cursor.');
    const { id: workspace } = this.#workspaces.of(client, params.workspace);
    const { contextTokens } = model.handle.info;
    const maxTokens = Math.min(params.maxTokens, contextTokens - 1);
    const room = contextTokens - maxTokens;
    const { tokenizer } = model.handle;
    const fitted = fitPrompt(tokenizer, segments, room, (range) =>
      known.projects.tokensOf(workspace, this.#documentOf(client, workspace, range), range),
    );
    const { tokens, cut, cursor } = fitted;
    const { key: document, supersedes } = this.#subject(client, params);
    const { sampler, sources } = this.#choose(model, known, params, document, cursor);
    const input = {
      class: params.class,
      workspace,
      supersedes,
      prompt: tokens,
      // The tokens that the prompt lost at the cursor are written anew.
      maxTokens: maxTokens + (cursor?.brokenOff ?? 0),
      stop: params.stop,
      atCursor: true,
      reuse: params.reuse,
      // What may never be written takes nobody's place.
      ...(params.ahead ? { replaces: false } : {}),
      skipBytes: cursor?.beginning.length,
      keep: keepOf(segments, tokens.length),
      sampler,
      sources,
    };
    const certainty = certaintyOf(sampler);
    const tell = heard(certainty, onProgress);
    const made: number[] = [];
    const { forks, ...result } = await this.#models.run(model, input, signal, {
      onText: (delta, more) => {
        for (const token of more) made.push(token);
        tell(delta);
      },
      ...(answers > 1 ? { forks: othersWanted(answers - 1, onProgress) } : {}),
    });
    if (cursor && document !== undefined) known.projects.answered(workspace, document, cursor, made);
    return {
      ...result,
      ...judged(result.text, sampler),
      cutTokens: cut,
      ...(params.seen ? { seen: seenOf(fitted, segments, tokenizer) } : {}),
      ...(params.explain && certainty ? { steps: certainty.steps, typed: certainty.typed } : {}),
      ...(forks
        ? {
            others: forks.map(({ generation: { text, finish, generatedTokens }, sampler }) => ({
              text,
              finish,
              generatedTokens,
              ...judged(text, sampler),
            })),
          }
        : {}),
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
  #choose(
    { backend }: OpenModel,
    { projects }: Knowledge,
    params: CompletionParams,
    document: string | undefined,
    cursor: Cursor | undefined,
  ): { sampler: Sampler | MixedSampler; sources?: DraftSource[] } {
    const { sampling = {}, workspace, offset, ngram, oneLine, mayBreak = false, least, answers = 1, ahead } = params;
    if (sampling.grammar !== undefined || sampling.copy !== undefined) {
      throw new EngineFailure(
        'promptInvalid',
        'The request is malformed: a completion at a cursor takes no grammar, and copies from no texts.',
      );
    }
    if (!cursor) return { sampler: backend.createSampler(sampling) };
    const { temperature = 0, repeatPenalty = 1 } = sampling;
    const drawer = temperature > 0 || repeatPenalty !== 1 ? backend.createSampler(sampling) : undefined;
    const at = offset === undefined ? undefined : document;
    return projects.choose(
      backend,
      workspace,
      { document: at, offset, ngram, oneLine, mayBreak, least, branching: answers > 1, ahead: ahead ?? false },
      cursor,
      drawer,
    );
  }
}

const certaintyOf = (sampler: Sampler): Certainty | undefined =>
  sampler instanceof MixedSampler ? sampler.certainty : undefined;

/** Tells of other answers while they are made, and first of how many there are. */
const othersWanted = (most: number, onProgress: (progress: CompletionProgress) => void): ForksWanted => ({
  most,
  onBegun: (others) => onProgress({ text: '', others }),
  onText: (other) => (text) => onProgress({ text, other }),
});

/** Tells of an answer while it is made: of its text, and once of its first line. */
function heard(certainty: Certainty | undefined, onProgress: (progress: CompletionProgress) => void) {
  let all = '';
  let told = false;
  return (text: string): void => {
    all += text;
    const first = !told && certainty?.lineEnded === true;
    told ||= first;
    onProgress(first ? { text, line: certainty.ends(all) } : { text });
  };
}

/** How likely an answer is right. */
function judged(text: string, sampler: Sampler): Pick<CompletionResult, 'confidence' | 'certainty'> {
  const certainty = certaintyOf(sampler);
  return { confidence: certainty?.line ?? null, certainty: certainty?.ends(text) ?? [] };
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
 * Behind the text of a completion stand the tokens that ask for the middle: what follows them depends on them, and is never
 * the beginning of another prompt.
 */
function keepOf(segments: readonly FilledSegment[], tokens: number): number | undefined {
  let asking = 0;
  for (const segment of segments.toReversed()) {
    if ('text' in segment) break;
    asking += 'marks' in segment ? segment.marks.length : 1;
  }
  return asking === 0 ? undefined : tokens - asking;
}
