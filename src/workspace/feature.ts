/** What every feature needs of the workspace: identity in the engine, texts told to it, files read by it, privacy. */
import * as vscode from 'vscode';
import { learnedNotification } from '../engine/protocol/index.ts';
import type { Host } from '../host.ts';
import { DocumentFeed } from './documentFeed.ts';
import { EditorFiles, specOf, workspaceOf } from './editorFiles.ts';
import { FolderFeed } from './folderFeed.ts';
import { OpenWorkspaces } from './openWorkspaces.ts';

/** What is known of the workspace of this window. */
export interface WorkspaceFeature {
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The engine's id of the workspace that a document belongs to. @throws EngineError */
  idOf(uri: vscode.Uri): Promise<string>;
  /** The version of a document that the engine has; undefined where it has none. */
  versionOf(document: vscode.TextDocument): number | undefined;
  /** The engine has learned something, or forgotten it: what it answered before may not be its answer now. */
  onDidLearn: vscode.Event<void>;
  /** Other files may be private now: what was shown of any must not be shown again. */
  onDidChangePrivacy: vscode.Event<void>;
}

/** What only others can remove. */
export interface WorkspaceNeeds {
  /** Removes the conversations of a folder for good. @throws Error in words. */
  forgetChats(folder: string): Promise<void>;
}

export function registerWorkspace(
  { engine, subscriptions, report }: Host,
  { forgetChats }: WorkspaceNeeds,
): WorkspaceFeature {
  const workspaces = new OpenWorkspaces(engine);
  const files = new EditorFiles();
  const documents = new DocumentFeed(engine, workspaces, files);
  const folders = new FolderFeed(engine, workspaces, () =>
    vscode.workspace.getConfiguration('quire').get('completion.useProjectCode', true),
  );
  const learned = new vscode.EventEmitter<void>();
  engine.listen(learnedNotification, () => learned.fire());
  let ready = false;
  const serving = async (now: boolean): Promise<void> => {
    if (now === ready) return;
    ready = now;
    await Promise.all([documents.serving(now), folders.serving(now)]);
  };
  subscriptions.push(
    files,
    documents,
    folders,
    learned,
    engine.onStateChange(({ kind }) => void serving(kind === 'ready')),
    files.onDidChange(() => {
      void documents.tellAll();
      learned.fire();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(async () => {
      workspaces.closeAll();
      await Promise.all([documents.serving(ready), folders.serving(ready)]);
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('quire.completion.useProjectCode')) void folders.tellAll();
    }),
    vscode.commands.registerCommand('quire.forgetWorkspace', () => forgetWorkspace(engine, forgetChats, report)),
  );
  return {
    isPrivate: (uri) => files.isPrivate(uri),
    idOf: (uri) => workspaces.idOf(workspaceOf(uri)),
    versionOf: (document) => documents.versionOf(document),
    onDidLearn: learned.event,
    onDidChangePrivacy: files.onDidChange,
  };
}

/** Removes what Quire keeps of the open folders, in memory and on disk. */
async function forgetWorkspace(
  engine: Host['engine'],
  forgetChats: WorkspaceNeeds['forgetChats'],
  report: Host['report'],
): Promise<void> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    vscode.window.showInformationMessage('Quire: no folder is open, so there is nothing to forget.');
    return;
  }
  const names = folders.map(({ name }) => name).join(', ');
  const forget = 'Forget';
  const chosen = await vscode.window.showWarningMessage(
    `Remove everything that Quire keeps of ${names}, but for its memory?`,
    {
      modal: true,
      detail:
        'Its index, the computed pages in memory and on disk, for every model, and all conversations of it, for good. Your files are not touched. Its memory stays: Erase All Memory removes that.',
    },
    forget,
  );
  if (chosen !== forget) return;
  try {
    for (const folder of folders) {
      const { folder: path } = specOf(folder);
      if (path === null) continue;
      // Conversations first: one that is shown would have its pages computed again.
      await forgetChats(path).finally(() => engine.forgetWorkspace({ folder: path }));
    }
    vscode.window.showInformationMessage(`Quire has forgotten ${names}.`);
  } catch (error) {
    report(error);
  }
}
