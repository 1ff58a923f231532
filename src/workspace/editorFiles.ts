/** Files and folders as the editor has them: which workspace a document belongs to, and which documents are private. */
import { readFile, realpath } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import * as vscode from 'vscode';
import type { WorkspaceSpec } from '../engine/protocol/index.ts';
import { PrivateFiles } from '../files/private.ts';
import { userFolders } from '../files/userFolders.ts';

/** Asked at every key; where a link leads changes hardly ever. */
const LINKS = { max: 200, ttl: 10_000 };

export class EditorFiles implements vscode.Disposable {
  readonly #private = new PrivateFiles({
    read: (folder, path) => readText(vscode.Uri.parse(folder).with({ path })),
    user: (folder) => (folder.startsWith('file:') ? userFolders() : undefined),
    real: async (folder, path) => (await behindLinks(vscode.Uri.parse(folder).with({ path })))?.path ?? path,
  });
  readonly #behind = new LRUCache<string, Promise<vscode.Uri | undefined>>(LINKS);
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #ignoreFiles = vscode.workspace.createFileSystemWatcher('**/.gitignore');

  /** Other files may be private now. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    const forget = () => {
      this.#private.forget();
      this.#changed.fire();
    };
    this.#ignoreFiles.onDidChange(forget);
    this.#ignoreFiles.onDidCreate(forget);
    this.#ignoreFiles.onDidDelete(forget);
  }

  /** A document that is neither completed nor shown to the model: by its own name, or by what a link leads to. */
  async isPrivate(uri: vscode.Uri): Promise<boolean> {
    const file = fileOf(uri);
    if (await this.#isPrivate(file)) return true;
    const key = file.toString();
    const behind = this.#behind.get(key) ?? behindLinks(file);
    if (!this.#behind.has(key)) this.#behind.set(key, behind);
    const real = await behind;
    return real !== undefined && real.path !== file.path && this.#isPrivate(real);
  }

  #isPrivate(file: vscode.Uri): Promise<boolean> {
    const folder = vscode.workspace.getWorkspaceFolder(file);
    const path = folder === undefined ? null : pathIn(folder, file);
    if (folder === undefined || path === null) return this.#private.has({ path: file.path });
    return this.#private.has({ path: file.path, folder: { key: folder.uri.toString(), path } });
  }

  dispose(): void {
    this.#ignoreFiles.dispose();
    this.#changed.dispose();
  }
}

/** The workspace that a document belongs to: its folder, or one of its own. */
export function workspaceOf(uri: vscode.Uri): WorkspaceSpec {
  const folder = vscode.workspace.getWorkspaceFolder(fileOf(uri));
  return folder ? specOf(folder) : { folder: null, name: uri.toString(), trusted: vscode.workspace.isTrusted };
}

export function specOf({ uri }: vscode.WorkspaceFolder): WorkspaceSpec {
  const folder = uri.scheme === 'file' ? uri.fsPath : null;
  return { folder, name: uri.toString(), trusted: vscode.workspace.isTrusted };
}

/** Path of a document's file in its workspace folder, with '/'; null where it lies in none. A cell has its notebook's. */
export function pathOf(uri: vscode.Uri): string | null {
  const folder = vscode.workspace.getWorkspaceFolder(fileOf(uri));
  return folder && uri.scheme === folder.uri.scheme ? pathIn(folder, uri) : null;
}

/** The file that a document is a part of: the cells of a notebook have addresses of their own. */
function fileOf(uri: vscode.Uri): vscode.Uri {
  if (uri.scheme !== 'vscode-notebook-cell') return uri;
  const address = uri.toString();
  const holds = ({ document }: vscode.NotebookCell) => document.uri.toString() === address;
  return vscode.workspace.notebookDocuments.find((notebook) => notebook.getCells().some(holds))?.uri ?? uri;
}

function pathIn(folder: vscode.WorkspaceFolder, { path }: vscode.Uri): string | null {
  if (!path.startsWith(folder.uri.path)) return null;
  return path.slice(folder.uri.path.length).replace(/^\/+/, '');
}

/** Undefined for what is not there, or not on this machine. */
async function behindLinks({ scheme, fsPath }: vscode.Uri): Promise<vscode.Uri | undefined> {
  if (scheme !== 'file') return undefined;
  return realpath(fsPath).then(vscode.Uri.file, () => undefined);
}

/** Of a file here not by way of the editor's window, which is busy when a file just opens: the first keys would wait for it. */
async function readText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    if (uri.scheme === 'file') return await readFile(uri.fsPath, 'utf8');
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}
