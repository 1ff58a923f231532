/** Two models in one engine, on one device: a keystroke of one beside a chat of the other. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import type { GenerateParams } from '../../src/engine/protocol/index.ts';
import { bundledModel, openWorkspace, repository } from '../helpers/engine.ts';
import { openBundled } from '../helpers/native.ts';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { assertSameUnlessNear } from '../helpers/sayable.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-models-'));
const client = ownEngine();
const source = readFileSync(path.join(repository, 'src/engine/client/client.ts'), 'utf8');

after(() => rmSync(folder, { recursive: true, force: true }));

/** Slower than the bundled model: its prompts are read in iterations that run beside the event loop. */
const SHAPE = { ...TINY_QWEN, layers: 6, width: 512, heads: 8, keyHeads: 2, feedForward: 1536 };

describe('two models', () => {
  it('answers a key of one while a chat of the other is read, as if it were not there', async () => {
    const keys = await client.openModel({ path: bundledModel, contextTokens: 0 });
    const workspace = await openWorkspace(client);
    const other = await openWorkspace(client, 'other');
    const behind = await openWorkspace(client, 'behind');
    const ask = (model: string, kind: GenerateParams['class'], text: string, more: Partial<GenerateParams> = {}) =>
      client.generate({ model, workspace, class: kind, prompt: { text }, maxTokens: 8, ...more });
    const alone = await ask(keys.id, 'keystroke', source.slice(0, 800), { workspace: other });

    const chats = await client.openModel({
      path: makeQwenShape(path.join(folder, 'chat.gguf'), SHAPE),
      contextTokens: 0,
    });
    let read = false;
    const chat = ask(chats.id, 'chat', source.slice(0, 3000)).then((result) => {
      read = true;
      return result;
    });
    const background = ask(keys.id, 'background', source.slice(0, 600), { workspace: behind, maxTokens: 20 });
    const beside = [];
    for (let typed = 792; typed <= 800; typed += 2)
      beside.push(await ask(keys.id, 'keystroke', source.slice(0, typed)));
    assert.equal(read, false, 'the keys came before the chat');
    const own = await openBundled({ path: bundledModel });
    assertSameUnlessNear(own, [{ text: source.slice(0, 800) }], beside.at(-1)!.text, alone.text);
    own.dispose();

    assert.equal((await chat).generatedTokens, 8);
    assert.equal((await background).finish === 'cancelled', false);
    const { models } = await client.status();
    const of = (id: string) => models.find(({ info }) => info.id === id)!;
    const ran = of(chats.id).scheduler.decisions.filter(({ what }) => what === 'ran');
    assert(ran.length > 0 && ran.every((decision) => decision.class === 'chat'));
    const limits = [keys, chats].map(({ id }) => of(id).kv.ram.limitBytes);
    assert.deepEqual(limits, [256 << 20, 128 << 20], 'one budget for both');
    assert.equal(of(keys.id).running + of(keys.id).waiting + of(chats.id).running + of(chats.id).waiting, 0);
  });
});
