import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelInfo } from '../../../src/engine/protocol/index.ts';
import { ActiveModel } from '../../../src/models/activeModel.ts';
import type { Selection } from '../../../src/models/selection.ts';
import { SharedModels } from '../../../src/models/sharedModels.ts';

const file = (path: string): Selection => ({ kind: 'file', spec: { path, contextTokens: 0 } });

/** An engine whose opens finish when the test says so. */
function setUp() {
  const held = new Set<string>();
  const pending: { path: string; finish: (error?: Error) => void }[] = [];
  const seen: string[] = [];
  const active = new ActiveModel(
    new SharedModels({
      openModel: (spec) =>
        new Promise((resolve, reject) => {
          pending.push({
            path: spec.path,
            finish: (error) => {
              if (error) return reject(error);
              held.add(spec.path);
              resolve({ id: spec.path } as ModelInfo);
            },
          });
        }),
      closeModel: async (id) => {
        held.delete(id);
      },
    }),
    {
      opening: () => seen.push('opening'),
      opened: (info) => seen.push(`opened ${info.id}`),
      failed: (error) => seen.push(`failed ${(error as Error).message}`),
    },
  );
  return { active, held, pending, seen };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('ActiveModel', () => {
  it('holds the selected model and lets the one before it go', async () => {
    const { active, held, pending, seen } = setUp();
    const first = active.select(file('a'));
    pending.shift()!.finish();
    await first;
    const second = active.select(file('b'));
    pending.shift()!.finish();
    await second;
    assert.deepEqual([...held], ['b']);
    assert.equal(active.info?.id, 'b');
    assert.deepEqual(seen, ['opening', 'opened a', 'opening', 'opened b']);
  });

  it('hears of the held model after a restart: on another device, not at all, and back again', async () => {
    const { active, pending, seen } = setUp();
    const done = active.select(file('a'));
    const spec = { path: 'a', contextTokens: 0 };
    active.reopened({ spec, info: { id: 'too early' } as ModelInfo });
    pending.shift()!.finish();
    await done;
    active.reopened({ spec: { ...spec, path: 'b' }, info: { id: 'b' } as ModelInfo });
    assert.equal(active.info?.id, 'a');
    active.reopened({ spec, info: { id: 'a2', device: 'cpu' } as ModelInfo });
    assert.equal(active.info?.device, 'cpu');
    active.reopened({ spec, error: new Error('no memory') });
    assert.equal(active.info, undefined);
    assert.match(String(active.error), /no memory/);
    active.reopened({ spec, info: { id: 'a3' } as ModelInfo });
    assert.equal(active.error, undefined);
    assert.deepEqual(seen, ['opening', 'opened a', 'opened a2', 'failed no memory', 'opened a3']);
    assert.equal((await active.ready()).id, 'a3');
  });

  it('opens only the last of several wishes and keeps nothing else', async () => {
    const { active, held, pending, seen } = setUp();
    const done = active.select(file('a'));
    active.select(file('b'));
    active.select(file('a'));
    pending.shift()!.finish();
    await turn();
    pending.shift()!.finish();
    await done;
    assert.deepEqual([...held], ['a']);
    assert.equal(seen.at(-1), 'opened a');
    assert.equal(seen.filter((event) => event.startsWith('opened')).length, 1);
  });

  it('reports a model that cannot be opened, and holds none', async () => {
    const { active, held, pending, seen } = setUp();
    const first = active.select(file('a'));
    pending.shift()!.finish();
    await first;
    const second = active.select(file('broken'));
    pending.shift()!.finish(new Error('corrupt'));
    await second;
    assert.deepEqual([...held], []);
    assert.equal(active.info, undefined);
    assert.equal(seen.at(-1), 'failed corrupt');
    await assert.rejects(active.ready(), /corrupt/);
  });

  it('gives the model to who waits for it, and the one of the last wish', async () => {
    const { active, pending } = setUp();
    void active.select(file('a'));
    const waiting = active.ready();
    void active.select(file('b'));
    pending.shift()!.finish();
    await turn();
    pending.shift()!.finish();
    assert.equal((await waiting).id, 'b');
  });

  it('reports a setting that names no file without asking the engine', async () => {
    const { active, pending, seen } = setUp();
    await active.select({ kind: 'invalid', message: 'not a full path' });
    assert.deepEqual(pending, []);
    assert.deepEqual(seen, ['opening', 'failed not a full path']);
  });
});
