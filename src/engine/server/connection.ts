/** One client of the engine: handshake first, then typed requests, until the socket closes. */
import type { Socket } from 'node:net';
import type { MessageConnection } from 'vscode-jsonrpc';
import { type CancellationToken, ResponseError } from 'vscode-jsonrpc';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import {
  closeModelRequest,
  configureRequest,
  type Decision,
  decisionsNotification,
  documentEditsNotification,
  documentTextNotification,
  downloadProgress,
  downloadRequest,
  ENGINE_ERROR_CODE,
  type EngineErrorData,
  generateProgress,
  generateRequest,
  helloRequest,
  type LogEvent,
  logNotification,
  openDocumentsNotification,
  openModelRequest,
  pingRequest,
  proveRequest,
  shutdownRequest,
  statusRequest,
  watchRequest,
  workspaceFolderNotification,
} from '../protocol/index.ts';
import { EngineFailure } from './core/failure.ts';
import type { Engine } from './engine.ts';
import { Handshake } from './handshake.ts';

/** A peer that does not introduce itself in this time is cut off. */
const HELLO_TIMEOUT_MS = 5_000;
/** Time for the refusal itself to reach the peer. */
const REFUSAL_MS = 100;

export class ClientConnection {
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
    this.#register();
    this.#connection.listen();
  }

  /** Sends a log line; lost without harm when the client is gone. */
  log(event: LogEvent): void {
    if (this.#handshake.done) this.#connection.sendNotification(logNotification, event).catch(() => undefined);
  }

  decided(model: string, decisions: Decision[]): void {
    this.#connection.sendNotification(decisionsNotification, { model, decisions }).catch(() => undefined);
  }

  close(): void {
    this.#socket.destroy();
  }

  #register(): void {
    const connection = this.#connection;
    connection.onRequest(helloRequest, (params) => this.#greeted(() => this.#handshake.hello(params)));
    connection.onRequest(proveRequest, (params) =>
      this.#greeted(() => {
        this.#handshake.prove(params);
        this.name = params.client.name;
        this.pid = params.client.pid;
        this.#engine.joined(this);
        return { version: this.#engine.version, pid: process.pid };
      }),
    );
    connection.onRequest(pingRequest, () => this.#guarded(async () => null));
    connection.onRequest(configureRequest, (settings) =>
      this.#guarded(async () => {
        this.#engine.configure(settings);
        return null;
      }),
    );
    connection.onRequest(openModelRequest, (spec) => this.#guarded(() => this.#engine.models.open(spec, this)));
    connection.onRequest(closeModelRequest, ({ model }) =>
      this.#guarded(async () => {
        this.#engine.models.release(this, model);
        return null;
      }),
    );
    connection.onRequest(generateRequest, (params, token) =>
      this.#guarded(() =>
        this.#engine.generate(params, this.#signal(token), (text) => {
          const { progressToken } = params;
          if (progressToken) connection.sendProgress(generateProgress, progressToken, { text }).catch(() => undefined);
        }),
      ),
    );
    connection.onRequest(downloadRequest, (params, token) =>
      this.#guarded(() =>
        this.#engine.download(params, this.#signal(token), (progress) => {
          const { progressToken } = params;
          if (progressToken) connection.sendProgress(downloadProgress, progressToken, progress).catch(() => undefined);
        }),
      ),
    );
    connection.onNotification(openDocumentsNotification, ({ workspace, keys }) => {
      if (this.#handshake.done) this.#engine.models.setOpenDocuments(workspace, keys);
    });
    connection.onNotification(documentTextNotification, (document) => {
      if (this.#handshake.done) this.#engine.models.setText(document);
    });
    connection.onNotification(documentEditsNotification, (document) => {
      if (this.#handshake.done) this.#engine.models.edit(document);
    });
    connection.onNotification(workspaceFolderNotification, (told) => {
      if (this.#handshake.done) this.#engine.models.setFolder(told);
    });
    connection.onRequest(watchRequest, ({ on }) =>
      this.#guarded(async () => {
        this.#engine.watch(this, on);
        return null;
      }),
    );
    connection.onRequest(statusRequest, () => this.#guarded(async () => this.#engine.status()));
    connection.onRequest(shutdownRequest, ({ now }) =>
      this.#guarded(async () => {
        this.#engine.shutdownRequested(now);
        return null;
      }),
    );
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

  #guarded<T>(work: () => Promise<T>): Promise<T | ResponseError<EngineErrorData>> {
    return answer(() => {
      if (!this.#handshake.done) throw new EngineFailure('unauthorized', 'The client must say hello first.');
      return work();
    });
  }

  /** Aborts when the client cancels the request or its connection closes. */
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
