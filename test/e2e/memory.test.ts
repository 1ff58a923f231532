/** The memory in the real editor: a folder that nobody prepared is read, what is remembered is seen, found, changed, used and erased. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Frame, Locator } from 'playwright-core';
import { makeQwenShape, TINY_QWEN } from '../helpers/randomModel.ts';
import { type ChatPanelPage, openChat } from './chatPanel.ts';
import { type Editor, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'quire-e2e-memory-'));
const model = makeQwenShape(path.join(folder, 'chat.gguf'), TINY_QWEN);
/** In no file of the project. */
const FACT = 'We deploy the zebrafish service on Fridays.';
const SECRET = 'hunter2-and-more';
const FILES = {
  'README.md': '# Shop\n\nA small shop: orders are taken, priced and sent.\n',
  'src/orders/order.ts':
    '/** An order of a customer. */\nexport class Order {\n  items: string[] = [];\n\n  /** Adds an item to the order. */\n  add(item: string): void {\n    this.items.push(item);\n  }\n\n  /** How many items there are. */\n  count(): number {\n    return this.items.length;\n  }\n}\n',
  'src/orders/price.ts':
    "import { Order } from './order.ts';\n\n/** The price of an order in cents: 100 for each item, less a tenth from ten items on. */\nexport function priceOf(order: Order): number {\n  const full = 100 * order.count();\n  return order.count() >= 10 ? Math.floor(0.9 * full) : full;\n}\n",
  'src/send/parcel.ts':
    '/** Sends a parcel to an address. */\nexport function send(address: string): string {\n  return address.trim();\n}\n',
  '.env': `TOKEN=${SECRET}\n`,
};
let editor: Editor;
let window: EditorWindow;
let panel: ChatPanelPage;

