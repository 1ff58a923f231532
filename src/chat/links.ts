/** Opens what a link in an answer names: a place in the workspace, a symbol, or, once the person agrees, a page. */
import * as vscode from 'vscode';
import { allowedLink } from './markdown/links.ts';

/** @param href as the view sent it: checked anew. @throws Error in words. */
export async function openLink(href: string, folder: vscode.Uri): Promise<void> {
  if (href.startsWith('symbol:')) {
    await vscode.commands.executeCommand('workbench.action.quickOpen', `#${href.slice('symbol:'.length)}`);
    return;
  }
  const link = allowedLink(href);
  if (link?.kind === 'web') {
    // VS Code asks before it opens what is not trusted, and shows the address.
    await vscode.env.openExternal(vscode.Uri.parse(link.href, true));
    return;
  }
  const attached = link === null ? attachedFile(href) : undefined;
  if (attached) return show(attached.uri, attached.line);
  if (link?.kind !== 'file') throw new Error('This link leads nowhere that Quire opens.');
  const [name = '', lines] = link.href.split('#L');
  return show(vscode.Uri.joinPath(folder, decodeURIComponent(name)), Number.parseInt(lines ?? '1', 10));
}

/** The address of what was attached: that of a document of the editor. */
function attachedFile(href: string): { uri: vscode.Uri; line: number } | undefined {
  const found = /^((?:file|untitled|vscode-[\w-]+):[^#]+)(?:#L(\d+))?$/.exec(href);
  if (!found?.[1]) return undefined;
  return { uri: vscode.Uri.parse(found[1], true), line: Number(found[2] ?? 1) };
}

async function show(uri: vscode.Uri, line: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  try {
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at), preview: true });
  } catch {
    throw new Error(`${vscode.workspace.asRelativePath(uri)} is not there.`);
  }
}
