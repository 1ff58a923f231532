/**
 * One connection to one engine process. Whatever runs on it settles: with its answer, or, when the socket closes or the
 * engine gives no sign of life, by a {@link LostError}.
 */
import type { Socket } from 'node:net';
import type { MessageConnection } from 'vscode-jsonrpc';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import { type EngineIdentity, pingRequest } from '../protocol/index.ts';
import { isClosed, LostError } from './errors.ts';
import { Heartbeat } from './heartbeat.ts';

export interface SessionOptions {
  /** See `EngineCommand.hangMs`. */
  hangMs: number;
  /** Milliseconds for which the engine has asked to be left alone from now on; 0: none. */
  patienceMs: () => number;
  /** The engine gives no sign of life; afterwards the session counts as lost. */
  onHung: () => void;
}

export class Session {
  /** Who it is; set when the handshake is done. */
  engine: EngineIdentity = { version: '', pid: 0 };
  readonly connection: MessageConnection;
  readonly #socket: Socket;
  readonly #heartbeat: Heartbeat;
  readonly #running = new Set<(lost: LostError) => void>();
  readonly #closed = Promise.withResolvers<void>();
  #lost = false;

  constructor(socket: Socket, { hangMs, patienceMs, onHung }: SessionOptions) {
    this.#socket = socket;
    const reader = new SocketMessageReader(socket);
    // Its timer goes on for ever where the other side dies within a message, and keeps the process alive.
    reader.partialMessageTimeout = 0;
    this.connection = createMessageConnection(reader, new SocketMessageWriter(socket));
    this.connection.onError(() => this.drop());
    socket.on('error', () => this.drop());
    socket.once('close', () => this.drop());
    this.connection.listen();
    this.#heartbeat = new Heartbeat({
      hangMs,
      patienceMs,
      ping: () => this.connection.sendRequest(pingRequest, {}),
      onHung: () => {
        onHung();
        this.drop();
      },
    });
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Resolves when nothing can be had of the session any more. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Runs work on the connection, under the heartbeat.
   * @throws LostError once the session is lost; what `work` throws.
   */
  run<T>(work: (connection: MessageConnection) => Promise<T>): Promise<T> {
    return this.#heartbeat.during(() => this.runUnwatched(work));
  }

  /** As {@link run}, for work with a deadline of its own. */
  async runUnwatched<T>(work: (connection: MessageConnection) => Promise<T>): Promise<T> {
    if (this.#lost) throw new LostError();
    const { promise: lost, reject } = Promise.withResolvers<never>();
    this.#running.add(reject);
    try {
      return await Promise.race([work(this.connection), lost]);
    } catch (error) {
      if (!isClosed(error)) throw error;
      this.drop();
      throw new LostError();
    } finally {
      this.#running.delete(reject);
    }
  }

  /** Sends what needs no answer; nobody hears of it when it does not arrive. */
  tell(send: (connection: MessageConnection) => Promise<void>): void {
    if (!this.#lost) send(this.connection).catch(() => undefined);
  }

  /** Ends the session at once; what runs on it is rejected. */
  drop(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#socket.destroy();
    for (const reject of this.#running) reject(new LostError());
    this.#heartbeat.dispose();
    this.connection.dispose();
    this.#closed.resolve();
  }
}
