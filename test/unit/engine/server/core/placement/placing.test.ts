import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { ModelSpec } from '../../../../../../src/engine/protocol/index.ts';
import { find } from '../../../../../../src/engine/server/core/placement/find.ts';
import { loadSolver } from '../../../../../../src/engine/server/core/placement/highs.ts';
import { Planner } from '../../../../../../src/engine/server/core/placement/planner.ts';
import { makeHollowModel, QWEN3_8B, QWEN3_A3B } from '../../../../../helpers/hollowModel.ts';
import { GIB } from './models.ts';
import { bytesOn, World } from './world.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-placing-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const hollow = (name: string, shape: typeof QWEN3_8B) => makeHollowModel(path.join(folder, name), shape);
const chat: ModelSpec = { path: hollow('chat.gguf', QWEN3_A3B), contextTokens: 0, role: 'chat' };
const completion: ModelSpec = { path: hollow('completion.gguf', { ...QWEN3_8B, layers: 18 }), contextTokens: 0 };

const small = hollow('small.gguf', { ...QWEN3_8B, layers: 12 });

const solve = await loadSolver();
const planner = new Planner(async (question) => find({ ...question, seconds: 60 }, solve));
const world = (gpu: number, cpu = 64) => new World(planner, { gpu, cpu });

describe('Placing', () => {
  it('uses the GPU as far as it is free', async () => {
    const [much, little] = [await world(8).open(chat), await world(4).open({ ...chat, contextTokens: 8192 })];
    assert.ok(bytesOn(much!, 'GPU0') > 6.5 * GIB && bytesOn(much!, 'GPU0') <= 7.5 * GIB);
    assert.ok(bytesOn(little!, 'GPU0') <= 3.5 * GIB);
    assert.equal(little!.contextTokens, 8192);
  });

  it('says in the log what lies where, and why', async () => {
    const one = world(8);
    await one.open(chat);
    assert.match(
      one.log.join('\n'),
      /chat\.gguf is planned: GPU0: all 48 layers .*; CPU: .*GPU0 lacks \d+\.\d GB for that/,
    );
  });

  it('has nothing to say where there is no GPU to use, or where it does not say what it has', async () => {
    assert.equal(await world(0).open(chat), undefined);
    const mute = world(8);
    const look = () => {
      const gpus = mute.look().chosen.map((gpu) => ({ ...gpu, totalBytes: 0, freeBytes: 0 }));
      return { devices: [...gpus, ...mute.look().devices.slice(1)], chosen: gpus };
    };
    assert.equal(await mute.placing.place({ spec: chat, shortages: 0, look }), undefined);
  });

  it('leaves a model for completion its place while that is not open', async () => {
    const one = world(8);
    const alone = await one.placing.place({ spec: completion, shortages: 0, look: one.look });
    await one.open(chat);
    const beside = await one.open(completion);
    assert.equal(alone!.predicted.hotShare.GPU0, 1);
    assert.deepEqual([beside!.predicted.hotShare.GPU0, one.freeOn('GPU0') >= 0], [1, true]);
    assert.ok(!one.log.some((line) => line.includes('opened anew')));
  });
});

