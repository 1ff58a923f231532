/**
 * The editor's side of the engine: typed calls over a connection that mends itself. After a loss the models that were open
 * are opened again, and requests of which nothing was delivered are repeated.
 */
import {
  CancellationTokenSource,
  type MessageConnection,
  type NotificationType,
  type RequestType,
} from 'vscode-jsonrpc';
import {
  type ChatParams,
  type ChatResult,
  type CompletionParams,
  type CompletionResult,
  type CountTokensParams,
  type CountTokensResult,
  chatRequest,
  closeChatRequest,
  closeModelRequest,
  closeWorkspaceNotification,
  completeRequest,
  countTokensRequest,
  type DownloadParams,
  type DownloadProgress,
  type DownloadResult,
  describeModelRequest,
  downloadProgress,
  downloadRequest,
  type EmbedParams,
  type EmbedResult,
  type EngineErrorData,
  type EngineStatus,
  embedRequest,
  forgetWorkspaceRequest,
  type GenerateParams,
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
  openChatRequest,
  openModelRequest,
  openWorkspaceRequest,
  statusRequest,
  type WorkspaceSpec,
} from '../protocol/index.ts';
import type { EngineCommand } from './command.ts';
import { EngineConnection, type EngineState } from './connection.ts';
import { EngineError, LostError, toEngineError } from './errors.ts';
import type { Session } from './session.ts';

export type { EngineCommand } from './command.ts';
export type { EngineState } from './connection.ts';
export { EngineError } from './errors.ts';

export interface GenerateOptions {
  signal?: AbortSignal;
  /** Receives text while it is made. */
  onText?: (delta: string) => void;
}

/** A held model in an engine that has taken the place of a lost one: opened again, or why it was not. */
export type ModelEvent = { spec: ModelSpec } & ({ info: ModelInfo } | { error: EngineError });

interface Listening {
  type: NotificationType<unknown>;
  listener: (params: unknown) => void;
}

/** A request under which the engine ended this often is taken for the cause, and not tried again. */
const MOST_LOSSES = 10;

export class EngineClient {
  readonly #connection: EngineConnection;
  readonly #logListeners = new Set<(event: LogEvent) => void>();
  readonly #modelListeners = new Set<(event: ModelEvent) => void>();
  /** Models that this client holds, by their specs, to be opened again after a restart; with their ids of now. */
  readonly #models = new Map<string, { spec: ModelSpec; id: string }>();
  /** Workspaces that this client holds, likewise; their ids stay the same. */
  readonly #workspaces = new Map<string, WorkspaceSpec>();
  readonly #listeners: Listening[] = [];
  #progressTokens = 0;

