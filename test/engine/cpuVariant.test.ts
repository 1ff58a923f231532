/** Which of ggml's builds for processors computes: all tests of a run mean the one that the run is said to be on. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { cpuVariants, lesserOf, variantOf } from '../../scripts/lib/cpuVariants.mjs';
import { sharedObjects } from '../../src/engine/server/core/llama/sharedObjects.ts';
import { bundledModel } from '../helpers/engine.ts';
import { cpuLibrary } from '../helpers/native.ts';
import { ownEngine } from './ownEngine.ts';

const client = ownEngine();
const named = (files: readonly string[]): string[] => files.flatMap((file) => variantOf(file) ?? []);

describe('the variant for this processor', () => {
  let here: string[];
  let expected: string[];
  before(async () => {
    await cpuLibrary();
    here = named(sharedObjects());
    // To ask them for their scores loads them all, so this comes after.
    const wanted = process.env.QUIRE_TEST_CPU;
    expected = wanted ? [wanted] : (await cpuVariants()).slice(0, 1).map(({ name }) => name);
  });

  it('is the best one, or the one that the run asked for', (test) => {
    test.diagnostic(`computing with ${here.join() || 'the only build that there is'}`);
    assert.deepEqual(here, expected);
  });

  if (process.platform === 'linux') {
    it('is the same in the engine', async () => {
      await client.openModel({ path: bundledModel, contextTokens: 0 });
      const { pid } = await client.status();
      const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n');
      const mapped = lines.flatMap((line) => line.slice(line.indexOf('/')).trim());
      assert.deepEqual([...new Set(named(mapped))], expected);
    });
  }

  it('has a lesser one beside it that is another', async () => {
    const variants = await cpuVariants();
    const lesser = lesserOf(variants);
    if (lesser !== undefined) assert.notEqual(lesser, variants[0]!.name);
    const x64 = ['zen4', 'cannonlake', 'skylakex', 'alderlake', 'haswell', 'sandybridge', 'sse42', 'x64'];
    const scored = x64.map((name, at) => ({ name, score: [1984, 448, 192, 128, 64, 21, 5, 1][at]! }));
    const found = scored.map((_, best) => lesserOf(scored.slice(best)));
    assert.deepEqual(found, ['haswell', 'haswell', 'haswell', 'sandybridge', 'sandybridge', 'sse42', 'x64', undefined]);
  });
});
