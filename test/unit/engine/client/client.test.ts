import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { EngineClient } from '../../../../src/engine/client/client.ts';
import { endpointFor } from '../../../../src/engine/endpoint.ts';
import {
  needsTextNotification,
  openWorkspaceRequest,
  pinDocumentsNotification,
  pingRequest,
} from '../../../../src/engine/protocol/index.ts';
import { engineCommand } from '../../../helpers/engine.ts';
import { FakeEngine } from '../../../helpers/fakeEngine.ts';

const runtimeFolder = mkdtempSync(path.join(tmpdir(), 'qr-'));
after(() => rmSync(runtimeFolder, { recursive: true }));

describe('EngineClient', () => {
  it('opens its workspaces again after a loss, and tells nothing to an engine that is not there', async () => {
    const command = engineCommand({ runtimeFolder });
    const client = new EngineClient(command, 'test');
    const needed: string[] = [];
    client.listen(needsTextNotification, ({ key }) => needed.push(key));
    client.tell(pinDocumentsNotification, { workspace: 'w', keys: ['a'] });
    assert.deepEqual(client.state, { kind: 'stopped' });

    const told: string[] = [];
    let heard = Promise.withResolvers<void>();
    const hear = (what: string) => {
      told.push(what);
      heard.resolve();
      heard = Promise.withResolvers();
    };
    const until = async (count: number) => {
      while (told.length < count) await heard.promise;
    };
    const engine = new FakeEngine({
      token: 'secret',
      serve(connection) {
        connection.onRequest(pingRequest, () => null);
        connection.onRequest(openWorkspaceRequest, ({ name }) => {
          hear(`open ${name}`);
          return { workspace: `id of ${name}` };
        });
        connection.onNotification(pinDocumentsNotification, ({ workspace, keys }) => {
          hear(`pin ${keys.join()} in ${workspace}`);
          connection.sendNotification(needsTextNotification, { workspace, key: keys[0]! }).catch(() => undefined);
        });
      },
    });
    await engine.listen(endpointFor(command));
    const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
    assert.equal(workspace, 'id of w');
    client.tell(pinDocumentsNotification, { workspace, keys: ['a', 'b'] });
    await until(2);
    assert.deepEqual(told, ['open w', 'pin a,b in id of w']);
    while (needed.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));

    engine.hangUp();
    await until(3);
    assert.deepEqual(told.slice(2), ['open w']);
    await client.start();
    client.tell(pinDocumentsNotification, { workspace, keys: ['c'] });
    await client.dispose();
    assert.equal(told.length, 4, 'what was told last has arrived');
    assert.deepEqual(needed.slice(0, 1), ['a']);
    engine.close();
  });
});
