/** A server in the place of an engine: it knows the secret or not, and answers what a test gives it. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { addressFor, type Endpoint, writeEndpointFile } from '../../src/engine/endpoint.ts';
import { drawNonce, proofOf } from '../../src/engine/proof.ts';
import { type HelloParams, helloRequest, PROTOCOL_VERSION, proveRequest } from '../../src/engine/protocol/index.ts';

export interface FakeEngineOptions {
  /** As the endpoint file has it. */
  token: string;
  /** What it really knows. */
  known?: string;
  /** Says nothing at all. */
  mute?: boolean;
  /** What else it answers. */
  serve?(connection: MessageConnection): void;
}

export class FakeEngine {
  /** Everything that was sent to it, as it came over the socket. */
  heard = '';
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #token: string;

  constructor({ token, known = token, mute = false, serve }: FakeEngineOptions) {
    this.#token = token;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        this.heard += bytes;
      });
      if (mute) return;
      const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
      connection.onRequest(helloRequest, ({ nonce: client }: HelloParams) => {
        const engine = drawNonce();
        return { protocol: PROTOCOL_VERSION, nonce: engine, proof: proofOf(known, 'engine', { client, engine }) };
      });
      connection.onRequest(proveRequest, () => ({ version: 'test', pid: process.pid }));
      serve?.(connection);
      connection.listen();
    });
  }

  /** Listens where an engine would, and is named by the endpoint file. */
  async listen(endpoint: Endpoint): Promise<void> {
    const socket = addressFor(endpoint);
    this.#server.listen(socket);
    await once(this.#server, 'listening');
    writeEndpointFile(endpoint, { pid: process.pid, token: this.#token, socket });
  }

  /** Closes every connection; new ones are welcome. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  close(): void {
    this.#server.close();
    this.hangUp();
  }
}
