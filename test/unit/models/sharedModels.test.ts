import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelInfo, ModelRole } from '../../../src/engine/protocol/index.ts';
import { SharedModels } from '../../../src/models/sharedModels.ts';

const spec = (path: string, role: ModelRole = 'completion') => ({ path, contextTokens: 0, role });

/** An engine that holds a model once for this client, however often it was opened. */
function setUp() {
  const held = new Set<string>();
  let refuse = false;
  const models = new SharedModels({
    async openModel({ path, role }) {
      await new Promise((resolve) => setImmediate(resolve));
      const id = role === 'embedding' ? `vectors of ${path}` : path;
      if (refuse) throw new Error('refused');
      held.add(id);
      return { id } as ModelInfo;
    },
    closeModel: async (id) => void held.delete(id),
  });
  return {
    models,
    held,
    refuse(on: boolean) {
      refuse = on;
    },
  };
}

describe('SharedModels', () => {
  it('closes a model that two roles share when neither has it any more', async () => {
    const { models, held } = setUp();
    await Promise.all([models.open(spec('a')), models.open(spec('a', 'chat')), models.open(spec('a', 'embedding'))]);
    assert.deepEqual([...held], ['a', 'vectors of a']);
    await models.release(spec('a'));
    assert.deepEqual([...held], ['a', 'vectors of a']);
    await models.release(spec('a', 'chat'));
    assert.deepEqual([...held], ['vectors of a']);
    await models.release(spec('a', 'embedding'));
    await models.release(spec('a', 'embedding'));
    assert.deepEqual([...held], []);
  });

  it('closes nothing that another role is opening, and nothing is held by one that was refused', async () => {
    const { models, held, refuse } = setUp();
    await models.open(spec('a'));
    const opening = models.open(spec('a', 'chat'));
    await models.release(spec('a'));
    await opening;
    assert.deepEqual([...held], ['a']);
    refuse(true);
    await assert.rejects(models.open(spec('a')), /refused/);
    assert.deepEqual([...held], ['a']);
    await models.release(spec('a', 'chat'));
    assert.deepEqual([...held], []);
  });

  it('closes the model under the id of now', async () => {
    const { models, held } = setUp();
    await models.open(spec('a'));
    held.clear();
    held.add('a2');
    models.reopened(spec('a', 'chat'), { id: 'a2' } as ModelInfo);
    await models.release(spec('a'));
    assert.deepEqual([...held], []);
  });
});
