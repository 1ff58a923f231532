/**
 * The editor's side of the engine: typed calls over a session that mends itself. A killed engine is started again
 * with back-off, the models that were open are opened again, and requests of which nothing was delivered are repeated.
 */
import { CancellationTokenSource, type NotificationType, type RequestType } from 'vscode-jsonrpc';
import {
  type CompletionParams,
  type CompletionResult,
  closeModelRequest,
  closeWorkspaceNotification,
  completeRequest,
  type DownloadParams,
  type DownloadProgress,
  type DownloadResult,
  downloadProgress,
  downloadRequest,
  type EngineErrorData,
  type EngineStatus,
  forgetWorkspaceRequest,
  type GenerateParams,
  type GenerateResult,
  generateProgress,
  generateRequest,
  type LogEvent,
  logNotification,
  type ModelInfo,
  type ModelSpec,
  openModelRequest,
  openWorkspaceRequest,
  shutdownRequest,
  statusRequest,
  type WorkspaceSpec,
} from '../protocol/index.ts';
import { EngineError, isLost, toEngineError } from './errors.ts';
import { connectOrLaunch, type EngineCommand, type EngineSession } from './launcher.ts';

export { EngineError } from './errors.ts';
export type { EngineCommand } from './launcher.ts';

export type EngineState =
  | { kind: 'stopped' }
  | { kind: 'starting' }
  | { kind: 'ready'; pid: number }
  | { kind: 'restarting'; attempt: number; waitMs: number }
  | { kind: 'failed'; message: string };

export interface GenerateOptions {
  signal?: AbortSignal;
  /** Receives text while it is made. */
  onText?: (delta: string) => void;
}

interface Listening {
  type: NotificationType<unknown>;
  listener: (params: unknown) => void;
}

/** Waits before each restart in a row; after the last one the engine counts as failed. */
const BACK_OFF_MS = [0, 250, 1_000, 2_000, 5_000];
/** An engine that lived this long has earned a fresh row of restarts. */
const STABLE_MS = 30_000;

export class EngineClient {
  #command: EngineCommand;
  readonly #name: string;
  readonly #stateListeners = new Set<(state: EngineState) => void>();
  readonly #logListeners = new Set<(event: LogEvent) => void>();
  /** Models that this client holds, to be opened again after a restart. */
  readonly #models = new Map<string, ModelSpec>();
  /** Workspaces that this client holds, likewise; their ids stay the same. */
  readonly #workspaces = new Map<string, WorkspaceSpec>();
  readonly #listeners: Listening[] = [];
  #state: EngineState = { kind: 'stopped' };
  #session: Promise<EngineSession> | undefined;
  #closing = new AbortController();
  #failures = 0;
  #disposed = false;
  #progressTokens = 0;

  /** @param name how the engine names this client in its log and status. Nothing is started before the first call. */
  constructor(command: EngineCommand, name: string) {
    this.#command = command;
    this.#name = name;
  }

  get state(): EngineState {
    return this.#state;
  }