describe('a model that comes when another has the GPU', () => {
  it('is given its place, if it is for completion, and the other is opened anew with less', async () => {
    const one = world(8);
    const before = await one.open(chat);
    const first = await one.open(completion);
    const moved = one.planOf(chat.path)!;
    assert.equal(first!.predicted.hotShare.GPU0, 1);
    assert.ok(bytesOn(moved, 'GPU0') < bytesOn(before!, 'GPU0') - 2 * GIB);
    assert.ok(one.freeOn('GPU0') >= 0.5 * GIB && one.freeOn('CPU') >= 0);
    assert.equal(moved.contextTokens, before!.contextTokens);
    assert.equal(moved.why[0], 'moved to make room for completion.gguf');
    assert.match(one.log.join('\n'), /chat\.gguf is opened anew, to make room for completion\.gguf: GPU0/);
  });

  it('takes what is left while the other is in use', async () => {
    const one = world(8);
    const before = await one.open(chat, { used: true });
    const first = await one.open(completion);
    assert.equal(one.planOf(chat.path), before);
    assert.ok((first!.predicted.hotShare.GPU0 ?? 0) < 0.5);
    assert.ok(one.freeOn('GPU0') >= 0);
    assert.match(one.log.join('\n'), /would have a better place if .*chat\.gguf, now in use, were opened after it/);
  });

  it('does not move the other for less than a tenth', async () => {
    const one = world(8);
    const before = await one.open(completion);
    await one.open(chat);
    assert.equal(one.planOf(completion.path), before);
    assert.ok(one.freeOn('GPU0') >= 0);
  });

  it('is no reason to plan the others anew where it has all that it could have', async () => {
    const one = world(24);
    const before = await one.open(completion);
    const second = await one.open({ ...chat, path: small, contextTokens: 8192 });
    assert.equal(second!.short, false);
    assert.equal(one.planOf(completion.path), before);
  });

  it('counts what Quire has of a GPU whose driver says that all of it is free', async () => {
    const one = world(8);
    one.silent = true;
    await one.open(completion);
    await one.open(chat);
    assert.ok(one.freeOn('GPU0') >= 0.5 * GIB);
  });
});

describe('where memory is short', () => {
  it('the others make room although they are in use', async () => {
    const one = world(8, 15.3);
    const before = await one.open(completion, { used: true });
    const second = await one.open(chat);
    const moved = one.planOf(completion.path)!;
    assert.ok(second);
    assert.notDeepEqual(moved, before);
    assert.equal(moved.contextTokens, before!.contextTokens);
    assert.equal(moved.predicted.hotShare.GPU0, 1);
    assert.equal(moved.why[0], 'moved to make room for chat.gguf');
    assert.ok(one.freeOn('GPU0') >= 0.5 * GIB && one.freeOn('CPU') >= 1 * GIB);
  });

  it('a model that nobody has open is unloaded', async () => {
    const one = world(8, 12);
    await one.open({ ...completion, contextTokens: 8192 }, { held: false });
    await one.open(chat);
    assert.deepEqual([one.isOpen(completion.path), one.isOpen(chat.path)], [false, true]);
  });

  it('one for completion that is not open keeps no place that another needs', async () => {
    const one = world(8, 12);
    await one.placing.place({ spec: completion, shortages: 0, look: one.look });
    assert.ok(await one.open(chat));
  });

  it('all are refused together, in words', async () => {
    const one = world(8, 12);
    await one.open(completion);
    await assert.rejects(one.open(chat), {
      kind: 'outOfMemory',
      message:
        /^The models for completion and chat need 2\d\.\d GB of memory, 1\d\.\d GB are free behind a reserve: choose .* for chat/,
    });
    assert.ok(one.isOpen(completion.path));
  });

  it('a model that did not fit as planned is planned for less, and at last for the CPU', async () => {
    const on = async (shortages: number) => bytesOn((await world(8).open(chat, { shortages }))!, 'GPU0');
    const all = await Promise.all([0, 1, 2, 3].map(on));
    assert.ok(all[1]! < 0.95 * all[0]! && all[2]! < 0.85 * all[1]! && all[3] === 0, all.join());
  });

  it('a model on the CPU alone gets a shorter context, or a coarser cache', async () => {
    const one = world(0, 4.5);
    assert.equal(await one.open(completion), undefined);
    const plan = await one.open(completion, { shortages: 1 });
    assert.deepEqual(plan!.devices, []);
    assert.ok(plan!.contextTokens < 16_384 || plan!.kvType !== 'f16');
    assert.ok(one.freeOn('CPU') >= 1 * GIB);
  });
});
