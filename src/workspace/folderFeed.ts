/**
 * Keeps the engine told which folders are open, which of their files changed, and which documents are in front of somebody:
 * it reads the folders' files by itself, and holds the pages of those documents longer.
 */
import * as vscode from 'vscode';
import type { EngineClient } from '../engine/client/client.ts';
import { pinDocumentsNotification, readWorkspaceNotification } from '../engine/protocol/index.ts';
import { specOf, workspaceOf } from './editorFiles.ts';
import type { OpenWorkspaces } from './openWorkspaces.ts';

/** Files that change together (a checkout, a build) are told together. */
const GATHER_MS = 500;

export class FolderFeed implements vscode.Disposable {
  readonly #engine: Pick<EngineClient, 'tell'>;
  readonly #workspaces: OpenWorkspaces;
  /** The user wants the project's code to have a say. */
  readonly #isOn: () => boolean;
  readonly #changed = new Map<string, Set<string>>();
  readonly #registrations: vscode.Disposable[] = [];
  #gathering: NodeJS.Timeout | undefined;
  #ready = false;

  constructor(engine: Pick<EngineClient, 'tell'>, workspaces: OpenWorkspaces, isOn: () => boolean) {
    this.#engine = engine;
    this.#workspaces = workspaces;
    this.#isOn = isOn;
    const files = vscode.workspace.createFileSystemWatcher('**/*');
    const change = (uri: vscode.Uri) => this.#fileChanged(uri);
    this.#registrations.push(
      vscode.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const folder of added) void this.#tellFolder(folder);
        for (const folder of removed) this.#workspaces.close(specOf(folder).name);
      }),
      vscode.window.tabGroups.onDidChangeTabs(() => void this.#pin()),
      files,
      files.onDidChange(change),
      files.onDidCreate(change),
      files.onDidDelete(change),
    );
  }

  /** An engine begins to serve, or ends. */
  async serving(ready: boolean): Promise<void> {
    this.#ready = ready;
    await this.tellAll();
  }

  /** Has the folders read, or forgotten where the user does not want them. */
  async tellAll(): Promise<void> {
    await Promise.all((vscode.workspace.workspaceFolders ?? []).map((folder) => this.#tellFolder(folder)));
    await this.#pin();
  }

  dispose(): void {
    clearTimeout(this.#gathering);
    for (const registration of this.#registrations) registration.dispose();
  }

  /** Reading a folder executes nothing, but who does not trust one need not have it read. */
  async #tellFolder(folder: vscode.WorkspaceFolder, changed?: string[]): Promise<void> {
    if (!this.#ready) return;
    const workspace = await this.#workspaces.idOf(specOf(folder)).catch(() => undefined);
    if (workspace === undefined) return;
    const on = this.#isOn() && vscode.workspace.isTrusted && folder.uri.scheme === 'file';
    if (on || !changed) {
      this.#engine.tell(readWorkspaceNotification, { workspace, on, ...(changed ? { changed } : {}) });
    }
  }

  /** The documents in tabs: their pages are held longer, and are there again after a restart. */
  async #pin(): Promise<void> {
    if (!this.#ready) return;
    const keys = new Map<string, string[]>();
    for (const uri of vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.flatMap(({ input }) => uriOf(input)))) {
      const spec = workspaceOf(uri);
      const workspace = await this.#workspaces.idOf(spec).catch(() => undefined);
      if (workspace !== undefined) keys.set(workspace, [...(keys.get(workspace) ?? []), uri.toString()]);
    }
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const workspace = await this.#workspaces.idOf(specOf(folder)).catch(() => undefined);
      if (workspace !== undefined && !keys.has(workspace)) keys.set(workspace, []);
    }
    for (const [workspace, pinned] of keys) this.#engine.tell(pinDocumentsNotification, { workspace, keys: pinned });
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
    for (const [key, paths] of changed) {
      const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.toString() === key);
      // Other rules of what is private: what was read by the old ones must go.
      const rules = [...paths].some((path) => /(?:^|\/)\.gitignore$/.test(path));
      if (folder) void this.#tellFolder(folder, rules ? undefined : [...paths]);
    }
  }
}

function uriOf(input: unknown): vscode.Uri[] {
  if (input instanceof vscode.TabInputText) return [input.uri];
  if (input instanceof vscode.TabInputTextDiff) return [input.modified];
  return [];
}
