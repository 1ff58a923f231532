/**
 * Keeps the engine told what the project's code says: texts of open documents with every edit, and the workspace's folders,
 * whose files the engine reads by itself. What is private is never told.
 */
import * as vscode from 'vscode';
import type { DocumentEdits, DocumentText, WorkspaceFolder } from '../engine/protocol/index.ts';
import { isWritable } from './trigger.ts';

export interface FeedServices {
  engine: {
    tellText(document: DocumentText): void;
    tellEdits(edits: DocumentEdits): void;
    tellFolder(folder: WorkspaceFolder): void;
    onStateChange(listener: (state: { kind: string }) => void): { dispose(): void };
  };
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The user wants the project's code to have a say. */
  isOn(): boolean;
}

/** Longer documents are generated or data; UTF-16 units. The engine has the same limit. */
const LONGEST_DOCUMENT = 512 * 1024;
/** Files that change together (a checkout, a build) are told together. */
const GATHER_MS = 500;

export class ProjectFeed implements vscode.Disposable {
  readonly #services: FeedServices;
  /** Documents whose texts the engine has. */
  readonly #told = new Set<string>();
  readonly #changed = new Map<string, Set<string>>();
  readonly #registrations: vscode.Disposable[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #engineReady = false;

  constructor(services: FeedServices) {
    this.#services = services;
    const files = vscode.workspace.createFileSystemWatcher('**/*');
    const change = (uri: vscode.Uri) => this.#fileChanged(uri);
    this.#registrations.push(
      services.engine.onStateChange(({ kind }) => {
        this.#engineReady = kind === 'ready';
        this.#told.clear();
        if (this.#engineReady) void this.tellAll();
      }),
      vscode.workspace.onDidOpenTextDocument((document) => void this.#tellText(document)),
      vscode.workspace.onDidChangeTextDocument((event) => this.#tellEdits(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#closed(document)),
      vscode.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const folder of added) this.#tellFolder(folder);
        for (const { uri } of removed) services.engine.tellFolder({ workspace: uri.toString(), folder: null });
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => void this.tellAll()),
      files,
      files.onDidChange(change),
      files.onDidCreate(change),
      files.onDidDelete(change),
    );
  }

  /** Tells everything anew: the engine is a fresh one, or what is private or wanted has changed. */
  async tellAll(): Promise<void> {
    const on = this.#services.isOn();
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      if (on) this.#tellFolder(folder);
      else this.#services.engine.tellFolder({ workspace: folder.uri.toString(), folder: null });
    }
    for (const document of vscode.workspace.textDocuments) await this.#tellText(document);
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    for (const registration of this.#registrations) registration.dispose();
  }

  async #tellText(document: vscode.TextDocument): Promise<void> {
    const { uri } = document;
    if (!this.#engineReady || !isWritable(uri.scheme)) return;
    const key = uri.toString();
    const workspace = workspaceOf(uri);
    const wanted = this.#services.isOn() && !(await this.#services.isPrivate(uri));
    if (document.isClosed) return;
    const text = wanted ? document.getText() : null;
    if (text !== null && text.length <= LONGEST_DOCUMENT && !text.includes('\0')) {
      this.#told.add(key);
      this.#services.engine.tellText({ workspace, key, text });
    } else if (this.#told.delete(key)) {
      this.#services.engine.tellText({ workspace, key, text: null });
    }
  }

  #tellEdits({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const key = document.uri.toString();
    if (contentChanges.length === 0 || !this.#told.has(key)) return;
    const edits = contentChanges.map(({ rangeOffset, rangeLength, text }) => {
      return { start: rangeOffset, end: rangeOffset + rangeLength, text };
    });
    this.#services.engine.tellEdits({ workspace: workspaceOf(document.uri), key, edits });
  }

  #closed({ uri }: vscode.TextDocument): void {
    const key = uri.toString();
    if (this.#told.delete(key)) this.#services.engine.tellText({ workspace: workspaceOf(uri), key, text: null });
  }

  /** Reading a folder executes nothing, but who does not trust one need not have it read. */
  #tellFolder({ uri }: vscode.WorkspaceFolder): void {
    if (!this.#engineReady || uri.scheme !== 'file' || !vscode.workspace.isTrusted || !this.#services.isOn()) return;
    this.#services.engine.tellFolder({ workspace: uri.toString(), folder: uri.fsPath });
  }

  #fileChanged(uri: vscode.Uri): void {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder?.uri.scheme !== 'file' || !vscode.workspace.isTrusted) return;
    const path = uri.path.slice(folder.uri.path.length).replace(/^\/+/, '');
    const key = folder.uri.toString();
    this.#changed.set(key, (this.#changed.get(key) ?? new Set()).add(path));
    this.#gathering ??= setTimeout(() => this.#tellChanged(), GATHER_MS);
  }

  #tellChanged(): void {
    this.#gathering = undefined;
    const changed = [...this.#changed];
    this.#changed.clear();
    if (!this.#engineReady || !this.#services.isOn()) return;
    for (const [workspace, paths] of changed) {
      const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.toString() === workspace);
      if (!folder) continue;
      // Other rules of what is private: what was read by the old ones must go.
      if ([...paths].some((path) => /(?:^|\/)\.gitignore$/.test(path))) void this.tellAll();
      else this.#services.engine.tellFolder({ workspace, folder: folder.uri.fsPath, changed: [...paths] });
    }
  }
}

/** A document of no folder is a workspace of its own. */
const workspaceOf = (uri: vscode.Uri): string => (vscode.workspace.getWorkspaceFolder(uri)?.uri ?? uri).toString();
