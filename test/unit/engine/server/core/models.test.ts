import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModelPlan, ModelSpec } from '../../../../../src/engine/protocol/index.ts';
import { EngineFailure } from '../../../../../src/engine/server/core/failure.ts';
import { KvCache } from '../../../../../src/engine/server/core/kv/kvCache.ts';
import { openModel } from '../../../../../src/engine/server/core/llama/model.ts';
import type { ModelHandle, ModelOpener } from '../../../../../src/engine/server/core/modelHandle.ts';
import { Models } from '../../../../../src/engine/server/core/models.ts';
import { find } from '../../../../../src/engine/server/core/placement/find.ts';
import { readModelParts } from '../../../../../src/engine/server/core/placement/fromHeader.ts';
import { placedModel } from '../../../../../src/engine/server/core/placement/layout.ts';
import { Planner } from '../../../../../src/engine/server/core/placement/planner.ts';
import { rated } from '../../../../../src/engine/server/core/placement/rates.ts';
import { Refusal } from '../../../../../src/engine/server/core/placement/refusal.ts';
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
  const opener: ModelOpener = async (wanted, { plan }) => {
    await gate;
    const handle: ModelHandle = await openModel(native, { ...wanted, plan });
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
    const second = models.open(spec, here);
    slow(); // files are read one after the other
    await first;
    const { id } = await second;
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

  test('move a model between its requests: those that run end first, those that come meanwhile wait', async () => {
    const { models, handles } = start();
    const [{ id, contextTokens }, plan] = [
      await models.open({ path: file, contextTokens: 0 }, {}),
      await planFor(1024),
    ];
    const before = models.get(id).handle;
    const ask = () => models.uses.during(id, () => generated(models, id));
    const alone = await ask();
    const running = ask();
    assert.equal(await models.move(id, plan, 0), 'used');
    assert.deepEqual([models.get(id).handle === before, handles.disposed], [true, 0]);
    const moving = models.move(id, plan, 60_000);
    await running;
    const late = ask();
    assert.equal(await moving, 'moved');
    assert.deepEqual([(await running).text, (await late).text], [alone.text, alone.text]);
    const { handle } = models.get(id);
    assert.deepEqual([handle.plan, handle.info.id, handles], [plan, id, { opened: 2, disposed: 1 }]);
    assert.equal(contextTokens, 4096);
    assert.deepEqual(
      models.placed().map(({ id, used, held }) => [id, used, held]),
      [[id, false, true]],
    );
    models.dispose();
  });

  test('leave a model where it is when it does not open where it should go', async () => {
    const { models, handles } = start();
    const { id } = await models.open({ path: file, contextTokens: 0 }, {});
    const plan = { ...(await planFor(1024)), devices: ['GPU7'], nGpuLayers: 3 };
    assert.equal(await models.move(id, plan, 0), 'failed');
    assert.deepEqual([models.get(id).handle.plan, handles], [undefined, { opened: 2, disposed: 1 }]);
    assert.notEqual((await generated(models, id)).text, '');
    assert.equal(await models.move('nobody', plan, 0), 'moved');
    models.dispose();
  });

  test('unload at once what nobody has open', async () => {
    const { models } = start({ lingerMs: 60_000 });
    const [gone, here] = [{}, {}];
    await models.open(spec, here);
    await models.open({ ...spec, contextTokens: 256 }, gone);
    assert.equal(models.unloadUnheld(), false);
    models.release(gone);
    assert.equal(models.unloadUnheld(), true);
    assert.deepEqual(
      models.list().map(({ handle }) => handle.info.contextTokens),
      [512],
    );
    models.dispose();
  });

  test('plan a model anew when memory was short, but not when no plan was found', async () => {
    const tried: number[] = [];
    const failing = (failure: (shortages: number) => EngineFailure | undefined) =>
      new Models(
        async (wanted, { shortages = 0 }) => {
          tried.push(shortages);
          const failed = failure(shortages);
          if (failed) throw failed;
          return openModel(native, wanted);
        },
        { policy: 'preemptive', ramBytes: 1 << 20, log: () => {} },
      );
    const short = failing((shortages) => (shortages < 2 ? new EngineFailure('outOfMemory', 'Short.') : undefined));
    await short.open(spec, {});
    short.dispose();
    assert.deepEqual(tried.splice(0), [0, 1, 2]);
    await assert.rejects(failing(() => new EngineFailure('outOfMemory', 'Short.')).open(spec, {}), /Short/);
    assert.deepEqual(tried.splice(0), [0, 1, 2, 3]);
    await assert.rejects(failing(() => new Refusal('outOfMemory', 'No place.')).open(spec, {}), /No place/);
    await assert.rejects(failing(() => new EngineFailure('modelCorrupt', 'Broken.')).open(spec, {}), /Broken/);
    assert.deepEqual(tried, [0, 0]);
  });
});

/** For the CPU. */
async function planFor(contextTokens: number): Promise<ModelPlan> {
  const planner = new Planner(async (question) => find(question, () => undefined));
  const cpu = { name: 'CPU', kind: 'cpu' as const, totalBytes: 2 ** 34, freeBytes: 2 ** 33 };
  const models = [placedModel(await readModelParts(file), ['completion'], contextTokens)];
  return (await planner.plan({ models, machine: rated({ devices: [cpu] }) })).models[0]!;
}

function generated(models: Models, id: string) {
  const model = models.get(id);
  const prompt = [...model.handle.tokenizer.encode('const a = 1;')];
  const sampler = model.backend.createSampler({});
  const input = { workspace: 'w', class: 'chat' as const, maxTokens: 24, prompt, sampler };
  return models.run(model, input, new AbortController().signal, { onText: () => undefined });
}
