/**
 * The life of a client's connection to its engine.
 *
 *     disconnected -- asked for --> connecting -- joined, models open again --> ready
 *                                   |  ^   ^                                     |
 *          too many losses in a row |  |   '----- lost: back-off by the row -----'
 *                                   v  |
 *                                 failed  (restart, reconfigure and start begin a fresh row)
 *
 * Who needs a session waits for one, and hears in every case: of the session, of `failed`, or of the end. Nothing here
 * keeps a promise of a session.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { endpointFor } from '../endpoint.ts';
import { lastLinesOf } from '../logFiles.ts';
import { configureRequest, pingRequest, shutdownRequest } from '../protocol/index.ts';
import { type EngineCommand, isSameEngine, settingsOf } from './command.ts';
import { EngineError, LostError, toEngineError } from './errors.ts';
import { endHung } from './hung.ts';
import { ABANDON, joinOrLaunch } from './launcher.ts';
import type { Session } from './session.ts';

export type EngineState =
  | { kind: 'stopped' }
  | { kind: 'starting' }
  | { kind: 'ready'; pid: number }
  | { kind: 'restarting'; attempt: number; waitMs: number }
  /** `detail`: the last words of the engine that was lost, for the log. */
  | { kind: 'failed'; message: string; detail?: string };

type Phase =
  | { kind: 'disconnected' }
  | { kind: 'connecting'; abort: AbortController; done: Promise<void>; wait?: { attempt: number; waitMs: number } }
  | { kind: 'ready'; session: Session; since: number }
  | { kind: 'failed'; error: EngineError };

interface Waiter {
  resolve(session: Session): void;
  reject(error: unknown): void;
}

/** Waits before each restart in a row; after the last one the engine counts as failed. */
const BACK_OFF_MS = [0, 250, 1_000, 2_000, 5_000];
/** An engine that lived this long, or answered a request, has earned a fresh row of restarts. */
const STABLE_MS = 30_000;
/** An engine that was asked to go and has not after this long is killed. */
const SHUTDOWN_MS = 3_000;
/** For what was sent last to arrive, when the client leaves. */
const FAREWELL_MS = 1_000;

export class EngineConnection {
  #command: EngineCommand;
  readonly #name: string;
  readonly #prepare: (session: Session) => Promise<void>;
  readonly #stateListeners = new Set<(state: EngineState) => void>();
  readonly #waiters = new Set<Waiter>();
  #phase: Phase = { kind: 'disconnected' };
  /** Losses and failed starts in a row. */
  #failures = 0;
  /** The settings were changed: each engine is told them, because somebody else may have started it with others. */
  #configured = false;
  #disposed = false;

  /**
   * @param name how the engine names this client in its log and status.
   * @param prepare what has to be done on each fresh session before it serves; throws when the session is of no use.
   */
  constructor(command: EngineCommand, name: string, prepare: (session: Session) => Promise<void>) {
    this.#command = command;
    this.#name = name;
    this.#prepare = prepare;
  }

  get state(): EngineState {
    const phase = this.#phase;
    if (phase.kind === 'disconnected') return { kind: 'stopped' };
    if (phase.kind === 'connecting') return phase.wait ? { kind: 'restarting', ...phase.wait } : { kind: 'starting' };
    if (phase.kind === 'ready') return { kind: 'ready', pid: phase.session.engine.pid };
    const { message, detail } = phase.error;
    return { kind: 'failed', message, ...(detail ? { detail } : {}) };
  }

