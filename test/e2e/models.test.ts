import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { makeCorruptModel, makeEmbeddingModel, makeModelWithoutFim, makeTruncatedModel } from '../helpers/gguf.ts';
import { bodyOfAdd, fileWithGap } from './code.ts';
import { type Editor, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

const gap = fileWithGap();
let editor: Editor;
let window: EditorWindow;

before(async () => {
  editor = await startEditor('models', { files: { 'a.ts': gap.text } });
  window = await editor.openWindow();
  await window.waitForStatus(/^Quire: ready/);
});
after(() => editor?.stop());

const cases: [string, (folder: string) => string, RegExp][] = [
  ['a file that is missing', (folder) => path.join(folder, 'missing.gguf'), /missing\.gguf cannot be found/],
  ['a damaged file', makeCorruptModel, /The model .*\.gguf cannot be used/],
  ['a download that was cut off', makeTruncatedModel, /\.gguf .* cut off/],
  ['an embedding model', makeEmbeddingModel, /\.gguf .* embedding model/],
  ['a model without FIM tokens', makeModelWithoutFim, /fill-in-the-middle tokens/],
];

for (const [what, make, words] of cases) {
  test(`${what} is told once, with a way out`, async () => {
    editor.changeSettings({ 'quire.model.path': make(editor.server.folder) });
    await window.until(async () => (await window.notifications()).length > 0, 'a message is shown');
    await window.openFile('a.ts', gap);
    // More reasons to complain: each would be asked for a completion.
    await window.typeText('let a = b;');
    await window.screenshot(what.replaceAll(' ', '-'));
    const messages = await window.notifications();
    assert.equal(messages.length, 1);
    assert.match(messages[0] ?? '', words);
    assert.ok((await window.notificationActions()).includes('Choose Model…'));
    assert.match(await window.statusText(), /^Quire: error: /);
    await window.runCommand('Notifications: Clear All Notifications');
    await window.until(async () => (await window.notifications()).length === 0, 'the message is gone');
  });
}

test('one action leads back to the bundled model, and to grey text', async () => {
  editor.changeSettings({ 'quire.model.path': path.join(editor.server.folder, 'missing-again.gguf') });
  await window.until(async () => (await window.notifications()).length > 0, 'a message is shown');
  await window.page.locator('.notifications-toasts .monaco-button', { hasText: 'Use Bundled Model' }).click();
  await window.waitForStatus(/^Quire: ready/);
  await window.runCommand('File: Revert File');
  await window.openFile('a.ts', gap);
  await window.typeAndAccept(bodyOfAdd.pieces);
});
