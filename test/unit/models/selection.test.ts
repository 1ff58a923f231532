import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import type { ModelRole } from '../../../src/engine/protocol/index.ts';
import { BUNDLED_MODEL_PATH, SMALLEST_MODEL } from '../../../src/models/bundled.ts';
import { completionSetting, type SelectionContext, selectModel } from '../../../src/models/selection.ts';

const root = resolve('/extension');
const home = resolve('/home/ada');
const folder = resolve('/projects/loom');
const model = resolve('/models/m.gguf');
const trusted: SelectionContext = { extensionRoot: root, workspaceFolder: folder, trusted: true, home };

const selectFor = (role: ModelRole, paths: Partial<Record<ModelRole, string>>, context = trusted) => {
  const named = (key: ModelRole) => ({ setting: `quire.model.${key}`, value: paths[key] ?? '' });
  const [completion, chat, embedding] = [named('completion'), named('chat'), named('embedding')];
  return selectModel(role, { completion, chat, embedding, contextTokens: 4096 }, context);
};
const select = (path: string, context: Partial<SelectionContext> = {}) =>
  selectFor('completion', { completion: path }, { ...trusted, ...context });
const spec = (path: string, role: ModelRole = 'completion') => ({ path, contextTokens: 4096, role });

const messageOf = (path: string, context: Partial<SelectionContext> = {}) => {
  const selection = select(path, context);
  assert.equal(selection.kind, 'invalid');
  return selection.message;
};

describe('selectModel', () => {
  it('takes the bundled model where nothing is set', () => {
    for (const empty of ['', '  ']) {
      const path = join(root, BUNDLED_MODEL_PATH);
      assert.deepEqual(select(empty), { kind: 'bundled', spec: spec(path) });
    }
  });

  it('takes the smallest bundled model by its keyword, for completion and for chat', () => {
    const path = join(root, SMALLEST_MODEL.path);
    assert.deepEqual(select('bundled-smallest'), { kind: 'smallest', spec: spec(path) });
    assert.deepEqual(selectFor('chat', { completion: 'bundled-smallest' }), {
      kind: 'asCompletion',
      spec: spec(path, 'chat'),
    });
  });

  it('takes a full path, and ~ for the home folder', () => {
    assert.deepEqual(select(` ${model} `), { kind: 'file', spec: spec(model) });
    assert.deepEqual(select('~/m.gguf'), { kind: 'file', spec: spec(join(home, 'm.gguf')) });
  });

  it('takes ~ for the home folder only at the start', () => {
    assert.match(messageOf('~ada/m.gguf'), /full path/);
    const odd = resolve('/models/~/m.gguf');
    assert.deepEqual(select(odd), { kind: 'file', spec: spec(odd) });
  });

  it('takes the workspace folder in trusted workspaces only', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code's own variable.
    const path = '${workspaceFolder}/m.gguf';
    assert.deepEqual(select(path), { kind: 'file', spec: spec(join(folder, 'm.gguf')) });
    assert.match(messageOf(path, { trusted: false }), /^quire\.model\.completion: .*trusted workspaces only/);
    assert.match(messageOf(path, { workspaceFolder: undefined }), /no folder is open/);
  });

  it('refuses a relative path, in words', () => {
    assert.equal(
      messageOf('models/m.gguf'),
      'quire.model.completion: "models/m.gguf" is not a full path. Write the full path of a GGUF file, or leave it empty.',
    );
  });

  it('takes the model for completion for chat too, where none is chosen', () => {
    const bundled = join(root, BUNDLED_MODEL_PATH);
    assert.deepEqual(selectFor('chat', {}), { kind: 'asCompletion', spec: spec(bundled, 'chat') });
    assert.deepEqual(selectFor('chat', { completion: model }), { kind: 'asCompletion', spec: spec(model, 'chat') });
    assert.deepEqual(selectFor('chat', { chat: model }), { kind: 'file', spec: spec(model, 'chat') });
    const wrong = selectFor('chat', { completion: 'm.gguf' });
    assert.ok(wrong.kind === 'invalid' && /^quire\.model\.completion: /.test(wrong.message));
  });

  it('takes no model for embedding where none is chosen, and leaves the length of its texts to the engine', () => {
    assert.equal(selectFor('embedding', { completion: model, chat: model }).kind, 'none');
    const chosen = selectFor('embedding', { embedding: '~/e.gguf' });
    assert.deepEqual(chosen, {
      kind: 'file',
      spec: { path: join(home, 'e.gguf'), contextTokens: 0, role: 'embedding' },
    });
    const wrong = selectFor('embedding', { embedding: 'e.gguf' });
    assert.ok(wrong.kind === 'invalid' && /^quire\.model\.embedding: /.test(wrong.message));
  });
});

describe('completionSetting', () => {
  const levels = (workspace?: string, user?: string) => ({ workspace, user });

  it('counts the former setting at each level where the new one says nothing', () => {
    const now = (value: string) => ({ setting: 'quire.model.completion', value });
    const then = (value: string) => ({ setting: 'quire.model.path', value });
    assert.deepEqual(completionSetting(levels(), levels()), now(''));
    assert.deepEqual(completionSetting(levels(), levels(undefined, 'old')), then('old'));
    assert.deepEqual(completionSetting(levels(undefined, 'new'), levels(undefined, 'old')), now('new'));
    assert.deepEqual(
      completionSetting(levels(undefined, 'new'), levels('old of the folder')),
      then('old of the folder'),
    );
    assert.deepEqual(completionSetting(levels('', 'new'), levels('old of the folder')), now(''), 'the bundled one');
  });
});