before(async () => {
  editor = await startEditor('memory', {
    files: FILES,
    settings: { 'quire.model.chat': model, 'quire.chat.temperature': 0 },
  });
  window = await editor.openWindow();
  await window.waitForStatus(/^Quire: ready/);
});
after(async () => {
  await editor?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const rows = (text: string | RegExp): Locator =>
  window.page.locator('.pane', { hasText: /Memory/ }).locator('.monaco-list-row', { hasText: text });
const shown = (text: string | RegExp, what: string) => window.until(async () => (await rows(text).count()) > 0, what);
/** The page of details, wherever the editor put it. */
async function page(): Promise<Frame> {
  let found: Frame | undefined;
  await window.until(async () => {
    for (const frame of window.page.frames())
      if (
        (await frame
          .locator('quire-memory main')
          .count()
          .catch(() => 0)) > 0
      )
        found = frame;
    return found !== undefined;
  }, 'the page is shown');
  return found!;
}
const inPicker = (text: string | RegExp): Locator =>
  window.page.locator('.quick-input-list .monaco-list-row', { hasText: text });
async function input(text: string): Promise<void> {
  const box = window.page.locator('.quick-input-widget .quick-input-box input');
  await window.until(async () => (await box.isVisible()) && !(await box.inputValue()).startsWith('>'), 'it asks');
  await box.fill(text, { timeout: 5_000 });
}
/** Runs a command that asks for something, so that the palette does not go. */
async function runAsking(title: string): Promise<void> {
  await window.page.keyboard.press('F1');
  await window.page.locator('.quick-input-widget .quick-input-box input').fill(`>${title}`);
  await inPicker(title).first().click();
}
/** As both, again where a page that had the focus a moment ago has closed what asks. */
async function ask(title: string, text: string): Promise<void> {
  for (let left = 2; ; left--) {
    try {
      await runAsking(title);
      return await input(text);
    } catch (error) {
      if (left === 0) throw error;
    }
  }
}
const toast = (text: RegExp): Locator =>
  window.page.locator('.notifications-toasts .notification-list-item', { hasText: text });

test('the code is read by itself, and is there by kind and folder with its counts', async () => {
  await window.runCommand('Quire: Inspect Memory');
  // The tree gets all of the side bar: rows that are not in sight are not there.
  await window.page.locator('.pane-header', { hasText: 'Chat' }).first().click();
  await shown('Files', 'files are remembered');
  await window.until(
    async () => /4$/.test((await rows('Files').first().textContent()) ?? ''),
    'all that may be read is',
  );
  await rows('Files').first().click();
  await shown('README.md', 'what is in it is shown');
  await window.screenshot('tree');
});

test('a fact is remembered, shown and opened, and its page says what is known of it', async () => {
  await runAsking('Quire: Remember…');
  await input(FACT);
  await window.page.keyboard.press('Enter');
  await shown('zebrafish', 'the fact is in the tree');
  await rows('zebrafish').first().click();
  const details = await page();
  await details.locator('h1', { hasText: 'zebrafish' }).waitFor();
  assert.match((await details.locator('dl').textContent()) ?? '', /Written by a person, from you/);
  await details.getByRole('button', { name: 'Pin', exact: true }).click();
  await shown('Pinned', 'what is pinned comes first');
  await details.getByRole('button', { name: 'Unpin' }).waitFor();
  await window.screenshot('inspector');
});

test('a search says why each is found, and a file leads to its lines', async () => {
  await ask('Quire: Search Memory', 'price of an order in cents');
  await inPicker(/price/).first().waitFor();
  await window.until(
    async () => /words \d\.\d\d \+ meaning/.test((await inPicker(/price/).first().textContent()) ?? ''),
    'the score is told by its parts',
  );
  await window.screenshot('search');
  await window.page.keyboard.press('Enter');
  const details = await page();
  await details.locator('.score').waitFor();
  await details.locator('.state.holds').first().waitFor();
  await details.locator('.anchors .link').first().click();
  await window.page.locator('.tab[data-resource-name="price.ts"]').waitFor();
});

test('it is edited in an editor and forgotten, and that is taken back', async () => {
  await rows('zebrafish').first().click();
  const details = await page();
  await details.locator('h1', { hasText: 'zebrafish' }).waitFor();
  await details.getByRole('button', { name: 'Edit' }).click();
  const tab = window.page.locator('.tab.active[data-resource-name$=".md"]');
  await tab.waitFor();
  await window.page.keyboard.press('Control+End');
  await window.typeText(' Never on Mondays.');
  await window.page.keyboard.press('Control+S');
  await window.page.locator('.tab.active.dirty').waitFor({ state: 'detached' });
  await window.runCommand('View: Close All Editors');
  await ask('Quire: Search Memory', 'Mondays');
  await inPicker(/Never on Mondays[\s\S]*words \d/)
    .first()
    .waitFor();
  await window.page.keyboard.press('Enter');
  const edited = await page();
  await edited.locator('.sentences', { hasText: 'Never on Mondays' }).waitFor();
  await edited.getByRole('button', { name: 'Forget' }).click();
  await window.until(async () => (await rows('zebrafish').count()) === 0, 'it is gone');
  await toast(/Forgot/)
    .getByText('Undo')
    .click();
  await shown('zebrafish', 'it is there again');
});

test('lines of a file are remembered with their place; a secret file is refused in words', async () => {
  await window.runCommand('View: Close All Editors');
  await window.openFile('src/send/parcel.ts');
  await window.page.keyboard.press('Control+Home');
  await runAsking('Quire: Remember Selection');
  await input('Parcels are sent by the night train.');
  await window.page.keyboard.press('Enter');
  await shown('night train', 'the lines are remembered');
  await window.openFile('.env');
  await window.runCommand('Quire: Remember Selection');
  await toast(/\.env is secret/).waitFor();
});

test('the chat knows what only memory knows, says what it used and why, and tries without it', async () => {
  await window.runCommand('View: Close All Editors');
  panel = await openChat(window);
  await panel.send('When is the zebrafish service deployed?');
  const used = panel.button(/used \d+ memor/);
  await used.first().waitFor();
  await window.screenshot('chat');
  await used.first().click();
  const details = await page();
  await details.locator('article.used', { hasText: 'Fridays' }).first().waitFor();
  await window.screenshot('used');
  await details
    .locator('article.used', { hasText: 'Fridays' })
    .getByRole('button', { name: 'Answer again without it' })
    .first()
    .click();
  await window.until(
    async () => /2\s*\/\s*2/.test(await panel.textOf('assistant')),
    'there is a second answer beside the first',
  );
  await window.until(
    async () => /without “/.test(await panel.textOf('assistant')),
    'the answer says what it was made without',
  );
  await panel.untilIdle();
  await window.runCommand('Quire: Why Did Quire Use This?');
  await (await page()).locator('h1', { hasText: /used/ }).waitFor();
});

test('an audit is a document with the figures', async () => {
  await window.runCommand('Quire: Memory Audit');
  await window.until(async () => /Names that exist \| 100\.0 %/.test(await window.shownText()), 'the audit is shown');
  assert.match(await window.shownText(), /Secrets \| 0\.0 %/);
});

test('erased, nothing of it is left on the disk, and nothing comes back', async () => {
  const data = path.join(editor.server.folder, 'data/memory');
  assert.ok(filesWith(data, 'zebrafish').length > 0, 'the scan sees what is there');
  assert.deepEqual(filesWith(editor.server.folder, SECRET), [], 'the secret was never written');
  await window.runCommand('Quire: Inspect Memory');
  await window.runCommand('Quire: Erase All Memory');
  const dialog = window.page.locator('.monaco-dialog-box');
  assert.match((await dialog.textContent()) ?? '', /cannot be undone/);
  await dialog.getByRole('button', { name: 'Erase' }).click();
  await toast(/Erased \d+ memories/).waitFor();
  await window.until(async () => (await rows('zebrafish').count()) === 0, 'the tree is empty');
  assert.deepEqual(filesWith(data, 'zebrafish'), []);
});

/** Files below a folder that hold a text. */
function filesWith(root: string, text: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(root, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() && readFileSync(file).includes(text));
}
