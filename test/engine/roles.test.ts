/** Models for several roles in one engine, as the settings name them: opened when asked for, shared where they can be. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ModelRole } from '../../src/engine/protocol/index.ts';
import { unfitFiles } from '../../src/models/fitness.ts';
import { RoleModels } from '../../src/models/roleModels.ts';
import { ROLES } from '../../src/models/roles.ts';
import { selectModel } from '../../src/models/selection.ts';
import { bundledModel, openWorkspace, repository } from '../helpers/engine.ts';
import { makeCorruptModel, makeModelWithoutFim } from '../helpers/gguf.ts';
import { makeQwenShape, makeTinyBert, TINY_QWEN } from '../helpers/randomModel.ts';
import { ownEngine } from './ownEngine.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-roles-'));
after(() => rmSync(folder, { recursive: true }));

const client = ownEngine();
/** What the settings say. */
const paths: Record<ModelRole, string> = { completion: '', chat: '', embedding: '' };
const heard: string[] = [];
const events = (role: ModelRole) => ({
  opening: () => heard.push(`${role} opening`),
  opened: () => heard.push(`${role} opened`),
  failed: (error: unknown) => heard.push(`${role} failed: ${(error as Error).message}`),
});
const models = new RoleModels(
  client,
  (role) => {
    const named = (key: ModelRole) => ({ setting: `quire.model.${key}`, value: paths[key] });
    const values = { completion: named('completion'), chat: named('chat'), embedding: named('embedding') };
    const context = { extensionRoot: repository, workspaceFolder: undefined, trusted: true };
    return selectModel(role, { ...values, contextTokens: 0 }, context);
  },
  { completion: events('completion'), chat: events('chat'), embedding: events('embedding') },
);
client.onModel((event) => models.reopened(event));
const files = { qwen: '', bert: '', plain: '', corrupt: '' };

/** Paths of the models that the engine has open for somebody: those that linger are open still. */
async function loaded(): Promise<string[]> {
  const { models: open, embedders } = await client.status();
  return [...open.map(({ info }) => info), ...embedders].map(({ path: file }) => path.basename(file)).sort();
}

before(() => {
  files.qwen = makeQwenShape(path.join(folder, 'qwen.gguf'), TINY_QWEN);
  files.bert = makeTinyBert(path.join(folder, 'bert.gguf'));
  files.plain = makeModelWithoutFim(folder);
  files.corrupt = makeCorruptModel(folder);
});

describe('models for roles', () => {
  it('says before they are opened what files are good for', async () => {
    const all = [bundledModel, ...Object.values(files), path.join(folder, 'missing.gguf')];
    const fitFor = async (role: ModelRole) => {
      const unfit = await unfitFiles(client, all, role);
      return all.filter((file) => !unfit.has(file));
    };
    assert.deepEqual(await fitFor('completion'), [bundledModel, files.qwen]);
    assert.deepEqual(await fitFor('chat'), [files.qwen]);
    assert.deepEqual(await fitFor('embedding'), [files.bert]);
    const reasons = await unfitFiles(client, all, 'completion');
    assert.match(reasons.get(files.plain)!, /no fill-in-the-middle tokens/);
    assert.match(reasons.get(files.bert)!, /is an embedding model/);
    assert.match(reasons.get(files.corrupt)!, /corrupt\.gguf cannot be used/);
    assert.match(reasons.get(all.at(-1)!)!, /cannot be found/);
    assert.deepEqual(await loaded(), []);
  });

  it('describes a file anew once it is another', async () => {
    const file = path.join(folder, 'changing.gguf');
    copyFileSync(bundledModel, file);
    assert.equal((await client.describeModel(file)).capabilities.chats, false);
    copyFileSync(files.qwen, file);
    assert.equal((await client.describeModel(file)).capabilities.chats, true);
  });

  it('are opened when they are asked for, and not before', async () => {
    await models.select('completion');
    assert.deepEqual(await loaded(), [path.basename(bundledModel)]);
    await assert.rejects(models.ready('embedding'), { kind: 'modelPathInvalid', message: /no embedding model/ });
    await assert.rejects(models.ready('chat'), { kind: 'modelUnfit', message: /cannot chat/ });
    assert.equal(models.info('completion')?.path, bundledModel, 'and stays');
    paths.embedding = files.bert;
    models.settingsChanged();
    assert.equal((await models.ready('embedding')).path, files.bert);
    assert.deepEqual(await loaded(), ['bert.gguf', path.basename(bundledModel)]);
  });

  it('are one model where two roles can share it', async () => {
    paths.completion = files.qwen;
    models.settingsChanged();
    const completion = await models.ready('completion');
    const chat = await models.ready('chat');
    assert.deepEqual([completion.path, chat.id], [files.qwen, completion.id]);
    const workspace = await openWorkspace(client);
    const { conversation } = await client.openChat({ model: chat.id, workspace });
    const ask = () => client.chat({ conversation, messages: [{ role: 'user', content: 'Why?' }], maxTokens: 4 });
    assert.equal((await ask()).generatedTokens, 4);
    // The completion goes elsewhere; the chat has its own setting now, and the model is held for it.
    paths.chat = files.qwen;
    paths.completion = '';
    models.settingsChanged();
    assert.equal((await models.ready('completion')).path, bundledModel);
    assert.equal((await models.ready('chat')).id, chat.id);
    const text = { workspace, class: 'chat', prompt: { text: 'const a = ' }, maxTokens: 4 } as const;
    assert.equal((await client.generate({ ...text, model: chat.id })).generatedTokens, 4);
    assert.equal(heard.filter((event) => event === 'embedding opened').length, 1, 'what did not change stayed open');
  });

  it('are all open again in the next engine', async () => {
    const ids = await Promise.all(ROLES.map(async (role) => (await models.ready(role)).id));
    const { pid } = await client.status();
    heard.length = 0;
    process.kill(pid, 'SIGKILL');
    assert.deepEqual(await loaded(), ['bert.gguf', 'qwen.gguf', path.basename(bundledModel)].sort());
    assert.deepEqual(heard.sort(), ['chat opened', 'completion opened', 'embedding opened']);
    assert.deepEqual(
      ROLES.map((role) => models.info(role)?.id),
      ids,
    );
  });
});