  /** @param name how the engine names this client in its log and status. Nothing is started before the first call. */
  constructor(command: EngineCommand, name: string) {
    this.#connection = new EngineConnection(command, name, (session) => this.#prepare(session));
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
    this.#modelListeners.add(listener);
    return { dispose: () => this.#modelListeners.delete(listener) };
  }

  /**
   * Opens a model, or joins it where it is open already; it stays open for this client across engine restarts.
   * @throws EngineError `modelMissing`, `modelCorrupt`, `modelNotGenerative`, `modelUnfit`, `outOfMemory`, `nativeUnavailable`, …
   */
  async openModel(spec: ModelSpec): Promise<ModelInfo> {
    const info = await this.#call((connection) => connection.sendRequest(openModelRequest, spec));
    this.#models.set(keyOf(spec), { spec, id: info.id });
    return info;
  }

  /**
   * What a model file is good for, without opening it.
   * @throws EngineError `modelMissing`, `modelCorrupt`, `nativeUnavailable`.
   */
  async describeModel(path: string): Promise<ModelDescription> {
    return this.#call((connection) => connection.sendRequest(describeModelRequest, { path }));
  }

  /** Lets go of a model. An engine that is not there holds none: it is not started for this. */
  async closeModel(id: string): Promise<void> {
    for (const [key, held] of this.#models) if (held.id === id) this.#models.delete(key);
    const session = this.#connection.current;
    await session?.run((connection) => connection.sendRequest(closeModelRequest, { model: id })).catch(unlessLost);
  }

  /**
   * Generates text. An aborted signal resolves with `finish: 'cancelled'` and the text so far.
   * @throws EngineError
   */
  async generate(params: GenerateParams, options: GenerateOptions = {}): Promise<GenerateResult> {
    return this.#stream(generateRequest, params, options, NOTHING);
  }

  /**
   * Completes at a cursor; otherwise as {@link generate}.
   * @throws EngineError; `documentStale` where the engine has not the text that the prompt refers to.
   */
  async complete(params: CompletionParams, options: GenerateOptions = {}): Promise<CompletionResult> {
    return this.#stream(completeRequest, params, options, { ...NOTHING, confidence: null });
  }

  /** Opens a conversation. It ends with the engine: the caller opens another after `conversationUnknown`. */
  async openChat(params: OpenChatParams): Promise<OpenChatResult> {
    return this.#call((connection) => connection.sendRequest(openChatRequest, params));
  }

  /** Ends a conversation. An engine that is not there has none: it is not started for this. */
  async closeChat(conversation: string): Promise<void> {
    const session = this.#connection.current;
    await session?.run((connection) => connection.sendRequest(closeChatRequest, { conversation })).catch(unlessLost);
  }

  /**
   * Answers in a conversation; otherwise as {@link generate}.
   * @throws EngineError; `conversationUnknown` where it was closed, or the engine is another one.
   */
  async chat(params: ChatParams, options: GenerateOptions = {}): Promise<ChatResult> {
    return this.#stream(chatRequest, params, options, { ...NOTHING, leftOutTurns: 0, leftOutTokens: 0 });
  }

  /**
   * Makes vectors of texts; `vectorsOf` reads them. An aborted signal resolves with those that were ready.
   * @throws EngineError; `modelUnfit` where the model was not opened for embedding.
   */
  async embed(params: EmbedParams, { signal }: { signal?: AbortSignal } = {}): Promise<EmbedResult> {
    try {
      return await this.#call(
        (connection) => cancellable(signal, (token) => connection.sendRequest(embedRequest, params, token)),
        { signal },
      );
    } catch (error) {
      if (!signal?.aborted || !isStopped(error)) throw error;
      return { vectors: '', dimensions: 0, cut: [], tokens: 0, cancelled: true };
    }
  }

  /** Exact counts, with a model that is open for whatever role. */
  async countTokens(params: CountTokensParams): Promise<CountTokensResult> {
    return this.#call((connection) => connection.sendRequest(countTokensRequest, params));
  }

  async #stream<P extends object, R>(
    type: RequestType<P, R, EngineErrorData>,
    params: P,
    { signal, onText }: GenerateOptions,
    nothing: R,
  ): Promise<R> {
    let delivered = false;
    const once = async (connection: MessageConnection) => {
      const progressToken = onText ? `g${this.#progressTokens++}` : undefined;
      const progress =
        progressToken &&
        connection.onProgress(generateProgress, progressToken, ({ text }) => {
          delivered = true;
          onText?.(text);
        });
      try {
        const message = progressToken ? { ...params, progressToken } : params;
        return await cancellable(signal, (token) => connection.sendRequest<R>(type.method, message, token));
      } finally {
        if (progress) progress.dispose();
      }
    };
    try {
      return await this.#call(once, { signal, repeatable: () => !delivered });
    } catch (error) {
      if (signal?.aborted && !delivered && isStopped(error)) return nothing;
      throw error;
    }
  }

  /**
   * Holds a workspace, which stays open for this client across engine restarts.
   * @returns its id.
   */
  async openWorkspace(spec: WorkspaceSpec): Promise<string> {
    const { workspace } = await this.#call((connection) => connection.sendRequest(openWorkspaceRequest, spec));
    this.#workspaces.set(workspace, spec);
    return workspace;
  }

  closeWorkspace(workspace: string): void {
    this.#workspaces.delete(workspace);
    this.tell(closeWorkspaceNotification, { workspace });
  }

