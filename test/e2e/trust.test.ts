import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChat } from './chatPanel.ts';
import { bodyOfAdd, fileWithGap } from './code.ts';
import { type Editor, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

const gap = fileWithGap();
let editor: Editor;
let window: EditorWindow;

before(async () => {
  editor = await startEditor('trust', {
    trust: true,
    settings: { 'security.workspace.trust.startupPrompt': 'never' },
    files: {
      'a.ts': gap.text,
      '.quire/prompts/rhyme.md': 'Rhyme on the moon.\n',
      '.vscode/settings.json': JSON.stringify({ 'quire.model.path': '/chosen/by/the/workspace.gguf' }),
    },
  });
  window = await editor.openWindow();
});
after(() => editor?.stop());

test('an untrusted workspace gets completions of your own model, not of one that it names', async () => {
  await window.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor();
  await window.waitForStatus(/^Quire: ready/);
  await window.openFile('a.ts', gap);
  await window.typeUntilGhostText(bodyOfAdd.pieces);
  await window.screenshot('untrusted');
  const engines = await editor.engines();
  assert.deepEqual(
    engines.flatMap(({ models }) => models.map(({ info }) => info.name)),
    ['tiny-code-fim'],
  );
  assert.deepEqual(await window.notifications(), []);
});

test('an untrusted workspace has no commands of its own in the chat', async () => {
  const panel = await openChat(window);
  await panel.type('/');
  await panel.frame.locator('[role=option]', { hasText: 'explain' }).first().waitFor();
  assert.equal(await panel.frame.locator('[role=option]', { hasText: 'rhyme' }).count(), 0);
  await panel.draft.fill('');
});

test('once the workspace is trusted, its choice counts', async () => {
  await window.runCommand('Workspaces: Manage Workspace Trust');
  await window.page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).click();
  await window.until(async () => (await window.notifications()).length > 0, 'the missing model is reported');
  assert.match((await window.notifications()).join(), /\/chosen\/by\/the\/workspace\.gguf cannot be found/);
  await window.screenshot('trusted');
});
