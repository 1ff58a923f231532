/** The engine behind its connections: clients, models, services, and when to leave. */
import { version as nodeVersion } from 'node:process';
import {
  closeModelRequest,
  configureRequest,
  describeModelRequest,
  type EngineSettings,
  type EngineStatus,
  type LogEvent,
  type ModelDescription,
  type ModelStatus,
  openModelRequest,
  pingRequest,
  shutdownRequest,
  statusRequest,
} from '../protocol/index.ts';
import type { Models } from './core/models.ts';
import type { ServedClient, Service } from './service.ts';

/** What the engine tells about its native library; filled once a model was opened. */
export type NativeStatus = EngineStatus['native'];

export interface Client extends ServedClient {
  log(event: LogEvent): void;
}

export interface EngineOptions {
  version: string;
  models: Models;
  services: readonly Service[];
  native: () => NativeStatus;
  /** What a model file is good for. */
  describe: (path: string) => Promise<ModelDescription>;
  /** How long to stay without clients. */
  idleMs: number;
  /** Tells clients to be patient up to then (milliseconds since 1970), or no more. */
  silentUntil: (until: number | undefined) => void;
  /** Ends the process; called at most once. */
  exit: (why: string) => void;
  /** Where log lines go besides the clients. */
  logSink: (event: LogEvent) => void;
}

/** However short the idle time is, whoever started the engine gets this long to join it. */
const FIRST_CLIENT_MS = 10_000;

export class Engine implements Service {
  readonly version: string;
  readonly services: readonly Service[];
  readonly #models: Models;
  readonly #options: EngineOptions;
  readonly #clients = new Set<Client>();
  readonly #started = performance.now();
  #idle: NodeJS.Timeout | undefined;
  #idleMs: number;
  #opening = 0;
  #silentUntil = 0;
  #leaving = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.version = options.version;
    this.#models = options.models;
    this.services = [this, ...options.services];
    this.#idleMs = options.idleMs;
    this.#leaveWhenIdle(Math.max(options.idleMs, FIRST_CLIENT_MS));
  }

  serve(client: ServedClient): void {
    client.onRequest(pingRequest, async () => null);
    client.onRequest(configureRequest, async (settings) => {
      await this.configure(settings);
      return null;
    });
    client.onRequest(describeModelRequest, ({ path }) => this.#options.describe(path));
    client.onRequest(openModelRequest, (spec) => this.#models.open(spec, client));
    client.onRequest(closeModelRequest, async ({ model }) => {
      this.#models.release(client, model);
      return null;
    });
    client.onRequest(statusRequest, async () => this.status());
    client.onRequest(shutdownRequest, async ({ now }) => {
      this.shutdownRequested(now);
      return null;
    });
  }

  joined(client: Client): void {
    this.#clients.add(client);
    clearTimeout(this.#idle);
    this.log('info', `${client.name} (process ${client.pid}) joined.`);
  }

  left(client: Client): void {
    this.#models.release(client);
    if (!this.#clients.delete(client)) return;
    this.log('info', `${client.name} (process ${client.pid}) left.`);
    if (this.#clients.size === 0) this.#leaveWhenIdle(this.#idleMs);
  }

  /** Applies what can change in a running engine. */
  async configure(settings: EngineSettings): Promise<void> {
    this.#idleMs = settings.idleMs;
    for (const service of this.#options.services) service.configure?.(settings);
    await this.#models.configure(settings.cache);
  }

  /**
   * Runs work that may keep the loop from answering, such as opening a model; clients wait so long for a sign of life, ms.
   */
  async silently<T>(patienceMs: number, work: () => Promise<T>): Promise<T> {
    this.#silentUntil = Math.max(this.#opening === 0 ? 0 : this.#silentUntil, Date.now() + patienceMs);
    this.#opening++;
    this.#options.silentUntil(this.#silentUntil);
    try {
      return await work();
    } finally {
      // What follows the work directly belongs to it: the context is made and measured.
      setImmediate(() => {
        if (--this.#opening === 0) this.#options.silentUntil(undefined);
      });
    }
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
      models: this.#models.list().map(({ handle, loop }) => {
        const own: ModelStatus = {
          info: handle.info,
          memory: handle.memoryUse(),
          plan: handle.plan ?? null,
          running: loop.running,
          waiting: loop.waiting,
          kv: loop.cache.status(),
          scheduler: loop.status(),
          ngram: null,
          speculation: loop.speculation?.status() ?? null,
        };
        return Object.assign(own, ...this.services.map((service) => service.statusOf?.(handle.info.id)));
      }),
      embedders: this.#models.embedders().map(({ handle }) => ({
        ...handle.info,
        memory: handle.memoryUse(),
        plan: handle.plan ?? null,
      })),
      totals: this.#models.totals.get(),
    };
  }

  /** A client asks the engine to go: at once, or only if nobody else uses it. */
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
    this.#models.dispose();
    this.#options.exit(why);
  }
}
