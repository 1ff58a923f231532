/** Memories through a real engine: its thread, its files, its clients. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readWorkspaceNotification } from '../../src/engine/protocol/index.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-memory-'));
const data = path.join(folder, 'data');
process.env.QUIRE_DATA_DIR = data;
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

const client = ownEngine();
const project = path.join(folder, 'project');
let workspace = '';

const write = (file: string, text: string) => {
  mkdirSync(path.dirname(path.join(project, file)), { recursive: true });
  writeFileSync(path.join(project, file), text);
};

before(async () => {
  write(
    'src/pool.ts',
    '/** Lends out pages of zebra memory. */\nexport class PagePool {\n  /** Lends one page. */\n  lend(): void {}\n}\n',
  );
  workspace = await client.openWorkspace({ folder: project, name: project, trusted: true });
});

describe('memory', () => {
  it('keeps a fact, finds it, and says why', async () => {
    const place = { workspace };
    const item = await client.memory.add({ place, text: 'The integration tests need port 8123.' });
    const found = await client.memory.search({ place, query: 'which port do the integration tests need?', top: 5 });
    assert.deepEqual(
      found?.hits.map((hit) => hit.item.id),
      [item.id],
    );
    assert(existsSync(path.join(data, 'memory', workspace)));
  });
  it('says what is in the files, which are read with the leave of the client only', async () => {
    const place = { workspace };
    await assert.rejects(client.memory.index({ place }), { kind: 'workspaceUnread', message: /trust it/ });
    client.tell(readWorkspaceNotification, { workspace, on: true });
    const steps: number[] = [];
    const indexing = await client.memory.index({ place }, { onProgress: ({ done }) => steps.push(done) });
    assert.deepEqual([indexing?.state, indexing?.done, indexing?.total], ['idle', 1, 1]);
    assert(steps.length > 0);
    const found = await client.memory.search({ place, query: 'Who lends out zebra memory?', top: 1 });
    assert.equal(found?.hits[0]?.item.path, 'src/pool.ts');
    assert(found.hits[0].sentences.every((sentence) => sentence.isTrue));
  });
});
