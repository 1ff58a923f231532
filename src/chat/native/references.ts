/** References of a request as texts, read from the editor. */
import * as vscode from 'vscode';
import type { Attachment } from './turns.ts';

/** @param isPrivate ignored, or secret by its name. */
export function referenceResolver(isPrivate: (uri: vscode.Uri) => Promise<boolean>) {
  return async (value: string | vscode.Uri | vscode.Location): Promise<Attachment> => {
    if (typeof value === 'string') return { label: 'Attached', text: value };
    const uri = value instanceof vscode.Uri ? value : value.uri;
    const name = vscode.workspace.asRelativePath(uri);
    try {
      if (await isPrivate(uri)) {
        return {
          label: name,
          refused: `${name} was not read: it is ignored by git, or its name says that it is secret.`,
        };
      }
      const document = await vscode.workspace.openTextDocument(uri);
      if (value instanceof vscode.Uri) return { label: name, text: document.getText() };
      const { start, end } = value.range;
      return { label: `${name}:${start.line + 1}-${end.line + 1}`, text: document.getText(value.range) };
    } catch {
      return { label: name, refused: `${name} was not read: it is a folder, or no text.` };
    }
  };
}
