import assert from 'node:assert/strict';
import { once } from 'node:events';
import os from 'node:os';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

test('a thread that gives way leaves the others of its process as they are', async () => {
  const own = os.getPriority();
  const module = new URL('../../../../../../src/engine/server/services/memory/giveWay.ts', import.meta.url);
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(module.href)}).then(({ giveWay }) => {
      parentPort.postMessage(giveWay());
      parentPort.once('message', () => {});
    });`,
    { eval: true },
  );
  const [thread] = (await once(worker, 'message')) as [number | undefined];
  if (process.platform === 'linux') {
    assert.ok(thread !== undefined && thread !== process.pid);
    assert.equal(os.getPriority(thread), Math.max(own, os.constants.priority.PRIORITY_BELOW_NORMAL));
  } else assert.equal(thread, undefined);
  assert.equal(os.getPriority(), own);
  await worker.terminate();
});
