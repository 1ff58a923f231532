import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flashAttentionFor } from '../../../../../../src/engine/server/core/llama/contextParams.ts';
import type { Placement } from '../../../../../../src/engine/server/core/llama/placement.ts';

const LAYERS = 8;

test('flash attention is insisted on where the CPU has some of the layers, or the cache', () => {
  const ofAll: Placement = {
    devices: ['CUDA0'],
    nGpuLayers: -1,
    splitMode: 'layer',
    tensorSplit: [],
    mainGpu: 0,
    tensorOverrides: [],
  };
  assert.equal(flashAttentionFor(ofAll, LAYERS), 'auto');
  assert.equal(flashAttentionFor({ ...ofAll, nGpuLayers: LAYERS + 1 }, LAYERS), 'auto');
  assert.equal(flashAttentionFor({ ...ofAll, nGpuLayers: LAYERS }, LAYERS), 'on');
  assert.equal(flashAttentionFor({ ...ofAll, nGpuLayers: 1 }, LAYERS), 'on');
  assert.equal(flashAttentionFor({ ...ofAll, offloadKv: false }, LAYERS), 'on');
  assert.equal(flashAttentionFor({ ...ofAll, nGpuLayers: 0 }, LAYERS), 'auto');
  assert.equal(flashAttentionFor({ ...ofAll, devices: [], offloadKv: false }, LAYERS), 'auto');
});
