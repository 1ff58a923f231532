/** The engine behind its connections: models, clients, totals, and when to leave. */
import { version as nodeVersion } from 'node:process';
import type {
  ClassTotals,
  DownloadParams,
  DownloadProgress,
  DownloadResult,
  EngineStatus,
  GenerateParams,
  GenerateResult,
  LogEvent,
  RequestClass,
} from '../protocol.ts';
import { generate } from './generate.ts';
import type { Models } from './models.ts';

export type Downloader = (
  params: DownloadParams,
  options: { signal: AbortSignal; onProgress: (progress: DownloadProgress) => void },
) => Promise<DownloadResult>;

/** What the engine tells about its native library; filled once a model was opened. */
export type NativeStatus = EngineStatus['native'];

export interface Client {
  readonly name: string;
  readonly pid: number;
  log(event: LogEvent): void;
}

export interface EngineOptions {
  version: string;
  models: Models;
  download: Downloader;
  native: () => NativeStatus;
  /** How long to stay without clients. */
  idleMs: number;
  /** Ends the process; called at most once. */
  exit: (why: string) => void;
  /** Where log lines go besides the clients. */
  logSink: (event: LogEvent) => void;
}

/** However short the idle time is, whoever started the engine gets this long to join it. */
const FIRST_CLIENT_MS = 10_000;

export class Engine {
  readonly version: string;
  readonly models: Models;
  readonly #options: EngineOptions;
  readonly #clients = new Set<Client>();
  readonly #started = performance.now();
  readonly #totals: Record<RequestClass, ClassTotals> = { keystroke: none(), chat: none(), background: none() };
  #idle: NodeJS.Timeout | undefined;
  #leaving = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.version = options.version;
    this.models = options.models;
    this.#leaveWhenIdle(Math.max(options.idleMs, FIRST_CLIENT_MS));
  }

  joined(client: Client): void {
    this.#clients.add(client);
    clearTimeout(this.#idle);
    this.log('info', `${client.name} (process ${client.pid}) joined.`);
  }

  left(client: Client): void {
    this.models.release(client);
    if (!this.#clients.delete(client)) return;
    this.log('info', `${client.name} (process ${client.pid}) left.`);
    if (this.#clients.size === 0) this.#leaveWhenIdle(this.#options.idleMs);
  }

  async generate(
    params: GenerateParams,
    signal: AbortSignal,
    onText: (delta: string) => void,
  ): Promise<GenerateResult> {
    const totals = this.#totals[params.class] ?? none();
    totals.requests++;
    try {
      const result = await generate(this.models, params, signal, onText);
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

  download(
    params: DownloadParams,
    signal: AbortSignal,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<DownloadResult> {
    return this.#options.download(params, { signal, onProgress });
  }

  status(): EngineStatus {
    return {
      version: this.version,
      pid: process.pid,
      node: nodeVersion,
      uptimeMs: Math.round(performance.now() - this.#started),
      residentBytes: process.memoryUsage.rss(),
      native: this.#options.native(),
      clients: [...this.#clients].map(({ name, pid }) => ({ name, pid })),
      models: this.models.list().map(({ handle, backend, loop }) => ({
        info: handle.info,
        usedCells: loop.usedCells,
        totalCells: backend.cells,
        running: loop.running,
        waiting: loop.waiting,
      })),
      totals: structuredClone(this.#totals),
    };
  }

  /** A client asks the engine to go: at once, or as soon as nobody else is left. */
  shutdownRequested(now: boolean): void {
    if (now || this.#clients.size <= 1) setImmediate(() => this.#leave('a client asked for it'));
  }

  /** Writes to the engine's log and to every client's. Never prompt or answer text. */
  log(level: LogEvent['level'], message: string): void {
    const event = { level, message };
    this.#options.logSink(event);
    for (const client of this.#clients) client.log(event);
  }

  #leaveWhenIdle(afterMs: number): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#leave('nobody has used it for a while'), afterMs);
  }

  #leave(why: string): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.log('info', `The engine ends: ${why}.`);
    this.models.dispose();
    this.#options.exit(why);
  }
}

const none = (): ClassTotals => ({
  requests: 0,
  finished: 0,
  cancelled: 0,
  failed: 0,
  promptTokens: 0,
  cachedTokens: 0,
  generatedTokens: 0,
});
