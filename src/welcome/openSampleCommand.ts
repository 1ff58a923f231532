/** `Quire: Open Sample Project…`: a copy of the sample, and in a window that has one open, its beginning. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Host } from '../host.ts';
import { freeName, SAMPLE } from './sample.ts';

/** In the state of a workspace: its sample has been begun, and opens as any folder does. */
const BEGUN = 'sample.begun';
const TOP = new vscode.Position(0, 0);

export function registerSample({ context, subscriptions, report }: Host): void {
  subscriptions.push(
    vscode.commands.registerCommand('quire.openSample', () => openSample(context.extensionUri).catch(report)),
  );
  beginSample(context).catch(report);
}

async function openSample(extension: vscode.Uri): Promise<void> {
  const place = await askForPlace();
  if (place === undefined) return;
  const taken = new Set((await vscode.workspace.fs.readDirectory(place)).map(([name]) => name));
  const copy = vscode.Uri.joinPath(
    place,
    freeName(SAMPLE.name, (name) => taken.has(name)),
  );
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(extension, SAMPLE.folder), copy);
  // A window without a folder has nothing that could be lost.
  const empty = vscode.workspace.workspaceFolders === undefined;
  await vscode.commands.executeCommand('vscode.openFolder', copy, { forceNewWindow: !empty, forceReuseWindow: empty });
}

/** The folder that the copy is made in; undefined where the user thought better of it. */
async function askForPlace(): Promise<vscode.Uri | undefined> {
  const temporary = { label: '$(folder) Temporary folder', detail: 'Your system removes it in time.' };
  const chosen = { label: '$(folder-opened) Choose a folder…', detail: `A folder “${SAMPLE.name}” is made in it.` };
  const answer = await vscode.window.showQuickPick([temporary, chosen], {
    title: 'Quire: where shall the sample project be copied to?',
  });
  if (answer === temporary) return vscode.Uri.file(await mkdtemp(path.join(tmpdir(), 'quire-')));
  if (answer !== chosen) return undefined;
  const [folder] =
    (await vscode.window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: 'Copy the Sample Here',
    })) ?? [];
  return folder;
}

/** Where the open folder is a copy of the sample: its file, the cursor where it begins, and the walkthrough beside it. */
async function beginSample({ extension, workspaceState }: vscode.ExtensionContext): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder === undefined || workspaceState.get(BEGUN, false)) return;
  if (!(await exists(vscode.Uri.joinPath(folder, SAMPLE.marker)))) return;
  await workspaceState.update(BEGUN, true);
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder, SAMPLE.file));
  const begin = document.positionAt(document.getText().indexOf(SAMPLE.behind) + SAMPLE.behind.length);
  const show = (selection?: vscode.Range) =>
    vscode.window.showTextDocument(document, { viewColumn: 1, ...(selection && { selection }) });
  // Who types or looks around in it already is left where they are.
  const open = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const isTouched = document.isDirty || (open !== undefined && open.selection.active.compareTo(TOP) > 0);
  await show(isTouched ? undefined : new vscode.Range(begin, begin));
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension.id}#start`, true);
  await vscode.commands.executeCommand('vscode.setEditorLayout', {
    orientation: 0,
    groups: [{ size: 0.65 }, { size: 0.35 }],
  });
  await show();
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
