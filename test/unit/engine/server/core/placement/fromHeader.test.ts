import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { readModelParts } from '../../../../../../src/engine/server/core/placement/fromHeader.ts';
import { partsOfShape } from '../../../../../../src/engine/server/core/placement/fromShape.ts';
import { hotness, weightBytes } from '../../../../../../src/engine/server/core/placement/parts.ts';
import { BUNDLED_MODEL } from '../../../../../helpers/gguf.ts';
import { makeHollowModel, QWEN3_A3B } from '../../../../../helpers/hollowModel.ts';
import { makeTinyBert, makeTinyMamba } from '../../../../../helpers/randomModel.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-parts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('readModelParts', () => {
  it('sorts the tensors of a mixture, of which experts are cold', async () => {
    const file = makeHollowModel(path.join(folder, 'a3b.gguf'), QWEN3_A3B);
    const parts = await readModelParts(file);
    assert.equal(parts.layers.length, 48);
    const [first, second] = parts.layers;
    // Three matrices of 2048 x 768 for each of 128 experts: Q4_K is 4.5 bits a weight, Q6_K 6.5625.
    const matrix = 128 * 2048 * 768;
    assert.equal(first!.experts.held, (matrix * (2 * 4.5 + 6.5625)) / 8);
    assert.equal(second!.experts.held, (matrix * 3 * 4.5) / 8);
    assert.equal(hotness(first!.experts), 8 / 128);
    assert.equal(hotness(first!.attention), 1);
    assert.equal(first!.feedForward.held, 0);
    assert.equal(first!.cacheElements, 2 * 4 * 128);
    assert.equal(parts.largest, (matrix * 6.5625) / 8);
    assert.equal(parts.output.multiplications, 2048 * 151_936 + 2048);
    assert.equal(parts.tied, false);
    assert.equal(parts.vocabulary, 151_936);
    // All that is not header.
    const header = statSync(file).size - weightBytes(parts);
    assert.ok(header > 0 && header < 100_000, `${header} bytes of header`);
  });

  it('agrees with what is counted from the published numbers', async () => {
    const file = makeHollowModel(path.join(folder, 'a3b.gguf'), QWEN3_A3B);
    const read = await readModelParts(file);
    const counted = partsOfShape({
      name: 'a3b',
      layers: 48,
      embedding: 2048,
      heads: 32,
      kvHeads: 4,
      headLength: 128,
      feedForward: 0,
      experts: { count: 128, used: 8, feedForward: 768 },
      vocabulary: 151_936,
      contextTokens: 40_960,
    });
    const multiplications = (parts: typeof read) =>
      parts.layers.reduce(
        (total, { attention, experts }) => total + attention.multiplications + experts.multiplications,
        0,
      );
    assert.ok(Math.abs(multiplications(read) / multiplications(counted) - 1) < 0.01);
    assert.ok(Math.abs(weightBytes(read) / weightBytes(counted) - 1) < 0.05);
    assert.equal(read.step, counted.step);
  });

  it('knows that the output is the input where the file has one matrix for both', async () => {
    const parts = await readModelParts(BUNDLED_MODEL);
    const size = statSync(BUNDLED_MODEL).size;
    assert.ok(weightBytes(parts) < size && weightBytes(parts) > 0.9 * size);
    assert.equal(parts.tied, true);
    assert.ok(parts.output.held >= parts.input.held);
  });

  it('finds no cache in what sees a whole text at once, and a state in what is recurrent', async () => {
    const bert = await readModelParts(makeTinyBert(path.join(folder, 'bert.gguf')));
    assert.ok(bert.layers.every(({ cacheElements, stateBytes }) => cacheElements === 0 && stateBytes === 0));
    assert.equal(bert.tied, false);
    assert.ok(bert.output.held < bert.input.held);
    const mamba = await readModelParts(makeTinyMamba(path.join(folder, 'mamba.gguf')));
    assert.ok(mamba.layers.every(({ cacheElements, stateBytes }) => cacheElements === 0 && stateBytes > 0));
  });
});
