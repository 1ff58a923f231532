/** The engine behind its connections: models, clients, totals, and when to leave. */
import { version as nodeVersion } from 'node:process';
import type {
  ClassTotals,
  Decision,
  DownloadParams,
  DownloadProgress,
  DownloadResult,
  EngineStatus,
  GenerateParams,
  GenerateResult,
  LogEvent,
  RequestClass,
} from '../protocol/index.ts';
import { generate } from './core/generate.ts';
import type { Models } from './core/models.ts';

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
  /** Takes decisions of the scheduler of one model, if it asked for them. */
  decided(model: string, decisions: Decision[]): void;
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

/** Decisions are sent to who watches them at this interval. */
const WATCH_MS = 100;
/** However short the idle time is, whoever started the engine gets this long to join it. */
const FIRST_CLIENT_MS = 10_000;

export class Engine {
  readonly version: string;
  readonly models: Models;
  readonly #options: EngineOptions;
  readonly #clients = new Set<Client>();
  readonly #started = performance.now();
  readonly #totals: Record<RequestClass, ClassTotals> = { keystroke: none(), chat: none(), background: none() };
  readonly #watchers = new Set<Client>();
  /** How many decisions of each model were sent. */
  readonly #sent = new Map<string, number>();
  #watching: NodeJS.Timeout | undefined;
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
    this.watch(client, false);
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
      models: this.models.list().map(({ handle, loop, projects, indexer }) => ({
        info: handle.info,
        running: loop.running,
        waiting: loop.waiting,
        kv: loop.cache.status(),
        scheduler: loop.status(),
        ngram: projects.status(indexer.status()),
      })),
      totals: structuredClone(this.#totals),
    };
  }

  /** Sends a client all decisions from now on, or no more of them. */
  watch(client: Client, on: boolean): void {
    if (on) this.#watchers.add(client);
    else this.#watchers.delete(client);
    if (this.#watchers.size === 0) {
      clearInterval(this.#watching);
      this.#watching = undefined;
    } else if (!this.#watching) {
      this.#sent.clear();
      for (const { handle, loop } of this.models.list()) this.#sent.set(handle.info.id, loop.decisions.count);
      this.#watching = setInterval(() => this.#tell(), WATCH_MS);
    }
  }

  #tell(): void {
    for (const { handle, loop } of this.models.list()) {
      const { id } = handle.info;
      const decisions = loop.decisions.since(this.#sent.get(id) ?? 0);
      this.#sent.set(id, loop.decisions.count);
      if (decisions.length > 0) for (const watcher of this.#watchers) watcher.decided(id, decisions);
    }
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
