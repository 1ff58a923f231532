/**
 * The editor's side of the engine: typed calls over a connection that mends itself. After a loss the models that were open
 * are opened again, and requests of which nothing was delivered are repeated.
 */
import type { NotificationType } from 'vscode-jsonrpc';
import {
  type ChatParams,
  type ChatResult,
  type ChatWeight,
  type CompletionParams,
  type CompletionProgress,
  type CompletionResult,
  type CountTokensParams,
  type CountTokensResult,
  closeModelRequest,
  closeWorkspaceNotification,
  completeRequest,
  completionProgress,
  countTokensRequest,
  type DownloadParams,
  type DownloadProgress,
  type DownloadResult,
  describeModelRequest,
  downloadProgress,
  downloadRequest,
  type EmbedParams,
  type EmbedResult,
  type EngineStatus,
  embedRequest,
  type Forgotten,
  forgetWorkspaceRequest,
  type GenerateParams,
  type GenerateProgress,
  type GenerateResult,
  generateProgress,
  generateRequest,
  type LogEvent,
  logNotification,
  type ModelDescription,
  type ModelInfo,
  type ModelSpec,
  type OpenChatParams,
  type OpenChatResult,
  openModelRequest,
  openWorkspaceRequest,
  type PlanParams,
  type PlanResult,
  planRequest,
  type ReadAheadParams,
  type ReadAheadResult,
  type SearchParams,
  type SearchResult,
  searchRequest,
  statusRequest,
  type WorkspaceSpec,
} from '../protocol/index.ts';
import type { EngineCommand } from './command.ts';
import { EngineConnection, type EngineState } from './connection.ts';
import { type ChatOptions, Conversations, NO_ANSWER } from './conversations.ts';
import { EngineError } from './errors.ts';
import { Holdings, type ModelEvent } from './holdings.ts';
import { MemoryCalls } from './memory.ts';
import { Requests } from './requests.ts';
import type { Session } from './session.ts';

export type { EngineCommand } from './command.ts';
export type { EngineState } from './connection.ts';
export type { ChatOptions } from './conversations.ts';
export { EngineError } from './errors.ts';
export type { ModelEvent } from './holdings.ts';
export type { MemoryCalls } from './memory.ts';

export interface GenerateOptions {
  signal?: AbortSignal;
  /** Receives text while it is made. */
  onText?: (delta: string) => void;
}

export interface CompleteOptions {
  signal?: AbortSignal;
  /** Receives text while it is made; of which answer it is, where there are several, stands in the event. */
  onText?: (delta: string, progress: CompletionProgress) => void;
}

interface Listening {
  type: NotificationType<unknown>;
  listener: (params: unknown) => void;
}

export class EngineClient {
  /** What the engine remembers of workspaces, and of databases by themselves. */
  readonly memory: MemoryCalls;
  readonly #connection: EngineConnection;
  readonly #requests: Requests;
  readonly #holdings = new Holdings();
  readonly #conversations: Conversations;
  readonly #logListeners = new Set<(event: LogEvent) => void>();
  readonly #listeners: Listening[] = [];

