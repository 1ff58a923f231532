/**
 * How a request travels: with the engine that serves now, again with the next one where that is lost under it, ended by a
 * signal, with what it makes on the way.
 */
import { CancellationTokenSource, type ProgressType, type RequestType } from 'vscode-jsonrpc';
import type { EngineErrorData } from '../protocol/index.ts';
import type { EngineConnection } from './connection.ts';
import { EngineError, LostError, toEngineError } from './errors.ts';
import type { Session } from './session.ts';

/** A request under which the engine ended this often is taken for the cause, and not tried again. */
const MOST_LOSSES = 10;

export interface LongOptions<Event> {
  signal?: AbortSignal | undefined;
  /** Receives what is made on the way; absent: it is not sent. */
  progress?: { type: ProgressType<Event>; listener: (event: Event) => void } | undefined;
  /** Whether the request may be repeated although some of that was delivered. */
  repeatable?: boolean;
}

export class Requests {
  readonly #connection: EngineConnection;
  #progressTokens = 0;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /** Sends a request that is over in an instant. @throws EngineError */
  send<P extends object, R>(type: RequestType<P, R, EngineErrorData>, params: P): Promise<R> {
    return this.#call(({ connection }) => connection.sendRequest<R>(type.method, params));
  }

  /** Does something short with the engine that serves, again with the next one where it is lost. @throws EngineError */
  sendTo<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#call(work);
  }

  /**
   * Sends what only an engine that serves has to hear: one that is not there is not started for it.
   * @param only the session that it concerns, where it is one alone.
   * @throws EngineError for a refusal.
   */
  async sendIfThere<P extends object, R>(
    type: RequestType<P, R, EngineErrorData>,
    params: P,
    only = this.#connection.current,
  ): Promise<void> {
    const session = this.#connection.current;
    if (session !== only) return;
    try {
      await session?.run((connection) => connection.sendRequest<R>(type.method, params));
    } catch (error) {
      if (!(error instanceof LostError)) throw toEngineError(error);
    }
  }

  /**
   * Sends a request that takes its time. One of which something was delivered is not repeated.
   * @param params a function where they are others with each engine.
   * @returns the answer; `undefined` where the signal ended it before anything came of it.
   * @throws EngineError
   */
  async long<P extends object, R, Event = never>(
    type: RequestType<P, R, EngineErrorData>,
    params: P | ((session: Session) => Promise<P>),
    { signal, progress, repeatable = false }: LongOptions<Event>,
  ): Promise<R | undefined> {
    let delivered = false;
    const listen = (session: Session, { type: kind, listener }: NonNullable<typeof progress>) => {
      const progressToken = `p${this.#progressTokens++}`;
      const listening = session.connection.onProgress(kind, progressToken, (event) => {
        delivered = true;
        this.#connection.worked(session);
        listener(event);
      });
      return { progressToken, dispose: () => listening.dispose() };
    };
    const once = async (session: Session) => {
      const given = typeof params === 'function' ? await params(session) : params;
      const listening = progress && listen(session, progress);
      const message = listening ? { ...given, progressToken: listening.progressToken } : given;
      try {
        return await cancellable(signal, (token) => session.connection.sendRequest<R>(type.method, message, token));
      } finally {
        listening?.dispose();
      }
    };
    try {
      return await this.#call(once, signal, () => repeatable || !delivered);
    } catch (error) {
      if (signal?.aborted && (repeatable || !delivered) && isStopped(error)) return undefined;
      throw error;
    }
  }

  /** Runs a call; when the engine is lost under it and `repeatable()`, again with the next one, while one comes at all. */
  async #call<T>(
    work: (session: Session) => Promise<T>,
    signal?: AbortSignal,
    repeatable: () => boolean = () => true,
  ): Promise<T> {
    for (let losses = 1; ; losses++) {
      const session = await this.#connection.session(signal);
      try {
        const result = await session.run(() => work(session));
        this.#connection.worked(session);
        return result;
      } catch (error) {
        if (!(error instanceof LostError)) throw toEngineError(error);
        if (!this.#connection.disposed && repeatable() && losses < MOST_LOSSES) continue;
        throw this.#given(session, losses);
      }
    }
  }

  #given(session: Session, losses: number): EngineError {
    const often = losses > 1 ? `, ${losses} times` : '';
    const message = `The engine ended while it worked on this request${often}.`;
    return new EngineError('engineStopped', message, this.#connection.lastWords(session.engine.pid) || undefined);
  }
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
