import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SHAPES } from '../../../../../../src/cli/imagined.ts';
import type { ModelRole, PlannedModel } from '../../../../../../src/engine/protocol/index.ts';
import { find } from '../../../../../../src/engine/server/core/placement/find.ts';
import { loadSolver } from '../../../../../../src/engine/server/core/placement/highs.ts';
import { Planner } from '../../../../../../src/engine/server/core/placement/planner.ts';
import { PlanService } from '../../../../../../src/engine/server/services/plan/service.ts';
import { BUNDLED_MODEL } from '../../../../../helpers/gguf.ts';

const GIB = 2 ** 30;
const solve = await loadSolver();
const planner = new Planner(async (question) => find({ ...question, seconds: 60 }, solve));
const found = [
  { name: 'BLAS', kind: 'accelerator', totalBytes: 0, freeBytes: 0 },
  { name: 'Vulkan0', kind: 'igpu', totalBytes: 8 * GIB, freeBytes: 8 * GIB },
  { name: 'CPU', kind: 'cpu', totalBytes: 16 * GIB, freeBytes: 12 * GIB },
];
const service = new PlanService(async () => found, planner);
const small = (role: ModelRole): PlannedModel => ({ role, model: { shape: SHAPES['qwen2.5-coder-1.5b']! } });

describe('PlanService', () => {
  it('plans for the devices of this machine that hold tensors, with rates: the memory of both is one, and as quick', async () => {
    const { machine, plan } = await service.plan({ models: [{ role: 'completion', model: { path: BUNDLED_MODEL } }] });
    assert.deepEqual(
      machine.devices.map(({ name }) => name),
      ['Vulkan0', 'CPU'],
    );
    const [igpu, cpu] = machine.devices;
    assert.ok(cpu!.bandwidth! > 1e8 && cpu!.bandwidth === igpu!.bandwidth);
    assert.equal(plan.models[0]!.model, BUNDLED_MODEL);
    assert.ok(plan.models[0]!.contextTokens <= 4096);
  });

  it('plans completion and chat with one file as one model, and vectors as another', async () => {
    const { plan } = await service.plan({ models: [small('completion'), small('chat'), small('embedding')] });
    assert.deepEqual(
      plan.models.map(({ roles }) => roles),
      [['completion', 'chat'], ['embedding']],
    );
  });

  it('takes a length that is asked for', async () => {
    const { plan } = await service.plan({ models: [{ ...small('chat'), contextTokens: 12_000 }] });
    assert.equal(plan.models[0]!.contextTokens, 12_000);
  });

  it('says of a file that is not there what describing it says', async () => {
    const missing: PlannedModel = { role: 'chat', model: { path: '/nowhere/model.gguf' } };
    await assert.rejects(service.plan({ models: [missing] }), { kind: 'modelMissing' });
  });
});
