import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelSpec } from '../../../../../src/engine/protocol/index.ts';
import { KvCache } from '../../../../../src/engine/server/core/kv/kvCache.ts';
import { openModel } from '../../../../../src/engine/server/core/llama/model.ts';
import type { ModelHandle } from '../../../../../src/engine/server/core/modelHandle.ts';
import { Models } from '../../../../../src/engine/server/core/models.ts';
import { cpuLibrary } from '../../../../helpers/native.ts';
import { makeQwenShape, TINY_QWEN } from '../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-models-'));
const file = makeQwenShape(path.join(folder, 'model.gguf'), TINY_QWEN);
const native = await cpuLibrary();
after(() => rmSync(folder, { recursive: true, force: true }));

const spec: ModelSpec = { path: file, contextTokens: 512 };

/** Real models, whose files are read when the test says so. */
function start({ lingerMs = 10 } = {}) {
  let gate = Promise.resolve();
  const handles = { opened: 0, disposed: 0 };
  const opener = async (wanted: ModelSpec): Promise<ModelHandle> => {
    await gate;
    const handle = await openModel(native, wanted);
    handles.opened++;
    const dispose = handle.dispose.bind(handle);
    handle.dispose = () => {
      handles.disposed++;
      dispose();
    };
    return handle;
  };
  const models = new Models(opener, { policy: 'preemptive', ramBytes: 1 << 20, log: () => {} }, { lingerMs });
  const held = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    return resolve;
  };
  return { models, handles, held };
}

describe('Models', () => {
  test('share one loaded model among holders and text roles, and unload it a while after the last has left', async () => {
    const { models, handles } = start();
    const [window, other] = [{}, {}];
    const infos = await Promise.all([
      models.open(spec, window),
      models.open({ ...spec, role: 'chat' }, other),
      models.open(spec, window),
    ]);
    assert.equal(new Set(infos.map(({ id }) => id)).size, 1);
    models.release(window);
    await sleep(50);
    assert.equal(models.list().length, 1);
    models.release(other, infos[0]!.id);
    assert.equal(models.list().length, 1, 'a reloaded window finds it');
    await models.open(spec, window);
    await sleep(50);
    assert.deepEqual([models.list().length, handles], [1, { opened: 1, disposed: 0 }]);
    models.release(window);
    while (models.list().length > 0) await sleep(5);
    assert.deepEqual(handles, { opened: 1, disposed: 1 });
    assert.throws(() => models.get(infos[0]!.id), { kind: 'modelUnknown' });
  });

  test('free a model whose last holder left while it was loading, and load it anew for the next', async () => {
    const { models, handles, held } = start();
    const load = held();
    const window = {};
    const opening = models.open(spec, window);
    models.release(window);
    await sleep(50); // longer than it lingers
    load();
    const { id } = await opening;
    while (handles.disposed === 0) await sleep(5);
    assert.deepEqual([models.list().length, handles], [0, { opened: 1, disposed: 1 }]);
    assert.throws(() => models.get(id), { kind: 'modelUnknown' });
    assert.equal((await models.open(spec, window)).id, id);
    assert.deepEqual([models.list().length, handles.opened], [1, 2]);
    models.dispose();
    assert.deepEqual(handles, { opened: 2, disposed: 2 });
  });

  test('keep the model of who came while one that nobody wants was loading', async () => {
    const { models, handles, held } = start();
    const slow = held();
    const [gone, here] = [{}, {}];
    const first = models.open(spec, gone);
    models.release(gone);
    await sleep(50);
    held()(); // the next file is read at once
    const { id } = await models.open(spec, here);
    slow();
    await first;
    while (handles.disposed === 0) await sleep(5);
    assert.equal(models.get(id).handle.info.id, id);
    assert.deepEqual([models.list().length, handles], [1, { opened: 2, disposed: 1 }]);
    models.dispose();
  });

  test('tell a model that is opened later what is open in workspaces', async () => {
    const { models } = start();
    models.caches.pin('w', ['a.ts']);
    const { id } = await models.open(spec, {});
    const { cache } = models.get(id).loop;
    assert(cache instanceof KvCache);
    assert.equal(cache.documents.isOpen('w', 'a.ts'), true);
    models.caches.closeWorkspace('w');
    assert.equal(cache.documents.isOpen('w', 'a.ts'), false);
    models.dispose();
  });
});