  /** Removes everything that the engine keeps of a workspace, on disk too. */
  async forgetWorkspace(which: { folder: string } | { workspace: string }): Promise<void> {
    await this.#call((connection) => connection.sendRequest(forgetWorkspaceRequest, which));
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
    options: { signal?: AbortSignal; onProgress?: (progress: DownloadProgress) => void } = {},
  ): Promise<DownloadResult> {
    const { signal, onProgress } = options;
    const once = async (connection: MessageConnection) => {
      const progressToken = `d${this.#progressTokens++}`;
      const progress = connection.onProgress(downloadProgress, progressToken, (event) => onProgress?.(event));
      try {
        const message = { ...params, progressToken };
        return await cancellable(signal, (token) => connection.sendRequest(downloadRequest, message, token));
      } finally {
        progress.dispose();
      }
    };
    try {
      return await this.#call(once, { signal });
    } catch (error) {
      if (signal?.aborted && isStopped(error)) throw new EngineError('downloadFailed', 'The download was cancelled.');
      throw error;
    }
  }

  async status(): Promise<EngineStatus> {
    return this.#call((connection) => connection.sendRequest(statusRequest, {}));
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

  /** Runs a call; when the engine is lost under it and `repeatable()`, again with the next one, while one comes at all. */
  async #call<T>(
    work: (connection: MessageConnection) => Promise<T>,
    { signal, repeatable = () => true }: { signal?: AbortSignal | undefined; repeatable?: () => boolean } = {},
  ): Promise<T> {
    for (let losses = 1; ; losses++) {
      const session = await this.#connection.session(signal);
      try {
        const result = await session.run(work);
        this.#connection.worked(session);
        return result;
      } catch (error) {
        if (!(error instanceof LostError)) throw toEngineError(error);
        if (!this.#connection.disposed && repeatable() && losses < MOST_LOSSES) continue;
        const often = losses > 1 ? `, ${losses} times` : '';
        const message = `The engine ended while it worked on this request${often}.`;
        throw new EngineError('engineStopped', message, this.#connection.lastWords(session.engine.pid) || undefined);
      }
    }
  }

  /** Opens again what was open before, and tells what was told. */
  async #prepare(session: Session): Promise<void> {
    session.connection.onNotification(logNotification, (event) => {
      for (const listener of this.#logListeners) listener(event);
    });
    for (const { type, listener } of this.#listeners) session.connection.onNotification(type, listener);
    for (const [key, { spec }] of [...this.#models]) await this.#reopen(session, key, spec);
    for (const spec of [...this.#workspaces.values()]) {
      await session.run((connection) => connection.sendRequest(openWorkspaceRequest, spec));
    }
  }

  /** A model that cannot be opened any more must not keep the engine from serving the others. */
  async #reopen(session: Session, key: string, spec: ModelSpec): Promise<void> {
    let event: ModelEvent;
    try {
      const info = await session.run((connection) => connection.sendRequest(openModelRequest, spec));
      const held = this.#models.get(key);
      if (!held) {
        // It was let go of meanwhile.
        await session.run((connection) => connection.sendRequest(closeModelRequest, { model: info.id }));
        return;
      }
      held.id = info.id;
      event = { spec, info };
    } catch (error) {
      if (error instanceof LostError) throw error;
      event = { spec, error: toEngineError(error) };
    }
    for (const listener of this.#modelListeners) listener(event);
  }
}

const keyOf = ({ path, contextTokens, role }: ModelSpec): string =>
  JSON.stringify([path, contextTokens, role === 'embedding']);

/** Sends a request that ends when the signal says so. */
async function cancellable<T>(
  signal: AbortSignal | undefined,
  send: (token: CancellationTokenSource['token']) => Promise<T>,
): Promise<T> {
  const cancellation = new CancellationTokenSource();
  const cancel = () => cancellation.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await send(cancellation.token);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}

/** Not a refusal by the engine: it was not there, or the caller did not want to wait for it. */
function isStopped(error: unknown): boolean {
  return !(error instanceof EngineError) || error.kind === 'engineStopped';
}

function unlessLost(error: unknown): void {
  if (!(error instanceof LostError)) throw toEngineError(error);
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
