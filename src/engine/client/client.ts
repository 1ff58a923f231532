/**
 * The editor's side of the engine: typed calls over a connection that mends itself. After a loss the models that were open
 * are opened again, and requests of which nothing was delivered are repeated.
 */
import { CancellationTokenSource, type MessageConnection } from 'vscode-jsonrpc';
import {
  closeModelRequest,
  type DocumentEdits,
  type DocumentText,
  type DownloadParams,
  type DownloadProgress,
  type DownloadResult,
  documentEditsNotification,
  documentTextNotification,
  downloadProgress,
  downloadRequest,
  type EngineStatus,
  type GenerateParams,
  type GenerateResult,
  generateProgress,
  generateRequest,
  type LogEvent,
  logNotification,
  type ModelInfo,
  type ModelSpec,
  openDocumentsNotification,
  openModelRequest,
  statusRequest,
  type WorkspaceFolder,
  workspaceFolderNotification,
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

/** A request under which the engine ended this often is taken for the cause, and not tried again. */
const MOST_LOSSES = 10;

export class EngineClient {
  readonly #connection: EngineConnection;
  readonly #logListeners = new Set<(event: LogEvent) => void>();
  readonly #modelListeners = new Set<(event: ModelEvent) => void>();
  /** Models that this client holds, by their specs, to be opened again after a restart; with their ids of now. */
  readonly #models = new Map<string, { spec: ModelSpec; id: string }>();
  /** Keys of open documents by workspace, to be told again after a restart. */
  readonly #documents = new Map<string, readonly string[]>();
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
   * @throws EngineError `modelMissing`, `modelCorrupt`, `modelNotGenerative`, `outOfMemory`, `nativeUnavailable`, …
   */
  async openModel(spec: ModelSpec): Promise<ModelInfo> {
    const info = await this.#call((connection) => connection.sendRequest(openModelRequest, spec));
    this.#models.set(keyOf(spec), { spec, id: info.id });
    return info;
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
    const { signal, onText } = options;
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
        return await cancellable(signal, (token) => connection.sendRequest(generateRequest, message, token));
      } finally {
        if (progress) progress.dispose();
      }
    };
    try {
      return await this.#call(once, { signal, repeatable: () => !delivered });
    } catch (error) {
      if (signal?.aborted && !delivered && isStopped(error)) return NOTHING;
      throw error;
    }
  }

  /**
   * Tells which documents of a workspace are open, by their `supersedes` keys: their pages are held longer. Starts no
   * engine: one that is not running hears of them when it is.
   */
  openDocuments(workspace: string, keys: readonly string[]): void {
    this.#documents.set(workspace, [...keys]);
    const { current } = this.#connection;
    if (current) tellDocuments(current, workspace, keys);
  }

  /**
   * Tells the text of an open document, what changed in it, or the folder of a workspace. Starts no engine, and is not
   * repeated: every engine that begins to serve (see {@link onStateChange}, `ready`) has to be told anew.
   */
  tellText(document: DocumentText): void {
    this.#connection.current?.tell((connection) => connection.sendNotification(documentTextNotification, document));
  }
  tellEdits(edits: DocumentEdits): void {
    this.#connection.current?.tell((connection) => connection.sendNotification(documentEditsNotification, edits));
  }
  tellFolder(folder: WorkspaceFolder): void {
    this.#connection.current?.tell((connection) => connection.sendNotification(workspaceFolderNotification, folder));
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
    return this.#call((connection) => connection.sendRequest(statusRequest));
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
    for (const [key, { spec }] of [...this.#models]) await this.#reopen(session, key, spec);
    for (const [workspace, keys] of this.#documents) tellDocuments(session, workspace, keys);
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

const keyOf = ({ path, contextTokens }: ModelSpec): string => JSON.stringify([path, contextTokens]);

/** An engine that is lost while it is told hears it again from the next session. */
function tellDocuments(session: Session, workspace: string, keys: readonly string[]): void {
  session.tell((connection) => connection.sendNotification(openDocumentsNotification, { workspace, keys: [...keys] }));
}

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
  confidence: null,
  queuedMs: 0,
  firstTokenMs: null,
  totalMs: 0,
};
