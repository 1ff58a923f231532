/** The first minute of a newcomer: the sample, its walkthrough, and what the status item says where nothing shows. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { SAMPLE } from '../../src/welcome/sample.ts';
import { sampleFiles, walkthroughSteps } from '../helpers/sample.ts';
import { type Editor, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

let editor: Editor;
let window: EditorWindow;

before(async () => {
  editor = await startEditor('first-minute', {
    files: { ...sampleFiles(), '.gitignore': 'notes.ts\n', 'notes.ts': 'export const a = 1;\n' },
    settings: { 'search.useIgnoreFiles': false },
  });
  execFileSync('git', ['init', '--quiet', editor.folder]);
  window = await editor.openWindow();
});
after(() => editor?.stop());

test('a copy of the sample opens where its walkthrough begins, with the walkthrough beside it', async () => {
  await window.page.locator('.tab.active[data-resource-name="report.ts"]').waitFor();
  await window.page.locator('.gettingStartedContainer', { hasText: 'Get Started with Quire' }).waitFor();
  await window.waitForStatus(/^Quire: ready/);
  await window.until(async () => /Ln 38,/.test(await window.cursorText()), 'the cursor is where it begins');
  await window.screenshot('opened');
});

test('what the walkthrough promises comes within twenty keys', async () => {
  const { page } = window;
  let keys = 0;
  const press = async (key: string) => {
    await page.keyboard.press(key, { delay: 20 });
    keys += 1;
  };
  for (const [index, { promised }] of walkthroughSteps().entries()) {
    if (index > 0) for (const key of ['ArrowDown', 'ArrowDown', 'End']) await press(key);
    await press('Enter');
    await window.until(async () => (await window.ghostText()) === promised, `the grey text is ${promised}`);
    await window.screenshot(`step-${index + 1}`);
    await press('Tab');
  }
  assert.ok(keys <= 20, `${keys} keys`);
  const saved = (await window.save(SAMPLE.file)).toString();
  const missing = '  const rows: string[] = [];\n';
  const expected = sampleFiles()
    [SAMPLE.file]!.replace(`${SAMPLE.behind}\n`, `${SAMPLE.behind}\n${missing}`)
    .replace(/member\) continue;\n/, '$&    const total = orderTotal(order);\n')
    .replace(/ {2}\}\n\}\n$/, '  }\n  return rows;\n}\n');
  assert.equal(saved, expected);
});

test('the status item says why nothing is shown, once the keys rest', async () => {
  await window.openFile(SAMPLE.file, { line: 6, column: 22 });
  await window.waitForStatus(/^Quire: ready; nothing shown: typing in the middle of a line$/);
  await window.screenshot('mid-line');
  await window.openFile('notes.ts');
  await window.waitForStatus(/^Quire: ready; nothing shown: this file is private \(ignored by git\)$/);
  await window.screenshot('private');
  await window.openFile('src/customer.ts');
  await window.typeText('\nexport const zebra = ');
  await window.waitForStatus(
    /^Quire: ready; nothing shown: (?:unsure here \(\d+ %, shown from \d+ %\)|the model has nothing|a suggestion was held)/,
  );
  assert.match(await window.showStatusTooltip(), /Nothing is shown here: .*[.]\s+Type on/);
  await window.screenshot('unsure');
  await window.typeText('qu');
  await window.page.locator('.suggest-widget.visible').waitFor();
  await window.waitForStatus(/^Quire: ready; nothing shown: the editor's own list is open/);
  await window.screenshot('list');
});

test('who installed the extension gets a copy of the sample by a command', async () => {
  const { page } = window;
  // In a browser a window that is not empty would have another opened, which a browser asks its user about.
  await page.goto(`${new URL(page.url()).origin}/?ew=true`);
  await window.untilShown();
  await window.waitForStatus(/^Quire: /);
  // The command asks where to, in the place of the palette that it was chosen from.
  const temporary = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Temporary folder' });
  await Promise.all([window.runCommand('Quire: Open Sample Project…'), temporary.click()]);
  await page.waitForURL((url) => url.searchParams.get('folder')?.endsWith('/bookshop') === true);
  const folder = new URL(page.url()).searchParams.get('folder')!;
  await page.locator('.tab.active[data-resource-name="report.ts"]').waitFor();
  await page.locator('.gettingStartedContainer', { hasText: 'Get Started with Quire' }).waitFor();
  assert.equal(readFileSync(path.join(folder, SAMPLE.file), 'utf8'), sampleFiles()[SAMPLE.file]);
  rmSync(path.dirname(folder), { recursive: true });
});
