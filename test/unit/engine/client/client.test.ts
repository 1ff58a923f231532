import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { createMessageConnection, SocketMessageReader, SocketMessageWriter } from 'vscode-jsonrpc/node';
import { EngineClient } from '../../../../src/engine/client/client.ts';
import { type Endpoint, endpointFor } from '../../../../src/engine/endpoint.ts';
import {
  helloRequest,
  type OpenDocuments,
  openDocumentsNotification,
  PROTOCOL_VERSION,
} from '../../../../src/engine/protocol/index.ts';
import { engineCommand } from '../../../helpers/engine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qr-'));
process.env.QUIRE_RUNTIME_DIR = folder;
after(() => rmSync(folder, { recursive: true }));

/** An engine that only welcomes its clients and writes down which documents are open. */
class ListeningEngine {
  readonly told: OpenDocuments[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #heard = Promise.withResolvers<void>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
      connection.onRequest(helloRequest, () => ({ protocol: PROTOCOL_VERSION, version: 'test', pid: process.pid }));
      connection.onNotification(openDocumentsNotification, (documents) => {
        this.told.push(documents);
        this.#heard.resolve();
        this.#heard = Promise.withResolvers();
      });
      connection.listen();
    });
  }

  async listen({ socket, file }: Endpoint): Promise<void> {
    this.#server.listen(socket);
    await once(this.#server, 'listening');
    writeFileSync(file, JSON.stringify({ pid: process.pid, token: 'secret', socket }));
  }

  /** Resolves when as many messages have come in all. */
  async heard(count: number): Promise<void> {
    while (this.told.length < count) await this.#heard.promise;
  }

  /** Closes every connection; new ones are welcome. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  close(): void {
    this.#server.close();
  }
}

describe('EngineClient', () => {
  it('tells which documents are open, again after a loss, and starts no engine for it', async () => {
    const command = engineCommand();
    const client = new EngineClient(command, 'test');
    client.openDocuments('w', ['a']);
    client.openDocuments('v', ['x']);
    assert.deepEqual(client.state, { kind: 'stopped' });

    const engine = new ListeningEngine();
    await engine.listen(endpointFor(command));
    await client.start();
    await engine.heard(2);
    const before = [
      { workspace: 'w', keys: ['a'] },
      { workspace: 'v', keys: ['x'] },
    ];
    assert.deepEqual(engine.told, before);

    client.openDocuments('w', ['a', 'b']);
    await engine.heard(3);
    assert.deepEqual(engine.told[2], { workspace: 'w', keys: ['a', 'b'] });

    engine.hangUp();
    await engine.heard(5);
    assert.deepEqual(engine.told.slice(3), [{ workspace: 'w', keys: ['a', 'b'] }, before[1]]);
    await client.dispose();
    engine.close();
  });
});
