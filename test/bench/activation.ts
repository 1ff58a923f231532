/** What the extension costs the editor's start by the editor's own account, and what an extension that does next to nothing does. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import type { Editor } from '../e2e/editor.ts';
import type { EditorWindow } from '../e2e/window.ts';
import { median, type Row } from './report.ts';

/** Windows that are opened. */
const WINDOWS = 5;
const PLAIN = 'next-to-nothing';
/** In files with this ending the plain extension has ghost text at every key, at once. */
export const AT_ONCE = 'at-once';
const SOURCE = `const vscode = require('vscode');
let asked = 0;
exports.activate = () => vscode.languages.registerInlineCompletionItemProvider(
  { pattern: '**/*.${AT_ONCE}' },
  { provideInlineCompletionItems: () => [new vscode.InlineCompletionItem('told at once, number ' + ++asked)] },
);
`;
const manifest = path.join(import.meta.dirname, '../../package.json');

/** Packages an extension that is activated when Quire is. @returns the package, and what deletes it. */
export async function packPlainExtension(): Promise<{ vsix: string; remove: () => void }> {
  const { engines, activationEvents } = JSON.parse(readFileSync(manifest, 'utf8'));
  const folder = mkdtempSync(path.join(tmpdir(), 'quire-plain-'));
  const source = path.join(folder, 'source');
  mkdirSync(source);
  const its = { name: PLAIN, publisher: 'nobody', version: '1.0.0', main: './extension.cjs', activationEvents };
  writeFileSync(
    path.join(source, 'package.json'),
    JSON.stringify({ ...its, engines: { vscode: engines.vscode }, license: 'MIT' }),
  );
  writeFileSync(path.join(source, 'extension.cjs'), SOURCE);
  writeFileSync(path.join(source, 'LICENSE'), 'MIT\n');
  writeFileSync(path.join(source, 'README.md'), 'Answers at once.\n');
  const vsix = path.join(folder, 'plain.vsix');
  await createVSIX({ cwd: source, packagePath: vsix, dependencies: false, allowMissingRepository: true });
  return { vsix, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Opens windows one after the other. @returns a row for Quire, and one for the plain extension. */
export async function benchActivation(editor: Editor): Promise<Row[]> {
  const [own, plain]: number[][] = [[], []];
  for (let opened = 0; opened < WINDOWS; opened++) {
    const window = await editor.openWindow();
    await window.waitForStatus(/ready/);
    await window.runCommand('Developer: Show Running Extensions');
    own!.push(await activationTime(window, 'quire'));
    plain!.push(await activationTime(window, PLAIN));
    await window.close();
  }
  const note = (times: number[]) =>
    `by the editor's own account (Show Running Extensions); median of ${times.join(', ')}`;
  return [
    {
      group: 'editor',
      name: 'activation of the extension',
      value: median(own!),
      unit: 'ms',
      goal: '<= 50',
      note: note(own!),
    },
    {
      group: 'editor',
      name: 'activation of an extension that does next to nothing, beside it',
      value: median(plain!),
      unit: 'ms',
      note: note(plain!),
    },
  ];
}

/** Of the list of running extensions, which is open. @param text stands in the extension's row. */
async function activationTime(window: EditorWindow, text: string): Promise<number> {
  const rows = window.page.locator('.runtime-extensions-editor .monaco-list-row');
  await rows.first().waitFor();
  // A row may lie behind the header of the list.
  await window.page.locator('.runtime-extensions-editor .monaco-list').focus();
  await window.page.keyboard.press('Home');
  // The slowest are on top, and only what is in sight is in the page.
  const row = rows.filter({ hasText: text }).first();
  for (let pages = 0; pages < 20 && (await row.count()) === 0; pages++) {
    await window.page.keyboard.press('PageDown');
    await window.page.waitForTimeout(200);
  }
  const shown = await row.textContent();
  const [, ms] = /Activation:?\s*(\d+)\s*ms/i.exec((shown ?? '').replaceAll('\u00a0', ' ')) ?? [];
  if (ms === undefined) throw new Error(`The editor does not say how long the activation took: ${shown}`);
  return Number(ms);
}
