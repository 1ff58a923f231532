/** The model in force and the command that chooses it, as the extension registers them. */
import * as vscode from 'vscode';
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { Host } from '../host.ts';
import { ActiveModel } from './activeModel.ts';
import { ChooseModelCommand } from './chooseModelCommand.ts';
import { ModelLibrary } from './library.ts';
import { RecentModels, type Selection, selectModel } from './selection.ts';

export interface ModelsFeature {
  /** The open model; undefined while there is none. */
  readonly info: ModelInfo | undefined;
  /** Opens what the settings ask for. */
  select(): Promise<void>;
}

/** @param events what becomes of the model. */
export function registerModels(
  host: Host,
  events: { opening(): void; opened(info: ModelInfo): void; failed(error: unknown): void },
): ModelsFeature {
  const { context, engine } = host;
  const model = new ActiveModel(engine, events);
  const select = () => model.select(selection(context));
  host.subscriptions.push(
    engine.onModel((event) => model.reopened(event)),
    new ChooseModelCommand({
      engine,
      library: new ModelLibrary(vscode.Uri.joinPath(context.globalStorageUri, 'models').fsPath),
      recent: new RecentModels(context.globalState),
      current: () => selection(context),
      report: (error) => host.report(error),
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('quire.model')) void select();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void select()),
  );
  return {
    get info() {
      return model.info;
    },
    select,
  };
}

function selection(context: vscode.ExtensionContext): Selection {
  const settings = vscode.workspace.getConfiguration('quire.model');
  return selectModel(
    { path: settings.get('path', ''), contextTokens: settings.get('contextTokens', 0) },
    {
      extensionRoot: context.extensionPath,
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      trusted: vscode.workspace.isTrusted,
    },
  );
}
