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
  needsTextNotification,
  openWorkspaceRequest,
  PROTOCOL_VERSION,
  pinDocumentsNotification,
} from '../../../../src/engine/protocol/index.ts';
import { engineCommand } from '../../../helpers/engine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qr-'));
process.env.QUIRE_RUNTIME_DIR = folder;
after(() => rmSync(folder, { recursive: true }));

/** An engine that only welcomes its clients and writes down what they open and tell. */
class ListeningEngine {
  readonly told: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #heard = Promise.withResolvers<void>();

  constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
      connection.onRequest(helloRequest, () => ({ protocol: PROTOCOL_VERSION, version: 'test', pid: process.pid }));
      connection.onRequest(openWorkspaceRequest, ({ name }) => {
        this.#hear(`open ${name}`);
        return { workspace: `id of ${name}` };
      });
      connection.onNotification(pinDocumentsNotification, ({ workspace, keys }) => {
        this.#hear(`pin ${keys.join()} in ${workspace}`);
        connection.sendNotification(needsTextNotification, { workspace, key: keys[0]! }).catch(() => undefined);
      });
      connection.listen();
    });
  }

  #hear(what: string): void {
    this.told.push(what);
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
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
  it('opens its workspaces again after a loss, and tells nothing to an engine that is not there', async () => {
    const command = engineCommand();
    const client = new EngineClient(command, 'test');
    const needed: string[] = [];
    client.listen(needsTextNotification, ({ key }) => needed.push(key));
    client.tell(pinDocumentsNotification, { workspace: 'w', keys: ['a'] });
    assert.deepEqual(client.state, { kind: 'stopped' });

    const engine = new ListeningEngine();
    await engine.listen(endpointFor(command));
    const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
    assert.equal(workspace, 'id of w');
    client.tell(pinDocumentsNotification, { workspace, keys: ['a', 'b'] });
    await engine.heard(2);
    assert.deepEqual(engine.told, ['open w', 'pin a,b in id of w']);
    while (needed.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));

    engine.hangUp();
    await engine.heard(3);
    assert.deepEqual(engine.told.slice(2), ['open w']);
    await client.start();
    client.tell(pinDocumentsNotification, { workspace, keys: ['c'] });
    await engine.heard(4);
    while (needed.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(needed, ['a', 'c']);
    await client.dispose();
    engine.close();
  });
});
