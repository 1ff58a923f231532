/**
 * A thread of the engine and its stores, as the engine's side has them: typed calls that are answered later. The thread
 * begins with the first call. Should it ever end by itself then all that it was asked fails, the log says so, and another
 * takes its place; after too many ends in a row there is none any more, and nobody else is harmed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ResourceLimits, Worker } from 'node:worker_threads';
import { CLOSE } from './dispatcher.ts';
import type { Call, Log, Message, Port } from './messages.ts';
import type { NamesIn, Params, Result, StoresOf } from './stores.ts';

/** How the other thread is reached. */
export interface Line extends Port {
  /** The other side is gone, and why. Called at most once. */
  onGone(tell: (why: string) => void): void;
  /** Whether the process stays for it. */
  hold(on: boolean): void;
  /** Ends the other side, in order or not. */
  end(): Promise<void>;
}

export interface ThreadOptions {
  log: Log;
  /** Another way to the stores than a thread of its own. */
  connect?: () => Line;
  /** Milliseconds on a clock that never goes back; the tests put their own. */
  now?: () => number;
}

/** The thread in words. */
export interface ThreadWords {
  /** `storage` */
  name: string;
  /** What is the case once it has ended too often: `Nothing is kept`. */
  without: string;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** After this the thread is ended, whatever it does: SQLite keeps what was committed. */
const CLOSE_MS = 700;
/** A thread that ends by itself is begun again so often within this time: what ends one more is no accident. */
const MOST_RESTARTS = 3;
const RESTARTS_MS = 600_000;

/** @typeParam S the stores by name, as the other side makes them. */
export class Thread<S extends StoresOf> {
  readonly #words: ThreadWords;
  readonly #log: Log;
  readonly #connect: () => Line;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (event: unknown) => void>();
  readonly #now: () => number;
  readonly #onEnded: (() => void)[] = [];
  /** When threads that ended were replaced. */
  #restarts: number[] = [];
  #line: Line | undefined;
  #calls = 0;
  /** Nothing is called any more. */
  #gone = false;
  #closing = false;

  constructor(
    words: ThreadWords,
    { log, connect, now = () => performance.now() }: ThreadOptions & Required<Pick<ThreadOptions, 'connect'>>,
  ) {
    this.#words = words;
    this.#log = log;
    this.#connect = connect;
    this.#now = now;
  }

  /** False once nothing is called any more. */
  get on(): boolean {
    return !this.#gone;
  }

  /** Has the thread begin, so that the first call does not wait for that. */
  start(): void {
    this.#open();
  }

  /**
   * @param transfer buffers in `params` that change hands: they are empty here afterwards.
   * @throws Error what the store threw, or that there is no thread any more.
   */
  call<N extends NamesIn<S>, M extends keyof S[N] & string>(
    store: N,
    method: M,
    params: Params<S[N], M>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<Result<S[N], M>> {
    return this.#call({ store, method, params }, transfer) as Promise<Result<S[N], M>>;
  }

  /** As {@link call}; nobody waits for it, and an error is a line in the log. */
  send<N extends NamesIn<S>, M extends keyof S[N] & string>(store: N, method: M, params: Params<S[N], M>): void {
    this.#open()?.post({ store, method, params } satisfies Call, []);
  }

  /** What a store tells by itself. One listener for each store. */
  listen(store: NamesIn<S>, take: (event: unknown) => void): void {
    this.#listeners.set(store, take);
  }

  /** A thread has ended, and not because of {@link close}. The next one, where {@link on}, knows nothing of what was opened. */
  onEnded(tell: () => void): void {
    this.#onEnded.push(tell);
  }

  /** Waits a bounded time for what was asked so far, and for the databases to be closed. */
  async close(): Promise<void> {
    const line = this.#line;
    this.#closing = true;
    if (line && !this.#gone) {
      await Promise.race([this.#call(CLOSE, []).catch(() => undefined), sleep(CLOSE_MS)]);
    }
    this.#gone = true;
    await line?.end();
    this.#fail(`the ${this.#words.name} was closed`);
  }

  #call(call: Omit<Call, 'id'>, transfer: readonly ArrayBuffer[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const line = this.#open();
      if (!line) {
        reject(new Error(`there is no ${this.#words.name}`));
        return;
      }
      const id = this.#calls++;
      this.#waiting.set(id, { resolve, reject });
      line.hold(true);
      line.post({ id, ...call } satisfies Call, transfer);
    });
  }

  #open(): Line | undefined {
    if (this.#gone) return undefined;
    if (!this.#line) {
      const line = this.#connect();
      this.#line = line;
      line.listen((message) => this.#take(message as Message));
      line.onGone((why) => {
        if (this.#line === line && !this.#gone && !this.#closing) this.#ended(why);
      });
      line.hold(false);
    }
    return this.#line;
  }

  #ended(why: string): void {
    this.#line = undefined;
    const now = this.#now();
    this.#restarts = this.#restarts.filter((at) => now - at < RESTARTS_MS);
    this.#gone = this.#restarts.length >= MOST_RESTARTS;
    if (!this.#gone) this.#restarts.push(now);
    const { name, without } = this.#words;
    const next = this.#gone ? `${without} until the engine is started again` : 'It begins again';
    this.#log('warn', `The ${name} ended (${why}). ${next}.`);
    this.#fail(`the ${name} ended (${why})`);
    for (const tell of this.#onEnded) tell();
  }

  #take(message: Message): void {
    if ('log' in message) this.#log(...message.log);
    else if ('store' in message) this.#listeners.get(message.store)?.(message.event);
    else {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (this.#waiting.size === 0) this.#line?.hold(false);
      if (message.error !== undefined) waiting?.reject(new Error(message.error));
      else waiting?.resolve(message.result);
    }
  }

  #fail(why: string): void {
    for (const [id, { reject }] of this.#waiting) {
      this.#waiting.delete(id);
      reject(new Error(why));
    }
    this.#line?.hold(false);
  }
}

/**
 * A thread of its own.
 * @param entry its file.
 * @param resourceLimits of its heap, where Node's own are too wide.
 */
export function connectWorker(entry: URL, name: string, resourceLimits: ResourceLimits = {}): Line {
  const worker = new Worker(entry, { name, resourceLimits });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen: (take) => void worker.on('message', take),
    onGone: (tell) => {
      // Both may come; who listens takes the first.
      worker.on('error', (error) => tell(error instanceof Error ? error.message : String(error)));
      worker.on('exit', (code) => tell(`exit code ${code}`));
    },
    hold: (on) => (on ? worker.ref() : worker.unref()),
    end: async () => void (await worker.terminate()),
  };
}
