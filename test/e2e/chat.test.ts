/** The chat in the real editor, with a model of random weights and a real chat template: its words mean nothing, all else is real. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { type ChatPanelPage, openChat } from './chatPanel.ts';
import { type Editor, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-e2e-chat-'));
/** Slow enough that an answer can be stopped, killed and typed beside. */
const model = makeQwenShape(path.join(folder, 'chat.gguf'), {
  ...TINY_QWEN,
  layers: 8,
  width: 256,
  heads: 4,
  feedForward: 2048,
});
const CODE = 'export function add(a: number, b: number): number {\n  return a + b;\n}\n';
let editor: Editor;
let window: EditorWindow;
let panel: ChatPanelPage;

before(async () => {
  editor = await startEditor('chat', {
    files: { 'src/add.ts': CODE, 'src/other.ts': 'export const other = 1;\n', '.env': 'PASSWORD=abc\n' },
    settings: { 'quire.model.chat': model, 'quire.chat.temperature': 0 },
  });
  window = await editor.openWindow();
  await window.waitForStatus(/^Quire: ready/);
  await window.openFile('src/add.ts');
  panel = await openChat(window);
});
after(async () => {
  await editor?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Files of conversations that hold some words. */
function keptWith(words: string): string[] {
  const chats = path.join(editor.server.folder, 'data/chats');
  if (!existsSync(chats)) return [];
  const kept = readdirSync(chats, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
  return kept.filter((name) => readFileSync(path.join(chats, name), 'utf8').includes(words));
}

test('once it is opened, what is typed goes into the draft', async () => {
  await window.until(() => panel.draft.evaluate((draft) => draft.matches(':focus')), 'the cursor is in the draft');
  await window.page.keyboard.type('Is it');
  assert.equal(await panel.draft.inputValue(), 'Is it');
  await panel.draft.fill('');
});

test('a question has its price shown before it is sent, and is answered as it is made', async () => {
  await panel.type('What does add do?');
  await window.until(async () => /\d+ new of [\d,]+ tokens/.test(await panel.meter()), 'the price is shown');
  await window.page.keyboard.press('Enter');
  await panel.untilWriting();
  await window.screenshot('writing');
  await panel.untilIdle();
  assert.equal(await panel.messages('user').count(), 1);
  assert.ok((await panel.textOf('assistant')).length > 20);
  assert.match((await panel.frame.locator('h2').textContent()) ?? '', /What does add do/);
  await window.screenshot('answered');
});

test('stop ends it, another answer is a branch, and so is an edited question', async () => {
  await panel.send('And why?');
  await panel.untilWriting();
  await panel.button(/^Stop/).click();
  await panel.untilIdle();
  await panel.messages('assistant').last().hover();
  await panel.button('Regenerate').last().click();
  await panel.untilWriting();
  await panel.button(/^Stop/).click();
  await panel.untilIdle();
  await window.until(async () => /2\s*\/\s*2/.test(await panel.textOf('assistant')), 'the pager shows two answers');
  await panel.button('Previous version').last().click();
  await window.until(async () => /1\s*\/\s*2/.test(await panel.textOf('assistant')), 'the first one is shown again');
  await panel.messages('user').last().hover();
  await panel.button('Edit').last().click();
  await window.until(async () => (await panel.draft.inputValue()) === 'And why?', 'the question is in the draft');
  await panel.draft.fill('And why not?');
  await window.page.keyboard.press('Enter');
  await panel.untilWriting();
  await panel.button(/^Stop/).click();
  await panel.untilIdle();
  await window.until(async () => /2\s*\/\s*2/.test(await panel.textOf('user')), 'both questions are there');
  await window.screenshot('branches');
});

test('what is asked meanwhile waits in a row, and can be taken out of it', async () => {
  await panel.send('One more?');
  await panel.untilWriting();
  await panel.send('Another?');
  await panel.send('Never mind');
  await window.until(async () => (await panel.frame.locator('ul.queue li').count()) === 2, 'two questions wait');
  await panel.button('Remove from the queue').last().click();
  await window.until(async () => (await panel.textOf('user')).includes('Another?'), 'the one that waited is asked');
  await panel.untilWriting();
  await panel.button(/^Stop/).click();
  await panel.untilIdle();
  assert.equal(await panel.messages('user').filter({ hasText: 'Never mind' }).count(), 0);
});

test('a file is attached by its name with its exact price; a secret one is refused in words', async () => {
  await window.runCommand('Quire: New Chat');
  await window.until(async () => (await panel.messages('user').count()) === 0, 'the conversation is new');
  await panel.type('@add.ts');
  await panel.frame.locator('[role=option]', { hasText: 'add.ts' }).first().waitFor();
  await window.page.keyboard.press('Enter');
  const chip = panel.frame.locator('ul[aria-label=Attachments] li', { hasText: 'src/add.ts' });
  await window.until(async () => /\d/.test((await chip.first().textContent()) ?? ''), 'the attachment has its price');
  await panel.type('What is attached? @file:.env');
  await window.page.keyboard.press('Enter');
  await window.until(async () => (await panel.frame.locator('.refusal').count()) > 0, 'the secret file is refused');
  assert.match((await panel.frame.locator('.refusal').textContent()) ?? '', /\.env/);
  assert.equal(await panel.messages('user').count(), 0);
  await window.screenshot('refused');
  await panel.draft.fill('What is attached?');
  await window.page.keyboard.press('Enter');
  await panel.untilWriting();
  assert.match(await panel.textOf('user'), /src\/add\.ts/);
  await panel.button(/^Stop/).click();
  await panel.untilIdle();
});

test('an answer goes on when the engine is killed in the middle of it', async () => {
  await window.runCommand('Quire: New Chat');
  await panel.send('Tell me a long story.');
  await panel.untilWriting();
  const before = (await panel.textOf('assistant')).length;
  const [engine] = editor.enginePids();
  assert.ok(engine);
  process.kill(engine, 'SIGKILL');
  await window.until(async () => {
    const [now] = editor.enginePids();
    return now !== undefined && now !== engine && (await panel.textOf('assistant')).length > before + 50;
  }, 'it goes on in another engine');
  await panel.untilIdle();
  assert.equal(await panel.messages('assistant').count(), 1);
});

test('a window that is killed and opened again has the conversation, and what was answered of it', async () => {
  await panel.send('And then?');
  await panel.untilWriting();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  for (const pid of editor.extensionHostPids()) process.kill(pid, 'SIGKILL');
  await window.close();
  window = await editor.openWindow();
  await window.waitForStatus(/^Quire: ready/);
  panel = await openChat(window);
  await window.until(async () => (await panel.messages('user').count()) === 2, 'both questions are there');
  assert.match(await panel.textOf('user'), /And then\?/);
  assert.ok((await panel.textOf('assistant')).length > 20);
  await window.screenshot('again');
});

test('a conversation is renamed in the list, and deleted for good: nothing of it is left on the disk', async () => {
  await window.runCommand('Quire: New Chat');
  await window.until(async () => (await panel.messages('user').count()) === 0, 'the conversation is new');
  await panel.send('Where do swallows spend the winter?');
  await panel.untilWriting();
  await panel.button(/^Stop/).click();
  await panel.untilIdle();
  await window.until(async () => keptWith('swallows').length === 1, 'it is on the disk');
  const row = () => window.page.locator('.quick-input-list .monaco-list-row', { hasText: /swallows|Birds/ }).first();
  const press = async (icon: string) => {
    await window.runCommand('Quire: Conversations…');
    await row().hover();
    await row().locator(`.codicon-${icon}`).click();
  };
  await press('edit');
  const input = window.page.locator('.quick-input-widget .quick-input-box input');
  await window.until(async () => /swallows/.test(await input.inputValue()), 'the title can be edited');
  await input.fill('Birds');
  await window.page.keyboard.press('Enter');
  await window.until(
    async () => (await panel.frame.locator('h2').textContent()) === 'Birds',
    'the panel shows the title',
  );
  await window.page.keyboard.press('Escape');
  await press('trash');
  await window.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Delete' }).click();
  await window.until(async () => keptWith('swallows').length === 0, 'its file is gone');
  await window.until(async () => (await panel.messages('user').count()) === 0, 'another one is shown');
  await window.page.keyboard.press('Escape');
});

test('where conversations cannot be kept one can talk all the same; why is said, and all is saved once that is possible', async () => {
  await window.close();
  const chats = path.join(editor.server.folder, 'data/chats');
  rmSync(chats, { recursive: true, force: true });
  writeFileSync(chats, 'a file');
  window = await editor.openWindow();
  await window.waitForStatus(/^Quire: ready/);
  panel = await openChat(window);
  await panel.send('Where do storks spend the winter?');
  await panel.untilWriting();
  const said = window.page.locator('.notification-toast', {
    hasText: 'The conversation cannot be saved: a file is where',
  });
  await window.until(async () => (await said.count()) === 1, 'it is said');
  await panel.button(/^Stop/).click();
  await panel.untilIdle();
  await window.screenshot('not-kept');
  rmSync(chats);
  await window.until(async () => keptWith('storks').length === 1, 'it is saved');
});
