import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { find } from '../../../../../../src/engine/server/core/placement/find.ts';
import { loadSolver } from '../../../../../../src/engine/server/core/placement/highs.ts';
import { Placing } from '../../../../../../src/engine/server/core/placement/placing.ts';
import { Planner } from '../../../../../../src/engine/server/core/placement/planner.ts';
import { makeHollowModel, QWEN3_8B, QWEN3_A3B } from '../../../../../helpers/hollowModel.ts';
import { device } from './models.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-placing-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const chat = makeHollowModel(path.join(folder, 'chat.gguf'), QWEN3_A3B);
const completion = makeHollowModel(path.join(folder, 'completion.gguf'), { ...QWEN3_8B, layers: 18 });

const solve = await loadSolver();
const planner = new Planner(async (question) => find({ ...question, seconds: 60 }, solve));
const cpu = device('cpu', 64);
const gpu = (gib: number) => device('gpu', 8, { freeBytes: gib * 2 ** 30 });
const total = (plan: { predicted: { bytes: Record<string, { weights: number; cache: number; compute: number }> } }) =>
  Object.values(plan.predicted.bytes.GPU0 ?? { weights: 0, cache: 0, compute: 0 }).reduce((sum, one) => sum + one, 0);

describe('Placing', () => {
  it('uses the GPU as far as it is free', async () => {
    const placing = new Placing(planner, () => false);
    const place = (gib: number) =>
      placing.place({ path: chat, contextTokens: 8192, role: 'chat' }, [gpu(gib), cpu], [gpu(gib)]);
    const [much, little] = [await place(8), await place(4)];
    assert.ok(much && little);
    assert.ok(total(much) > 6.5 * 2 ** 30 && total(much) <= 7.5 * 2 ** 30);
    assert.ok(total(little) <= 3.5 * 2 ** 30);
    assert.equal(little.contextTokens, 8192);
  });

  it('leaves a model for completion its place while that is not open', async () => {
    let open = false;
    const placing = new Placing(planner, () => open);
    const devices = [gpu(8), cpu];
    const place = (free: number) =>
      placing.place({ path: completion, contextTokens: 0 }, [gpu(free), cpu], [gpu(free)]);
    await place(8);
    const opening = () => placing.place({ path: chat, contextTokens: 0, role: 'chat' }, devices, [gpu(8)]);
    const beside = await opening();
    const left = await place(8 - total(beside!) / 2 ** 30);
    assert.equal(left!.predicted.hotShare.GPU0, 1);
    // Open, it has its memory: what is free is all the other's.
    open = true;
    assert.ok(total((await opening())!) > total(beside!));
  });

  it('has nothing to say where there is no GPU to use', async () => {
    const placing = new Placing(planner, () => false);
    assert.equal(await placing.place({ path: chat, contextTokens: 0 }, [cpu], []), undefined);
    const mute = device('gpu', 0);
    assert.equal(await placing.place({ path: chat, contextTokens: 0 }, [mute, cpu], [mute]), undefined);
  });
});