  onStateChange(listener: (state: EngineState) => void): { dispose(): void } {
    this.#stateListeners.add(listener);
    return { dispose: () => this.#stateListeners.delete(listener) };
  }

  /** The session that serves now; starts nothing. */
  get current(): Session | undefined {
    return this.#phase.kind === 'ready' && !this.#phase.session.lost ? this.#phase.session : undefined;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * A session that serves, as soon as there is one; starts the engine where none runs.
   * @throws EngineError `engineStopped` once the connection has failed or is disposed; the signal's reason.
   */
  session(signal?: AbortSignal): Promise<Session> {
    return new Promise((resolve, reject) => {
      if (this.#disposed) throw disposedError();
      signal?.throwIfAborted();
      if (this.#phase.kind === 'ready' && this.#phase.session.lost) this.#lost(this.#phase.session);
      const phase = this.#phase;
      if (phase.kind === 'failed') throw copyOf(phase.error);
      if (phase.kind === 'ready') return resolve(phase.session);
      const stop = () => waiter.reject(signal?.reason);
      const settled = () => {
        signal?.removeEventListener('abort', stop);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve(session) {
          settled();
          resolve(session);
        },
        reject(error) {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiters.add(waiter);
      if (phase.kind === 'disconnected') this.#connect();
    });
  }

  /** The session has answered a request: its engine is of use. */
  worked(session: Session): void {
    if (session === this.current) this.#failures = 0;
  }

  /** What an engine wrote last to its stderr and its log; empty where nothing is known. */
  lastWords(pid: number): string {
    try {
      const { stderr, log } = endpointFor(this.#command);
      return [lastLinesOf(stderr, pid), lastLinesOf(log, pid)].filter(Boolean).join('\n');
    } catch {
      return '';
    }
  }

  /** Starts the engine if it is not running, also after it has failed. */
  async start(): Promise<void> {
    if (this.#phase.kind === 'failed') this.#begin();
    await this.session();
  }

  /** Ends the engine, by force where it does not go, and starts a fresh one. */
  async restart(): Promise<void> {
    const session = this.current;
    this.#begin(session ? { before: () => this.#end(session) } : { patient: false });
    await this.session();
  }

  /**
   * Applies changed settings: to the running engine where it can take them in, else by moving to the engine of the other
   * command. Starts none that nobody has asked for.
   * @throws EngineError when the engine refuses them.
   */
  async reconfigure(command: EngineCommand): Promise<void> {
    const same = isSameEngine(this.#command, command);
    this.#command = command;
    this.#configured = true;
    const { kind } = this.#phase;
    if (kind === 'disconnected' || this.#disposed || (same && kind === 'connecting')) return;
    const session = this.current;
    if (!same || !session) this.#begin({ before: async () => session?.drop() });
    else await this.#configure(session).catch(throwUnlessLost);
  }

  /** Lets go of the engine; with `shutdown` it leaves at once if nobody else uses it. Settles in any case. */
  async dispose({ shutdown = false } = {}): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const phase = this.#phase;
    for (const { reject } of this.#waiters) reject(disposedError());
    if (phase.kind === 'connecting') {
      phase.abort.abort(shutdown ? ABANDON : disposedError());
      await phase.done;
    }
    if (phase.kind === 'ready') {
      // By the answer all that was told before has arrived.
      const farewell = phase.session.runUnwatched<null>((connection) =>
        shutdown ? connection.sendRequest(shutdownRequest, { now: false }) : connection.sendRequest(pingRequest, {}),
      );
      await within(shutdown ? SHUTDOWN_MS : FAREWELL_MS, farewell);
      phase.session.drop();
    }
    this.#enter({ kind: 'disconnected' });
  }

  /** Connects anew, with a fresh row of attempts, whatever was before. */
  #begin(options: { before?: () => Promise<void>; patient?: boolean } = {}): void {
    if (this.#disposed) return;
    this.#failures = 0;
    this.#connect(options);
  }

  #connect(options: { before?: () => Promise<void>; patient?: boolean } = {}): void {
    if (this.#phase.kind === 'connecting') this.#phase.abort.abort(new LostError());
    const abort = new AbortController();
    const started = Promise.withResolvers<void>();
    this.#enter({ kind: 'connecting', abort, done: started.promise });
    this.#attempt(abort.signal, options)
      .catch((error) => abort.signal.aborted || this.#fail(error, undefined))
      .finally(started.resolve);
  }

  async #attempt(signal: AbortSignal, { before, patient = true }: { before?: () => Promise<void>; patient?: boolean }) {
    await before?.();
    for (;;) {
      let session: Session | undefined;
      try {
        await this.#backOff(signal);
        session = await joinOrLaunch(this.#command, { name: this.#name, patient, signal });
        await this.#settle(session, signal);
        return;
      } catch (error) {
        session?.drop();
        if (signal.aborted) return;
        this.#failures++;
        if (this.#failures >= BACK_OFF_MS.length) return this.#fail(error, session?.engine.pid);
      }
    }
  }

  async #backOff(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#failures === 0 || this.#phase.kind !== 'connecting') return;
    const waitMs = BACK_OFF_MS[this.#failures - 1]!;
    this.#enter({ ...this.#phase, wait: { attempt: this.#failures, waitMs } });
    await sleep(waitMs, undefined, { signal });
  }

  /** Makes a joined session the one that serves. */
  async #settle(session: Session, signal: AbortSignal): Promise<void> {
    const drop = () => session.drop();
    signal.throwIfAborted();
    signal.addEventListener('abort', drop, { once: true });
    try {
      if (this.#configured) await this.#configure(session);
      await this.#prepare(session);
    } finally {
      signal.removeEventListener('abort', drop);
    }
    signal.throwIfAborted();
    if (session.lost) throw new LostError();
    session.closed.then(() => this.#lost(session));
    this.#enter({ kind: 'ready', session, since: performance.now() });
  }

  async #configure(session: Session): Promise<void> {
    await session.run((connection) => connection.sendRequest(configureRequest, settingsOf(this.#command)));
  }

  #lost(session: Session): void {
    const phase = this.#phase;
    if (this.#disposed || phase.kind !== 'ready' || phase.session !== session) return;
    this.#failures = performance.now() - phase.since > STABLE_MS ? 1 : this.#failures + 1;
    if (this.#failures >= BACK_OFF_MS.length) this.#fail(undefined, session.engine.pid);
    else this.#connect();
  }

  #fail(cause: unknown, pid: number | undefined): void {
    const why = cause instanceof Error && !(cause instanceof LostError) ? ` ${cause.message}` : '';
    const message = `The engine stopped ${this.#failures} times in a row and is not started again by itself.${why}`;
    const detail = cause instanceof EngineError ? cause.detail : pid === undefined ? undefined : this.lastWords(pid);
    this.#enter({ kind: 'failed', error: new EngineError('engineStopped', message, detail || undefined) });
  }

  async #end(session: Session): Promise<void> {
    const asked = session.runUnwatched((connection) => connection.sendRequest(shutdownRequest, { now: true }));
    asked.catch(() => undefined);
    await within(SHUTDOWN_MS, session.closed);
    if (session.lost) return;
    endHung(endpointFor(this.#command), session.engine.pid);
    session.drop();
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    // What waits is settled first: a listener that throws must not keep it.
    for (const { resolve, reject } of this.#waiters) {
      if (phase.kind === 'ready') resolve(phase.session);
      if (phase.kind === 'failed') reject(copyOf(phase.error));
    }
    const { state } = this;
    for (const listener of this.#stateListeners) listener(state);
  }
}

/** Waits for the end of something, however it ends, but not for longer. */
async function within(ms: number, ending: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const time = sleep(ms, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([ending.catch(() => undefined), time]);
  timer.abort();
}

/** Each caller gets an error of its own, with its own stack. */
const copyOf = ({ kind, message, detail }: EngineError): EngineError => new EngineError(kind, message, detail);

const disposedError = (): EngineError => new EngineError('engineStopped', 'Quire is shutting down.');

/** A lost engine is no refusal: the next one is told. */
function throwUnlessLost(error: unknown): void {
  if (!(error instanceof LostError)) throw toEngineError(error);
}
