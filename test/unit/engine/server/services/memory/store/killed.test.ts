import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { it } from 'node:test';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { temporaryFolder } from '../../../storage/pages/savedPages.ts';

const KILLS = 20;

it(`finds every committed item again after ${KILLS} processes were killed while they wrote`, async () => {
  const file = path.join(temporaryFolder(), 'memory.db');
  const committed: string[] = [];
  for (let run = 0; run < KILLS; run++) {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'writeForever.ts'), file, String(run)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
      // Some transactions later: at another place each time.
      if (said.split('\n').length > 3 + run) child.kill('SIGKILL');
    });
    await once(child, 'close');
    committed.push(...said.split('\n').slice(0, -1));
  }
  assert.ok(committed.length >= 3 * KILLS);
  const store = new MemoryStore(file);
  assert.equal(store.status().trouble, null);
  for (const pair of committed) {
    for (const half of [0, 1]) assert.equal(store.byKey(`${pair}/${half}`)?.text, `text of ${pair}/${half}`);
  }
  // Both of a transaction, or none; each is found by its words; each first one by its vector.
  const { items, total } = store.list({ limit: 1e6 });
  assert.equal(total % 2, 0);
  assert.ok(total <= 2 * (committed.length + KILLS));
  assert.equal(store.byWords('text', 1e6).length, total);
  assert.equal(store.byVector(new Float32Array([1, 1]), 1e6).length, total / 2);
  assert.equal(items.filter(({ embedder }) => embedder === 'e').length, total / 2);
  store.close();
});
