import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { type KeyValueStore, RecentModels, type SelectionContext, selectModel } from '../../../src/models/selection.ts';

const root = resolve('/extension');
const home = resolve('/home/ada');
const folder = resolve('/projects/loom');
const model = resolve('/models/m.gguf');
const trusted: SelectionContext = { extensionRoot: root, workspaceFolder: folder, trusted: true, home };

const select = (path: string, context: Partial<SelectionContext> = {}) =>
  selectModel({ path, contextTokens: 4096 }, { ...trusted, ...context });

const messageOf = (path: string, context: Partial<SelectionContext> = {}) => {
  const selection = select(path, context);
  assert.equal(selection.kind, 'invalid');
  return selection.message;
};

describe('selectModel', () => {
  it('takes the bundled model where nothing is set', () => {
    for (const empty of ['', '  ']) {
      const path = join(root, 'media/model/tiny-code-fim-q8_0.gguf');
      assert.deepEqual(select(empty), { kind: 'bundled', spec: { path, contextTokens: 4096 } });
    }
  });

  it('takes a full path, and ~ for the home folder', () => {
    assert.deepEqual(select(` ${model} `), { kind: 'file', spec: { path: model, contextTokens: 4096 } });
    assert.deepEqual(select('~/m.gguf'), { kind: 'file', spec: { path: join(home, 'm.gguf'), contextTokens: 4096 } });
  });

  it('takes ~ for the home folder only at the start', () => {
    assert.match(messageOf('~ada/m.gguf'), /full path/);
    const odd = resolve('/models/~/m.gguf');
    assert.deepEqual(select(odd), { kind: 'file', spec: { path: odd, contextTokens: 4096 } });
  });

  it('takes the workspace folder in trusted workspaces only', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code's own variable.
    const path = '${workspaceFolder}/m.gguf';
    assert.deepEqual(select(path), { kind: 'file', spec: { path: join(folder, 'm.gguf'), contextTokens: 4096 } });
    assert.match(messageOf(path, { trusted: false }), /^quire\.model\.path: .*trusted workspaces only/);
    assert.match(messageOf(path, { workspaceFolder: undefined }), /no folder is open/);
  });

  it('refuses a relative path, in words', () => {
    assert.equal(
      messageOf('models/m.gguf'),
      'quire.model.path: "models/m.gguf" is not a full path. Write the full path of a GGUF file, or leave it empty.',
    );
  });
});

describe('RecentModels', () => {
  it('keeps the last five, the newest first, each once', async () => {
    const values = new Map<string, unknown>();
    const store: KeyValueStore = {
      get: <T>(key: string, fallback: T) => (values.has(key) ? (values.get(key) as T) : fallback),
      update: async (key, value) => void values.set(key, value),
    };
    const recent = new RecentModels(store);
    assert.deepEqual(recent.list(), []);
    for (const path of ['a', 'b', 'c', 'd', 'e', 'f', 'c']) await recent.add(path);
    assert.deepEqual(recent.list(), ['c', 'f', 'e', 'd', 'b']);
    await recent.remove('f');
    assert.deepEqual(new RecentModels(store).list(), ['c', 'e', 'd', 'b']);
  });
});
