import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { extension, quire, until } from './quire.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-models-'));
const copy = path.join(folder, 'copy.gguf');
const set = (key: string, value: string | undefined) =>
  vscode.workspace.getConfiguration('quire.model').update(key, value, vscode.ConfigurationTarget.Global);
const userValue = (key: string) => vscode.workspace.getConfiguration('quire.model').inspect<string>(key)?.globalValue;

describe('models for roles', () => {
  before(() => copyFileSync(path.join(extension().extensionPath, 'media/model/tiny-code-fim-q8_0.gguf'), copy));
  after(async () => {
    for (const key of ['path', 'completion', 'chat', 'embedding']) await set(key, undefined);
    rmSync(folder, { recursive: true });
  });
  const completion = async () => (await quire()).models.info('completion')?.path;

  it('goes by the former setting until the new one says something', async () => {
    const bundled = await completion();
    await set('path', copy);
    await until(async () => (await completion()) === copy, 'the former setting counts');
    await set('completion', bundled);
    await until(async () => (await completion()) === bundled, 'the new one counts before it');
    await set('completion', undefined);
    await until(async () => (await completion()) === copy, 'the former one counts again');
    await vscode.commands.executeCommand('quire.useBundledModel');
    await until(async () => (await completion()) === bundled, 'the bundled one is used');
    assert.deepEqual([userValue('path'), userValue('completion')], [undefined, undefined]);
  });

  it('opens a model for another role when it is asked for, and says in words why it cannot', async () => {
    const { models, engineStatus } = await quire();
    await assert.rejects(models.ready('chat'), {
      kind: 'modelUnfit',
      message: /cannot chat.* no chat template/,
    });
    await assert.rejects(models.ready('embedding'), { message: /no embedding model is chosen/ });
    await set('embedding', copy);
    await assert.rejects(models.ready('embedding'), { kind: 'modelUnfit', message: /copy\.gguf/ });
    assert.deepEqual((await engineStatus()).embedders, []);
    assert.ok((await models.ready('completion')).path);
  });
});
