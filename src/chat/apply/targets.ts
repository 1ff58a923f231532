/** The documents that edits go to, found by their address alone: never the one that happens to be in front. */
import * as vscode from 'vscode';

export interface TargetRules {
  isPrivate(uri: vscode.Uri): Promise<boolean>;
}

/**
 * The document, which is not shown.
 * @throws Error in words where nothing may be written there: it is gone, read-only, private, or the workspace not trusted.
 */
export async function openTarget(uri: vscode.Uri, rules: TargetRules): Promise<vscode.TextDocument> {
  const name = vscode.workspace.asRelativePath(uri);
  if (!vscode.workspace.isTrusted) {
    throw new Error('This workspace is not trusted: trust it first, then apply.');
  }
  if (await rules.isPrivate(uri)) {
    throw new Error(`${name} is private (ignored by git, or a place for secrets): nothing is written there.`);
  }
  if (uri.scheme !== 'untitled') {
    if (vscode.workspace.fs.isWritableFileSystem(uri.scheme) === false) throw new Error(`${name} is read-only.`);
    const stat = await vscode.workspace.fs.stat(uri).then(
      (found) => found,
      () => undefined,
    );
    if (stat === undefined) throw new Error(`${name} is not there any more: make a new file of the block instead.`);
    if ((stat.type & vscode.FileType.Directory) !== 0) throw new Error(`${name} is a folder.`);
    if (stat.permissions === vscode.FilePermission.Readonly) {
      throw new Error(`${name} is read-only: make it writable first.`);
    }
  }
  try {
    return await vscode.workspace.openTextDocument(uri);
  } catch {
    throw new Error(`${name} cannot be opened as text.`);
  }
}

/** Shows a document where it is open already, or beside; the focus stays where it is. */
export async function showTarget(document: vscode.TextDocument, at?: vscode.Position): Promise<vscode.TextEditor> {
  const address = document.uri.toString();
  const visible = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const tab = vscode.window.tabGroups.all.find((group) =>
    group.tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === address),
  );
  const viewColumn = visible?.viewColumn ?? tab?.viewColumn ?? vscode.ViewColumn.Beside;
  const editor = await vscode.window.showTextDocument(document, { viewColumn, preserveFocus: true, preview: false });
  if (at) editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return editor;
}