  /** @param name how the engine names this client in its log and status. Nothing is started before the first call. */
  constructor(command: EngineCommand, name: string) {
    this.#connection = new EngineConnection(command, name, (session) => this.#prepare(session));
    this.#requests = new Requests(this.#connection);
    this.#conversations = new Conversations(this.#requests, this.#holdings);
    this.memory = new MemoryCalls(this.#requests, (type, params) => this.tell(type, params));
  }

  get state(): EngineState {
    return this.#connection.state;
  }

  onStateChange(listener: (state: EngineState) => void): { dispose(): void } {
    return this.#connection.onStateChange(listener);
  }

  /** Log lines of the engine; they never hold prompt or answer text. */
  onLog(listener: (event: LogEvent) => void): { dispose(): void } {
    this.#logListeners.add(listener);
    return { dispose: () => this.#logListeners.delete(listener) };
  }

  /** Every model that is opened again after a restart or a change of settings: its device and context may be others. */
  onModel(listener: (event: ModelEvent) => void): { dispose(): void } {
    return this.#holdings.onModel(listener);
  }

  /**
   * Opens a model, or joins it where it is open already; it stays open for this client across engine restarts.
   * @throws EngineError `modelMissing`, `modelCorrupt`, `modelNotGenerative`, `modelUnfit`, `outOfMemory`, `nativeUnavailable`, …
   */
  async openModel(spec: ModelSpec): Promise<ModelInfo> {
    const info = await this.#requests.send(openModelRequest, spec);
    this.#holdings.holdModel(spec, info);
    return info;
  }

  /**
   * What a model file is good for, without opening it.
   * @throws EngineError `modelMissing`, `modelCorrupt`, `nativeUnavailable`.
   */
  describeModel(path: string): Promise<ModelDescription> {
    return this.#requests.send(describeModelRequest, { path });
  }

  /**
   * Where models would lie on a machine; nothing is loaded.
   * @throws EngineError `outOfMemory` in words where nothing fits; `modelMissing`, `modelCorrupt`.
   */
  plan(params: PlanParams): Promise<PlanResult> {
    return this.#requests.send(planRequest, params);
  }

  /** Lets go of a model. An engine that is not there holds none: it is not started for this. */
  async closeModel(id: string): Promise<void> {
    this.#holdings.dropModel(id);
    await this.#requests.sendIfThere(closeModelRequest, { model: id });
  }

  /**
   * Generates text. An aborted signal resolves with `finish: 'cancelled'` and the text so far.
   * @throws EngineError
   */
  async generate(params: GenerateParams, { signal, onText }: GenerateOptions = {}): Promise<GenerateResult> {
    const progress = onText && { type: generateProgress, listener: ({ text }: GenerateProgress) => onText(text) };
    return (await this.#requests.long(generateRequest, params, { signal, progress })) ?? NOTHING;
  }

  /**
   * Completes at a cursor; otherwise as {@link generate}.
   * @throws EngineError; `documentStale` where the engine has not the text that the prompt refers to.
   */
  async complete(params: CompletionParams, { signal, onText }: CompleteOptions = {}): Promise<CompletionResult> {
    const listener = (event: CompletionProgress) => onText?.(event.text, event);
    const progress = onText && { type: completionProgress, listener };
    const result = await this.#requests.long(completeRequest, params, { signal, progress });
    return result ?? { ...NOTHING, confidence: null, certainty: [] };
  }

  /**
   * Opens a conversation. Its handle stays valid until it is closed, also where the engine is lost, or its model, held by
   * this client, gets another id.
   */
  openChat(params: OpenChatParams): Promise<OpenChatResult> {
    return this.#conversations.open(params);
  }

  /** Ends a conversation. An engine that is not there has none: it is not started for this. */
  closeChat(conversation: string): Promise<void> {
    return this.#conversations.close(conversation);
  }

  /**
   * Answers in a conversation; otherwise as {@link generate}. Where the engine is lost meanwhile the next one goes on behind
   * what there is; times and counts of what was read are then those of the last.
   * @throws EngineError; `conversationUnknown` where it was closed, `modelUnknown` where its model was.
   */
  async chat(params: ChatParams, options: ChatOptions = {}): Promise<ChatResult> {
    return (await this.#conversations.chat(params, options)) ?? NO_ANSWER;
  }

  /**
   * What {@link chat} with the same parameters would take. Computes nothing.
   * @returns undefined where it was aborted, or a newer one of the conversation came before its turn.
   * @throws EngineError
   */
  weighChat(params: ChatParams, { signal }: { signal?: AbortSignal } = {}): Promise<ChatWeight | undefined> {
    return this.#conversations.weigh(params, signal);
  }

  /**
   * Reads in class background what the next request of the conversation will begin with. Ended by the next call, by
   * {@link chat}, and by the signal; what was read stays.
   * @returns undefined where it was aborted before anything came of it.
   * @throws EngineError
   */
  readAhead(params: ReadAheadParams, { signal }: { signal?: AbortSignal } = {}): Promise<ReadAheadResult | undefined> {
    return this.#conversations.readAhead(params, signal);
  }

  /**
   * Makes vectors of texts; `vectorsOf` reads them. An aborted signal resolves with those that were ready.
   * @throws EngineError; `modelUnfit` where the model was not opened for embedding.
   */
  async embed(params: EmbedParams, { signal }: { signal?: AbortSignal } = {}): Promise<EmbedResult> {
    const result = await this.#requests.long(embedRequest, params, { signal });
    return result ?? { vectors: '', dimensions: 0, cut: [], tokens: 0, cancelled: true };
  }

  /**
   * The places in a workspace's files that a question is about, the best first. An aborted signal resolves with none.
   * @throws EngineError; `workspaceUnread` where its files are not read, with what to do about it.
   */
  async search(params: SearchParams, { signal }: { signal?: AbortSignal } = {}): Promise<SearchResult> {
    const result = await this.#requests.long(searchRequest, params, { signal });
    return result ?? { places: [], files: 0, reading: 0, leftOut: 0 };
  }

  /** Exact counts, with a model that is open for whatever role. */
  countTokens(params: CountTokensParams): Promise<CountTokensResult> {
    return this.#requests.send(countTokensRequest, params);
  }

  /**
   * Holds a workspace, which stays open for this client across engine restarts.
   * @returns its id.
   */
  async openWorkspace(spec: WorkspaceSpec): Promise<string> {
    const { workspace } = await this.#requests.send(openWorkspaceRequest, spec);
    this.#holdings.holdWorkspace(workspace, spec);
    return workspace;
  }

  closeWorkspace(workspace: string): void {
    this.#holdings.dropWorkspace(workspace);
    this.tell(closeWorkspaceNotification, { workspace });
  }

  /** Removes everything that the engine keeps of a workspace, on disk too, but for its memory. */
  async forgetWorkspace(which: Forgotten): Promise<void> {
    await this.#requests.send(forgetWorkspaceRequest, which);
  }

  /**
   * Tells the engine something. Starts no engine, and is not repeated: every engine that begins to serve (see
   * {@link onStateChange}, `ready`) has to be told anew.
   */
  tell<P>(type: NotificationType<P>, params: P): void {
    this.#connection.current?.tell((connection) => connection.sendNotification(type.method, params));
  }

  /** Hears what the engine tells by itself; to be called before the first call. */
  listen<P>(type: NotificationType<P>, listener: (params: P) => void): void {
    this.#listeners.push({ type, listener } as unknown as Listening);
  }

  /**
   * Downloads a model file in the engine process; a broken one is resumed by the next call.
   * @throws EngineError `downloadFailed`, `checksumMismatch`
   */
  async download(
    params: DownloadParams,
    { signal, onProgress }: { signal?: AbortSignal; onProgress?: (progress: DownloadProgress) => void } = {},
  ): Promise<DownloadResult> {
    const result = await this.#requests.long(downloadRequest, params, {
      signal,
      progress: onProgress && { type: downloadProgress, listener: onProgress },
      repeatable: true, // it goes on where it stopped
    });
    if (!result) throw new EngineError('downloadFailed', 'The download was cancelled.');
    return result;
  }

  status(): Promise<EngineStatus> {
    return this.#requests.send(statusRequest, {});
  }

  /** Starts the engine if it is not running, without asking anything of it; also after it has failed. */
  async start(): Promise<void> {
    await this.#connection.start();
  }

  /** Ends the engine (for all windows: they come back by themselves) and starts a fresh one. A hung one is killed. */
  async restart(): Promise<void> {
    await this.#connection.restart();
  }

  /**
   * Applies changed settings, in the running engine where that can take them in, else with the engine of the other command
   * and the same models.
   */
  async reconfigure(command: EngineCommand): Promise<void> {
    await this.#connection.reconfigure(command);
  }

  /** Lets go of the engine; it leaves by itself when nobody else uses it. With `shutdown` it leaves at once if so. */
  async dispose(options: { shutdown?: boolean } = {}): Promise<void> {
    await this.#connection.dispose(options);
  }

  /** Opens again what was open before, and hears what it heard. */
  async #prepare(session: Session): Promise<void> {
    session.connection.onNotification(logNotification, (event) => {
      for (const listener of this.#logListeners) listener(event);
    });
    for (const { type, listener } of this.#listeners) session.connection.onNotification(type, listener);
    await this.#holdings.reopen(session);
  }
}

/** What a request that was aborted before it was sent resolves with. */
export const NOTHING: GenerateResult = {
  text: '',
  finish: 'cancelled',
  promptTokens: 0,
  cachedTokens: 0,
  computedTokens: 0,
  cutTokens: 0,
  generatedTokens: 0,
  queuedMs: 0,
  firstTokenMs: null,
  totalMs: 0,
};
