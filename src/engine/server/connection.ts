/** One client of the engine: handshake first, then the requests of all services, until the socket closes. */
import type { Socket } from 'node:net';
import type { MessageConnection, NotificationType, ProgressType, RequestHandler, RequestType } from 'vscode-jsonrpc';
import { type CancellationToken, ResponseError } from 'vscode-jsonrpc';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import {
  ENGINE_ERROR_CODE,
  type EngineErrorData,
  helloRequest,
  type LogEvent,
  logNotification,
  proveRequest,
} from '../protocol/index.ts';
import { EngineFailure } from './core/failure.ts';
import type { Engine } from './engine.ts';
import { Handshake } from './handshake.ts';
import type { ServedClient } from './service.ts';

/** A peer that does not introduce itself in this time is cut off. */
const HELLO_TIMEOUT_MS = 5_000;
/** Time for the refusal itself to reach the peer. */
const REFUSAL_MS = 100;

export class ClientConnection implements ServedClient {
  name = 'unknown';
  pid = 0;
  readonly #engine: Engine;
  readonly #handshake: Handshake;
  readonly #connection: MessageConnection;
  readonly #socket: Socket;
  readonly #closing = new AbortController();

  constructor(engine: Engine, socket: Socket, token: string) {
    this.#engine = engine;
    this.#handshake = new Handshake(token);
    this.#socket = socket;
    const reader = new SocketMessageReader(socket);
    reader.partialMessageTimeout = 0; // its timer would outlive a client that dies within a message
    this.#connection = createMessageConnection(reader, new SocketMessageWriter(socket));
    const timeout = setTimeout(() => this.#handshake.done || this.close(), HELLO_TIMEOUT_MS);
    socket.on('error', () => this.close());
    this.#connection.onError(([error, unsent]) => {
      if (unsent) return; // the client left before its answer came
      // Malformed JSON or a broken header: the stream cannot be trusted any more.
      engine.log('warn', `A client sent something that is no message (${error.message}); its connection is closed.`);
      this.close();
    });
    this.#connection.onClose(() => {
      clearTimeout(timeout);
      this.#closing.abort();
      engine.left(this);
    });
    this.#connection.onRequest(helloRequest, (params) => this.#greeted(() => this.#handshake.hello(params)));
    this.#connection.onRequest(proveRequest, (params) =>
      this.#greeted(() => {
        this.#handshake.prove(params);
        this.name = params.client.name;
        this.pid = params.client.pid;
        engine.joined(this);
        return { version: engine.version, pid: process.pid };
      }),
    );
    for (const service of engine.services) service.serve(this);
    this.#connection.listen();
  }

  onRequest<P, R>(
    type: RequestType<P, R, EngineErrorData>,
    handler: (params: P, signal: AbortSignal) => Promise<R>,
  ): void {
    const serve = (params: P, token: CancellationToken) =>
      answer(() => {
        if (!this.#handshake.done) throw new EngineFailure('unauthorized', 'The client must say hello first.');
        return handler(params, this.#signal(token));
      });
    this.#connection.onRequest(type.method, serve as RequestHandler<unknown, unknown, EngineErrorData>);
  }

  onNotification<P>(type: NotificationType<P>, handler: (params: P) => void): void {
    this.#connection.onNotification(type.method, (params: P) => {
      if (!this.#handshake.done) return;
      try {
        handler(params);
      } catch (error) {
        this.#engine.log('error', `${type.method} failed: ${error instanceof Error ? error.stack : String(error)}`);
      }
    });
  }

  notify<P>(type: NotificationType<P>, params: P): void {
    if (this.#handshake.done) this.#connection.sendNotification(type.method, params).catch(() => undefined);
  }

  progress<P>(type: ProgressType<P>, token: string | undefined, value: P): void {
    if (token !== undefined)
      this.#connection.sendProgress(type as ProgressType<unknown>, token, value).catch(() => undefined);
  }

  onLeft(listener: () => void): void {
    this.#closing.signal.addEventListener('abort', listener, { once: true });
  }

  log(event: LogEvent): void {
    this.notify(logNotification, event);
  }

  close(): void {
    this.#socket.destroy();
  }

  /** A step of the handshake; after one that fails the connection is closed. */
  #greeted<T>(step: () => T): Promise<T | ResponseError<EngineErrorData>> {
    return answer(async () => {
      try {
        return step();
      } catch (error) {
        setTimeout(() => this.close(), REFUSAL_MS);
        throw error;
      }
    });
  }

  #signal(token: CancellationToken): AbortSignal {
    const controller = new AbortController();
    if (token.isCancellationRequested || this.#closing.signal.aborted) controller.abort();
    token.onCancellationRequested(() => controller.abort());
    return AbortSignal.any([controller.signal, this.#closing.signal]);
  }
}

async function answer<T>(work: () => Promise<T>): Promise<T | ResponseError<EngineErrorData>> {
  try {
    return await work();
  } catch (error) {
    const failure =
      error instanceof EngineFailure
        ? error
        : new EngineFailure(
            'internal',
            'The engine failed at a request.',
            error instanceof Error ? error.stack : String(error),
          );
    const data: EngineErrorData = failure.detail
      ? { kind: failure.kind, detail: failure.detail }
      : { kind: failure.kind };
    return new ResponseError(ENGINE_ERROR_CODE, failure.message, data);
  }
}