  onStateChange(listener: (state: EngineState) => void): { dispose(): void } {
    this.#stateListeners.add(listener);
    return { dispose: () => this.#stateListeners.delete(listener) };
  }

  /** Log lines of the engine; they never hold prompt or answer text. */
  onLog(listener: (event: LogEvent) => void): { dispose(): void } {
    this.#logListeners.add(listener);
    return { dispose: () => this.#logListeners.delete(listener) };
  }

  /**
   * Opens a model, or joins it where it is open already; it stays open for this client across engine restarts.
   * @throws EngineError `modelMissing`, `modelCorrupt`, `modelNotGenerative`, `outOfMemory`, `nativeUnavailable`, …
   */
  async openModel(spec: ModelSpec): Promise<ModelInfo> {
    const info = await this.#call(({ connection }) => connection.sendRequest(openModelRequest, spec));
    this.#models.set(info.id, spec);
    return info;
  }

  async closeModel(id: string): Promise<void> {
    this.#models.delete(id);
    await this.#call(({ connection }) => connection.sendRequest(closeModelRequest, { model: id }));
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

  async #stream<P extends object, R>(
    type: RequestType<P, R, EngineErrorData>,
    params: P,
    options: GenerateOptions,
    nothing: R,
  ): Promise<R> {
    const { signal, onText } = options;
    let delivered = false;
    const once = async ({ connection }: EngineSession) => {
      if (signal?.aborted) return nothing;
      const progressToken = onText ? `g${this.#progressTokens++}` : undefined;
      const progress =
        progressToken &&
        connection.onProgress(generateProgress, progressToken, ({ text }) => {
          delivered = true;
          onText?.(text);
        });
      const cancellation = new CancellationTokenSource();
      const cancel = () => cancellation.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        const message = progressToken ? { ...params, progressToken } : params;
        return (await connection.sendRequest(type.method, message, cancellation.token)) as R;
      } finally {
        signal?.removeEventListener('abort', cancel);
        if (progress) progress.dispose();
      }
    };
    return this.#call(once, () => !delivered);
  }

  /**
   * Holds a workspace, which stays open for this client across engine restarts.
   * @returns its id.
   */
  async openWorkspace(spec: WorkspaceSpec): Promise<string> {
    const { workspace } = await this.#call(({ connection }) => connection.sendRequest(openWorkspaceRequest, spec));
    this.#workspaces.set(workspace, spec);
    return workspace;
  }

  closeWorkspace(workspace: string): void {
    this.#workspaces.delete(workspace);
    this.tell(closeWorkspaceNotification, { workspace });
  }

  /** Removes everything that the engine keeps of a workspace, on disk too. */
  async forgetWorkspace(which: { folder: string } | { workspace: string }): Promise<void> {
    await this.#call(({ connection }) => connection.sendRequest(forgetWorkspaceRequest, which));
  }

  /**
   * Tells the engine something. Starts no engine, and is not repeated: every engine that begins to serve (see
   * {@link onStateChange}, `ready`) has to be told anew.
   */
  tell<P>(type: NotificationType<P>, params: P): void {
    if (this.#state.kind !== 'ready') return;
    this.#session?.then(({ connection }) => connection.sendNotification(type.method, params)).catch(() => undefined);
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
    return this.#call(async ({ connection }) => {
      const progressToken = `d${this.#progressTokens++}`;
      const progress = connection.onProgress(downloadProgress, progressToken, (event) => onProgress?.(event));
      const cancellation = new CancellationTokenSource();
      const cancel = () => cancellation.cancel();
      if (signal?.aborted) cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        return await connection.sendRequest(downloadRequest, { ...params, progressToken }, cancellation.token);
      } finally {
        signal?.removeEventListener('abort', cancel);
        progress.dispose();
      }
    });
  }

  async status(): Promise<EngineStatus> {
    return this.#call(({ connection }) => connection.sendRequest(statusRequest, {}));
  }

  /** Starts the engine if it is not running, without asking anything of it. */
  async start(): Promise<void> {
    await this.#call(async () => undefined);
  }

  /** Ends the engine (for all windows: they come back by themselves) and starts a fresh one. */
  async restart(): Promise<void> {
    const old = await this.#session?.catch(() => undefined);
    this.#failures = 0;
    if (this.#state.kind === 'failed') this.#setState({ kind: 'stopped' });
    if (old) {
      // #lost sees the closed socket and starts the fresh one.
      await old.connection.sendRequest(shutdownRequest, { now: true }).catch(() => undefined);
      await old.closed;
    }
    await this.start();
  }

  /** Moves to the engine of another command (settings changed), with the same models. */
  async reconfigure(command: EngineCommand): Promise<void> {
    this.#command = command;
    this.#failures = 0;
    if (this.#state.kind === 'failed') this.#setState({ kind: 'stopped' });
    const old = await this.#session?.catch(() => undefined);
    old?.connection.end(); // #lost connects to the other one
  }

  /** Lets go of the engine; it leaves by itself when nobody else uses it. With `shutdown` it leaves at once if so. */
  async dispose(options: { shutdown?: boolean } = {}): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#closing.abort(new Error('The client was disposed.'));
    const session = await this.#session?.catch(() => undefined);
    if (session && options.shutdown) {
      await session.connection.sendRequest(shutdownRequest, { now: false }).catch(() => undefined);
    }
    session?.connection.end();
    session?.connection.dispose();
    this.#setState({ kind: 'stopped' });
  }

  /** Runs a call; when the engine is lost under it and `repeatable()`, once more with the next engine. */
  async #call<T>(work: (session: EngineSession) => Promise<T>, repeatable = () => true): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const session = await this.#ready();
      try {
        return await work(session);
      } catch (error) {
        if (!isLost(error)) throw toEngineError(error);
        if (attempt > 0 || this.#disposed || !repeatable()) {
          throw new EngineError('engineStopped', 'The engine ended while it worked on this request.');
        }
      }
    }
  }

  #ready(): Promise<EngineSession> {
    if (this.#disposed) throw new EngineError('engineStopped', 'Quire is shutting down.');
    if (this.#state.kind === 'failed') throw new EngineError('engineStopped', this.#state.message);
    this.#session ??= this.#connect();
    return this.#session;
  }

  async #connect(): Promise<EngineSession> {
    for (;;) {
      if (this.#failures === 0) this.#setState({ kind: 'starting' });
      else await this.#backOff();
      try {
        const session = await connectOrLaunch(this.#command, this.#name, this.#closing.signal);
        await this.#settle(session);
        return session;
      } catch (error) {
        if (this.#disposed) throw new EngineError('engineStopped', 'Quire is shutting down.');
        this.#failures++;
        if (this.#failures >= BACK_OFF_MS.length) throw this.#fail(error);
      }
    }
  }

  async #backOff(): Promise<void> {
    const waitMs = BACK_OFF_MS[Math.min(this.#failures - 1, BACK_OFF_MS.length - 1)]!;
    this.#setState({ kind: 'restarting', attempt: this.#failures, waitMs });
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }

  /** Watches a fresh session, and opens again what was open before. */
  async #settle(session: EngineSession): Promise<void> {
    const { connection } = session;
    const since = performance.now();
    connection.onNotification(logNotification, (event) => {
      for (const listener of this.#logListeners) listener(event);
    });
    for (const { type, listener } of this.#listeners) connection.onNotification(type, listener);
    session.closed.then(() => {
      connection.dispose(); // rejects what is under way
      this.#lost(performance.now() - since);
    });
    for (const spec of this.#models.values()) {
      await connection.sendRequest(openModelRequest, spec).catch((error) => {
        // A model that cannot be opened any more must not keep the engine from serving the others.
        if (isLost(error)) throw error;
      });
    }
    for (const spec of this.#workspaces.values()) await connection.sendRequest(openWorkspaceRequest, spec);
    this.#setState({ kind: 'ready', pid: session.engine.pid });
  }

  #lost(lifeMs: number): void {
    if (this.#disposed || this.#state.kind !== 'ready') return; // while connecting, #connect itself goes on
    this.#failures = lifeMs > STABLE_MS ? 1 : this.#failures + 1;
    this.#session = this.#failures >= BACK_OFF_MS.length ? Promise.reject(this.#fail()) : this.#connect();
    this.#session.catch(() => undefined);
  }

  #fail(cause?: unknown): EngineError {
    const why = cause instanceof Error ? ` ${cause.message}` : '';
    const message = `The engine stopped ${this.#failures} times in a row and is not started again by itself.${why}`;
    this.#session = undefined;
    this.#setState({ kind: 'failed', message });
    return new EngineError('engineStopped', message);
  }

  #setState(state: EngineState): void {
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
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
