/** Makes a file of a block: the one that it names, or an untitled one. */
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { languageOfFence, newPath } from './newPath.ts';
import type { CodeBlock } from './plan.ts';
import type { TargetRules } from './targets.ts';

/**
 * @returns the address of what was opened, and what was done in words.
 * @throws Error in words where the file is there already, would lie outside of the workspace, or is private.
 */
export async function newFile(block: CodeBlock, rules: TargetRules): Promise<{ uri: vscode.Uri; words: string }> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (block.path === undefined || folder === undefined) return untitled(block);
  if (!vscode.workspace.isTrusted)
    throw new Error('This workspace is not trusted: trust it first, then make files in it.');
  const name = newPath(block.path);
  const uri = vscode.Uri.joinPath(folder.uri, name);
  const exists = await vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
  if (exists) throw new Error(`${name} is there already: apply the block to it instead.`);
  if (await rules.isPrivate(uri)) throw new Error(`${name} is private (ignored by git): make that file yourself.`);
  if (folder.uri.scheme === 'file') await assertInside(folder.uri.fsPath, uri.fsPath, name);
  const text = block.code.endsWith('\n') || block.code === '' ? block.code : `${block.code}\n`;
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, { overwrite: false, ignoreIfExists: false, contents: new TextEncoder().encode(text) });
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error(`${name} could not be made: is its folder writable?`);
  const written = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  if (written !== text) throw new Error(`${name} was made, but does not hold the block: look at it.`);
  await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preview: false });
  return { uri, words: `Made ${name}.` };
}

async function untitled(block: CodeBlock): Promise<{ uri: vscode.Uri; words: string }> {
  const wanted = languageOfFence(block.language);
  const known = await vscode.languages.getLanguages();
  const language = wanted !== undefined && known.includes(wanted) ? wanted : 'plaintext';
  const document = await vscode.workspace.openTextDocument({ language, content: block.code });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: false });
  return { uri: document.uri, words: 'Opened as a new file, which is not saved yet.' };
}

/** A link inside the workspace may lead out of it. */
async function assertInside(folder: string, file: string, name: string): Promise<void> {
  const root = await realpath(folder);
  for (let above = path.dirname(file); above.length >= folder.length; above = path.dirname(above)) {
    const real = await realpath(above).catch(() => undefined);
    if (real === undefined) continue;
    if (real !== root && !real.startsWith(root + path.sep)) {
      throw new Error(`${name} lies outside of the workspace, by a link: a new file is made inside it only.`);
    }
    return;
  }
}
