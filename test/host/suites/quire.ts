/** The extension under test, and small steps in the editor that several suites need. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { QuireApi } from '../../../src/features.ts';

const EXTENSION = 'quire.quire';
/** How long anything may take on a slow machine, in ms. */
const PATIENCE_MS = 30_000;

export function extension(): vscode.Extension<QuireApi> {
  const found = vscode.extensions.getExtension<QuireApi>(EXTENSION);
  assert.ok(found, `${EXTENSION} is installed`);
  return found;
}

/** The extension's exports, once its model is open. */
export async function quire(): Promise<QuireApi> {
  const api = await extension().activate();
  await api.ready;
  return api;
}

/** Opens a file of the workspace with the cursor behind a text that occurs once. */
export async function openBehind(name: string, text: string): Promise<vscode.TextEditor> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  assert.ok(folder);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, path.basename(name)));
  const editor = await vscode.window.showTextDocument(document);
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `${name} holds ${JSON.stringify(text)}`);
  const position = document.positionAt(at + text.length);
  editor.selection = new vscode.Selection(position, position);
  return editor;
}

/** Types as if by keys. */
export async function type(text: string): Promise<void> {
  for (const key of text) await vscode.commands.executeCommand('type', { text: key });
}

/** Presses a key as a person does, where whoever runs the suite can; else runs what the key is bound to. */
export async function press(key: string, command: string): Promise<void> {
  const mark = process.env.QUIRE_TEST_KEYS;
  if (mark === undefined) await vscode.commands.executeCommand(command);
  else console.log(`${mark}${key}`);
}

/**
 * Types piece by piece until a suggestion can be taken, and takes it.
 * @returns what was inserted by it.
 */
export async function completeAfter(editor: vscode.TextEditor, pieces: readonly string[]): Promise<string> {
  const answers: string[] = [];
  const listening = (await quire()).onDidComplete(({ source, shown, rejectedBy }) => {
    answers.push(`${source} ${shown ? 'shown' : rejectedBy}`);
  });
  try {
    return await takeAfter(editor, pieces);
  } catch (error) {
    throw new Error(`${(error as Error).message}; the last answers: ${answers.slice(-5).join(', ') || 'none'}`);
  } finally {
    listening.dispose();
  }
}

/**
 * Takes suggestions until so much was inserted by them: one that came while typing may end where it is no longer sure, and
 * be taken before the longer one is there that was asked for.
 * @returns all that was inserted.
 */
export async function completeUpTo(
  editor: vscode.TextEditor,
  pieces: readonly string[],
  length: number,
): Promise<string> {
  let taken = await completeAfter(editor, pieces);
  while (taken.length < length) taken += await completeAfter(editor, ['']);
  return taken;
}

async function takeAfter(editor: vscode.TextEditor, pieces: readonly string[]): Promise<string> {
  for (const piece of pieces) {
    await type(piece);
    const before = editor.document.getText();
    const cursor = editor.document.offsetAt(editor.selection.active);
    for (const end = performance.now() + PATIENCE_MS / pieces.length; performance.now() < end; await sleep(100)) {
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await sleep(100);
      await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
      const after = editor.document.getText();
      if (after === before) continue;
      const tail = before.slice(cursor);
      assert.equal(after.slice(0, cursor), before.slice(0, cursor), 'what is before the cursor stays');
      return after.slice(cursor, after.length - tail.length);
    }
  }
  assert.fail(`nothing was suggested after ${JSON.stringify(pieces.join(''))}`);
}

/** Waits until something comes true; else `what` says in the end what did not. */
export async function until(condition: () => boolean | Promise<boolean>, what: string | (() => string)): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(50)) {
    if (await condition()) return;
  }
  assert.fail(`waited in vain until ${typeof what === 'string' ? what : what()}`);
}

/** The files end with a function whose body is to be written; behind this the body begins. */
export const GAP = 'add(a: number, b: number): number {';
export const PIECES = ['return ', 'a ', '+ ', 'b', '.'];
