import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { RequestType0 } from 'vscode-jsonrpc';
import { LostError } from '../../../../src/engine/client/errors.ts';
import { Session } from '../../../../src/engine/client/session.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'qs-'));
after(() => rmSync(folder, { recursive: true }));
const address = process.platform === 'win32' ? `\\\\.\\pipe\\quire-test-${process.pid}` : path.join(folder, 's');
const request = new RequestType0<null, void>('anything');

/** A session with whoever `serve` is, and whether it was found hung. */
async function open(serve: (socket: Socket) => void, hangMs = 10_000, patienceMs = () => 0) {
  const server: Server = createServer(serve).listen(address);
  await once(server, 'listening');
  const socket = connect(address);
  await once(socket, 'connect');
  let hung = 0;
  const session = new Session(socket, { hangMs, patienceMs, onHung: () => hung++ });
  return { session, server, hung: () => hung };
}

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

describe('Session', () => {
  it('rejects what runs on it, and leaves no timer, when the other side dies within a message', async () => {
    const before = timers();
    const { session, server } = await open((socket) => {
      socket.once('data', () => socket.write('Content-Length: 100\r\n\r\n{"half', () => socket.destroy()));
    });
    await assert.rejects(
      session.run((connection) => connection.sendRequest(request)),
      LostError,
    );
    await session.closed;
    assert.ok(session.lost);
    await assert.rejects(
      session.run((connection) => connection.sendRequest(request)),
      LostError,
    );
    server.close();
    await once(server, 'close');
    assert.equal(timers(), before);
  });

  it('rejects what runs on it when the other side gives no sign of life, after the time that it asked for', async () => {
    let asked = 0;
    const { session, server, hung } = await open(
      (socket) => socket.resume(),
      50,
      () => (asked++ < 3 ? 1 : 0),
    );
    await assert.rejects(
      session.run((connection) => connection.sendRequest(request)),
      LostError,
    );
    assert.deepEqual([hung(), asked], [1, 4]);
    server.close();
  });

  it('is dropped once, whoever drops it', async () => {
    const { session, server } = await open((socket) => socket.resume());
    const running = session.runUnwatched((connection) => connection.sendRequest(request));
    session.drop();
    session.drop();
    await assert.rejects(running, LostError);
    server.close();
  });
});
