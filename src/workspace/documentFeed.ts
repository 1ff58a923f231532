/**
 * Keeps the engine told the texts of documents: every text document that somebody may write in, with every edit, whichever
 * editor shows it (diff, peek, merge and notebook editors too). What is private is never told.
 */
import * as vscode from 'vscode';
import type { EngineClient } from '../engine/client/client.ts';
import {
  changeDocumentNotification,
  closeDocumentNotification,
  LONGEST_DOCUMENT,
  needsTextNotification,
  openDocumentNotification,
} from '../engine/protocol/index.ts';
import { isWritable } from '../files/schemes.ts';
import { type EditorFiles, pathOf, workspaceOf } from './editorFiles.ts';
import type { OpenWorkspaces } from './openWorkspaces.ts';

/** What the engine has of a document. */
interface Told {
  workspace: string;
  version: number;
}

export class DocumentFeed implements vscode.Disposable {
  readonly #engine: Pick<EngineClient, 'tell' | 'listen' | 'forgetWorkspace'>;
  readonly #workspaces: OpenWorkspaces;
  readonly #files: EditorFiles;
  /** By address. */
  readonly #told = new Map<string, Told>();
  readonly #registrations: vscode.Disposable[];
  #ready = false;

  constructor(engine: EngineClient, workspaces: OpenWorkspaces, files: EditorFiles) {
    this.#engine = engine;
    this.#workspaces = workspaces;
    this.#files = files;
    engine.listen(needsTextNotification, ({ key }) => {
      this.#told.delete(key);
      const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === key);
      if (document) void this.#tell(document);
    });
    this.#registrations = [
      vscode.workspace.onDidOpenTextDocument((document) => void this.#tell(document)),
      vscode.workspace.onDidChangeTextDocument((event) => this.#tellEdits(event)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#closed(uri)),
    ];
  }

  /** The version that the engine has of a document; undefined where it has none. */
  versionOf(document: vscode.TextDocument): number | undefined {
    return this.#told.get(document.uri.toString())?.version;
  }

  /** An engine begins to serve, or ends: it knows nothing of what another one was told. */
  async serving(ready: boolean): Promise<void> {
    this.#ready = ready;
    this.#told.clear();
    await this.tellAll();
  }

  /** Tells what was not told, and takes back what has become private, with all that was computed of it. */
  async tellAll(): Promise<void> {
    if (this.#ready) await Promise.all(vscode.workspace.textDocuments.map((document) => this.#tell(document)));
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
  }

  async #tell(document: vscode.TextDocument): Promise<void> {
    const { uri } = document;
    if (!this.#ready || !isWritable(uri.scheme)) return;
    const key = uri.toString();
    if (await this.#files.isPrivate(uri)) return this.#takeBack(key);
    const workspace = await this.#workspaces.idOf(workspaceOf(uri)).catch(() => undefined);
    if (workspace === undefined || document.isClosed || !this.#ready) return;
    const known = this.#told.get(key);
    if (known?.workspace === workspace && known.version === document.version) return;
    const text = document.getText();
    if (text.length > LONGEST_DOCUMENT || text.includes('\0')) return this.#forget(key);
    const { version } = document;
    this.#told.set(key, { workspace, version });
    this.#engine.tell(openDocumentNotification, { workspace, key, path: pathOf(uri), version, text });
  }

  #tellEdits({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    const told = this.#told.get(key);
    if (!told || document.version === told.version) return;
    const edits = contentChanges.map(({ rangeOffset, rangeLength, text }) => {
      return { start: rangeOffset, end: rangeOffset + rangeLength, text };
    });
    const { workspace, version: from } = told;
    told.version = document.version;
    this.#engine.tell(changeDocumentNotification, { workspace, key, from, version: document.version, edits });
  }

  #closed(uri: vscode.Uri): void {
    const { folder, name } = workspaceOf(uri);
    this.#forget(uri.toString());
    if (folder === null && name === uri.toString()) this.#workspaces.close(name);
  }

  /** A document that was told is private now: its pages must not stay either. */
  #takeBack(key: string): void {
    const told = this.#told.get(key);
    this.#forget(key);
    if (told) this.#engine.forgetWorkspace({ workspace: told.workspace }).catch(() => undefined);
  }

  #forget(key: string): void {
    const told = this.#told.get(key);
    if (!told) return;
    this.#told.delete(key);
    this.#engine.tell(closeDocumentNotification, { workspace: told.workspace, key });
  }
}
