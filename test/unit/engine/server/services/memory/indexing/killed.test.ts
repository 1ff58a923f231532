import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentOf } from './parts.ts';
import { copyOfOurs, freshIndex, realIndexer } from './realParts.ts';

const root = mkdtempSync(path.join(tmpdir(), 'quire-killed-'));
after(() => rmSync(root, { recursive: true, force: true }));

const KILLS = 20;

/** @returns how many files it had said to be committed when it was killed; Infinity where it was done before. */
async function indexAndKill(folder: string, database: string, files: number, delayMs: number): Promise<number> {
  const script = path.join(import.meta.dirname, 'indexUntilKilled.ts');
  const child = spawn(process.execPath, [script, folder, database], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let committed = 0;
  let lines = 0;
  let rest = '';
  for await (const chunk of child.stdout) {
    const all = (rest + String(chunk)).split('\n');
    rest = all.pop()!;
    for (const line of all) committed = line === 'done' ? Number.POSITIVE_INFINITY : Number(line);
    lines += all.length;
    if (lines >= files && !child.killed) {
      await sleep(delayMs);
      child.kill('SIGKILL');
    }
  }
  await ended;
  return committed;
}

describe('Indexer that is killed', () => {
  it('loses nothing that was committed, and ends with what an undisturbed one has', { timeout: 600_000 }, async () => {
    const folder = path.join(root, 'ours');
    copyOfOurs(folder);
    const whole = await freshIndex(folder, path.join(root, 'whole.db'));
    const database = path.join(root, 'killed.db');
    const known = new Map<string, unknown>();
    for (let kill = 0; kill < KILLS; kill++) {
      const committed = await indexAndKill(folder, database, 1 + (kill % 5), kill % 7);
      const connection = new DatabaseSync(database);
      assert.equal(connection.prepare('PRAGMA integrity_check').get()!.integrity_check, 'ok');
      connection.close();
      const { store, close } = realIndexer(folder, database);
      assert.equal(store.status().trouble, null);
      if (committed !== Number.POSITIVE_INFINITY) assert.ok(store.files().length >= committed);
      const items = new Map(contentOf(store).map((item) => [item.key as string, item]));
      for (const [key, item] of known) {
        // Folders are told of anew with every file that comes.
        if (/^(?:folder:|workspace)/.test(key)) assert.ok(items.has(key), key);
        else assert.deepEqual(items.get(key), item);
      }
      for (const [key, item] of items) known.set(key, item);
      await close();
    }
    assert.ok(known.size > 20);
    const { indexer, store, close } = realIndexer(folder, database);
    await indexer.index();
    assert.deepEqual(contentOf(store), whole);
    await close();
  });
});
