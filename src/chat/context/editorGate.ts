/** The one gate through which text of files comes into a chat: who may be read, how large, and in which words not. */
import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import { isWritable } from '../../files/schemes.ts';
import { insidePath, isBinary, MOST_BYTES, refusal } from './refusals.ts';

export type IsPrivate = (uri: vscode.Uri) => Promise<boolean>;

export type Opened = { document: vscode.TextDocument; refused?: never } | { refused: string; document?: never };

export class EditorGate {
  readonly #isPrivate: IsPrivate;

  constructor(isPrivate: IsPrivate) {
    this.#isPrivate = isPrivate;
  }

  /** Secret or ignored, by its own name or by that of the file that it is a link to. */
  async isPrivate(uri: vscode.Uri): Promise<boolean> {
    if (await this.#isPrivate(uri)) return true;
    const real = await realUri(uri);
    return real !== undefined && real.path !== uri.path && (await this.#isPrivate(real));
  }

  /** Why a document that is open is not to be read; undefined: it may be. */
  async refusalOf(document: vscode.TextDocument): Promise<string | undefined> {
    const name = nameOf(document.uri);
    if (await this.isPrivate(document.uri)) return refusal.secret(name);
    return isWritable(document.uri.scheme) ? undefined : refusal.scheme(name, document.uri.scheme);
  }

  /** A file as the editor has it: what is not saved counts. It is asked for its text only when it may be. */
  async open(uri: vscode.Uri): Promise<Opened> {
    const name = nameOf(uri);
    const { scheme } = uri;
    if (await this.isPrivate(uri)) return { refused: refusal.secret(name) };
    if (!isWritable(scheme)) return { refused: refusal.scheme(name, scheme) };
    const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    if (open) return sized(open, name);
    if (vscode.workspace.fs.isWritableFileSystem(scheme) === undefined)
      return { refused: refusal.scheme(name, scheme) };
    try {
      const { type, size } = await vscode.workspace.fs.stat(uri);
      if (type & vscode.FileType.Directory) return { refused: refusal.folder(name) };
      if (size > MOST_BYTES) return { refused: refusal.tooLarge(name, size) };
      // Pipes and devices have no end, and reading them may have none either.
      if (!(type & vscode.FileType.File)) return { refused: refusal.unreadable(name) };
      if (isBinary(await vscode.workspace.fs.readFile(uri))) return { refused: refusal.binary(name) };
      return sized(await vscode.workspace.openTextDocument(uri), name);
    } catch (error) {
      const missing = error instanceof vscode.FileSystemError && error.code === 'FileNotFound';
      return { refused: missing ? refusal.missing(name) : refusal.unreadable(name) };
    }
  }

  /** The place that a tool names, if it lies in the workspace, also behind links. */
  async inside(path: string): Promise<{ uri: vscode.Uri; refused?: never } | { refused: string }> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    if (folders.length === 0) return { refused: refusal.noFolder() };
    const inner = insidePath(path);
    if (inner === undefined) return { refused: refusal.outside(path) };
    const uri = placeOf(inner);
    const real = await realUri(uri);
    if (real !== undefined) {
      const roots = await Promise.all(folders.map((folder) => realUri(folder.uri)));
      const within = (root: vscode.Uri | undefined) =>
        root !== undefined && (real.path === root.path || real.path.startsWith(`${root.path.replace(/\/$/, '')}/`));
      if (!roots.some(within)) return { refused: refusal.outside(path) };
    }
    return { uri };
  }
}

function sized(document: vscode.TextDocument, name: string): Opened {
  const bytes = Buffer.byteLength(document.getText());
  return bytes > MOST_BYTES ? { refused: refusal.tooLarge(name, bytes) } : { document };
}

/** Where a file really lies; undefined where it is not on this machine, or not there. */
async function realUri(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  if (uri.scheme !== 'file') return undefined;
  try {
    return vscode.Uri.file(await realpath(uri.fsPath));
  } catch {
    return undefined;
  }
}

/** The path in the workspace, with the folder's name before it where there are several; outside of it the whole path. */
export function nameOf(uri: vscode.Uri): string {
  const name = vscode.workspace.asRelativePath(uri);
  return name === '' ? (uri.path.split('/').at(-1) ?? uri.path) : name;
}

/** The address of what {@link nameOf} gave, of a path in the workspace, or of an absolute one. */
export function placeOf(name: string): vscode.Uri {
  if (/^[a-z][\w+.-]+:/i.test(name)) return vscode.Uri.parse(name);
  const path = name.replaceAll('\\', '/');
  if (/^(?:\/|[a-z]:\/)/i.test(path)) return vscode.Uri.file(path);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const slash = `${path}/`.indexOf('/');
  const named = folders.length > 1 ? folders.find((one) => one.name === path.slice(0, slash)) : undefined;
  const [first] = folders;
  if (named) return vscode.Uri.joinPath(named.uri, path.slice(slash + 1));
  return first ? vscode.Uri.joinPath(first.uri, path) : vscode.Uri.file(`/${path}`);
}
