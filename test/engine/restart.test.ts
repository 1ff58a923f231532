/** What was computed for open documents is there again after the engine was killed or restarted. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CompletionParams, type KvStatus, pinDocumentsNotification } from '../../src/engine/protocol/index.ts';
import { bundledModel, gone, repository } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';
import { assertSameUnlessNear } from '../helpers/sayable.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-cache-'));
const client = ownEngine({ cache: { folder } });
const text = readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8').slice(0, 3000);

after(() => rmSync(folder, { recursive: true, force: true }));

const kv = async (): Promise<KvStatus> => (await client.status()).models[0]!.kv;

describe('a restarted engine', () => {
  it('brings the pages of open documents back from disk, with the same text, and nothing of another workspace', async () => {
    const { id } = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const workspace = await client.openWorkspace({ folder: null, name: 'w', trusted: true });
    const params: CompletionParams = {
      model: id,
      workspace,
      class: 'keystroke',
      document: 'file:///client.ts',
      segments: [{ text }],
      maxTokens: 8,
      ngram: false,
      oneLine: false,
    };
    client.tell(pinDocumentsNotification, { workspace, keys: ['file:///client.ts'] });
    const first = await client.complete(params);
    assert.equal(first.cachedTokens, 0);
    const pages = Math.floor(first.promptTokens / 32);
    while ((await kv()).disk.pages < pages) await sleep(50);

    const { pid } = await client.status();
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    await client.openModel({ path: bundledModel, contextTokens: 0 });
    await client.openWorkspace({ folder: null, name: 'w', trusted: true });
    while ((await kv()).disk.pages < pages) await sleep(50);
    const again = await client.complete(params);
    const own = await openBundled({ path: bundledModel });
    assertSameUnlessNear(own, [{ text }], again.text, first.text);
    // A request does not wait for the disk for long: what comes too late is computed.
    assert.ok(again.cachedTokens > 0 && again.cachedTokens % 32 === 0, `${again.cachedTokens} tokens came back`);
    assert.equal((await kv()).restores, again.cachedTokens / 32);

    await client.restart();
    const another = await client.openWorkspace({ folder: null, name: 'another', trusted: true });
    const other = await client.complete({ ...params, workspace: another });
    assert.equal(other.cachedTokens, 0);
    assertSameUnlessNear(own, [{ text }], other.text, first.text);
    own.dispose();
  });
});
