/** The models in force, one for each role, and the command that chooses them, as the extension registers them. */
import * as vscode from 'vscode';
import type { ModelRole } from '../engine/protocol/index.ts';
import type { Host, HostModels } from '../host.ts';
import type { ActiveModelEvents } from './activeModel.ts';
import { ChooseModelCommand } from './chooseModelCommand.ts';
import { ModelLibrary } from './library.ts';
import { RecentModels } from './recentModels.ts';
import { RoleModels } from './roleModels.ts';
import { ROLE_WORDS } from './roles.ts';
import { selectionOf } from './settings.ts';

export interface ModelsFeature extends HostModels {
  /** Opens what the settings name for a role, also where it is open already. Never rejects. */
  select(role: ModelRole): Promise<void>;
}

/** @param completion what becomes of the model for completion; of the others whoever asks for them hears. */
export function registerModels(host: Omit<Host, 'models'>, completion: ActiveModelEvents): ModelsFeature {
  const { context, engine } = host;
  const current = (role: ModelRole) => selectionOf(role, context.extensionPath);
  const models = new RoleModels(engine, current, {
    completion,
    chat: logged(host, 'chat'),
    embedding: logged(host, 'embedding'),
  });
  host.subscriptions.push(
    engine.onModel((event) => models.reopened(event)),
    new ChooseModelCommand({
      engine,
      library: new ModelLibrary(vscode.Uri.joinPath(context.globalStorageUri, 'models').fsPath),
      recent: new RecentModels(context.globalState),
      current,
      report: (error) => host.report(error),
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('quire.model')) models.settingsChanged();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => models.settingsChanged()),
  );
  return models;
}

function logged({ log }: Pick<Host, 'log'>, role: ModelRole): ActiveModelEvents {
  const { title } = ROLE_WORDS[role];
  return {
    opening: () => undefined,
    opened: ({ name, device }) => log({ level: 'info', message: `${title}: model ${name} is open on ${device}.` }),
    failed(error) {
      const message = error instanceof Error ? error.message : String(error);
      log({ level: 'warn', message: `${title}: no model is open: ${message}` });
    },
  };
}
