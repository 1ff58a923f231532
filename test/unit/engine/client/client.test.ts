import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { EngineClient } from '../../../../src/engine/client/client.ts';
import { endpointFor } from '../../../../src/engine/endpoint.ts';
import { type OpenDocuments, openDocumentsNotification, pingRequest } from '../../../../src/engine/protocol/index.ts';
import { engineCommand } from '../../../helpers/engine.ts';
import { FakeEngine } from '../../../helpers/fakeEngine.ts';

const runtimeFolder = mkdtempSync(path.join(tmpdir(), 'qr-'));
after(() => rmSync(runtimeFolder, { recursive: true }));

describe('EngineClient', () => {
  it('tells which documents are open, again after a loss, and starts no engine for it', async () => {
    const command = engineCommand({ runtimeFolder });
    const client = new EngineClient(command, 'test');
    client.openDocuments('w', ['a']);
    client.openDocuments('v', ['x']);
    assert.deepEqual(client.state, { kind: 'stopped' });

    const told: OpenDocuments[] = [];
    let heard = Promise.withResolvers<void>();
    const until = async (count: number) => {
      while (told.length < count) await heard.promise;
    };
    const engine = new FakeEngine({
      token: 'secret',
      serve(connection) {
        connection.onRequest(pingRequest, () => null);
        connection.onNotification(openDocumentsNotification, (documents) => {
          told.push(documents);
          heard.resolve();
          heard = Promise.withResolvers();
        });
      },
    });
    await engine.listen(endpointFor(command));
    await client.start();
    await until(2);
    const before = [
      { workspace: 'w', keys: ['a'] },
      { workspace: 'v', keys: ['x'] },
    ];
    assert.deepEqual(told, before);

    client.openDocuments('w', ['a', 'b']);
    await until(3);
    assert.deepEqual(told[2], { workspace: 'w', keys: ['a', 'b'] });

    engine.hangUp();
    await until(5);
    assert.deepEqual(told.slice(3), [{ workspace: 'w', keys: ['a', 'b'] }, before[1]]);

    client.openDocuments('w', []);
    await client.dispose();
    assert.equal(told.length, 6, 'what was told last has arrived');
    engine.close();
  });
});
