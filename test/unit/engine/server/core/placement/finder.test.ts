import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { MACHINES, SHAPES } from '../../../../../../src/cli/imagined.ts';
import type { Question } from '../../../../../../src/engine/server/core/placement/find.ts';
import { Finder } from '../../../../../../src/engine/server/core/placement/finder.ts';
import { partsOfShape } from '../../../../../../src/engine/server/core/placement/fromShape.ts';
import { placedModel } from '../../../../../../src/engine/server/core/placement/layout.ts';
import { rated } from '../../../../../../src/engine/server/core/placement/rates.ts';

const logged: string[] = [];
const finder = new Finder((message) => logged.push(message));
after(() => finder.close());

const question = (name: string): Question => ({
  models: [placedModel(partsOfShape(SHAPES[name]!), ['chat'])],
  machine: rated(MACHINES['gpu-8']!),
  seconds: 60,
});

describe('Finder', () => {
  it('solves on a thread, several questions at a time', async () => {
    const found = await Promise.all(['qwen3-30b-a3b', 'qwen2.5-coder-7b'].map((name) => finder.find(question(name))));
    assert.deepEqual(
      found.map(({ best, simple }) => [best?.by, best?.layouts[0]?.model.parts.name, simple?.length]),
      [
        ['optimised', 'qwen3-30b-a3b', 1],
        ['optimised', 'qwen2.5-coder-7b', 1],
      ],
    );
    assert.deepEqual(logged, []);
  });

  it('has the simple answer where the thread ends under the question, and the next is solved again', async () => {
    const finding = finder.find(question('qwen3-30b-a3b'));
    finder.close();
    const { best, simple } = await finding;
    assert.equal(best?.by, 'simple');
    assert.deepEqual(best?.layouts, simple);
    assert.match(logged.join(), /not optimised: its thread ended/);
    assert.equal((await finder.find(question('qwen3-30b-a3b'))).best?.by, 'optimised');
  });
});
