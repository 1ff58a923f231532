/** The models in force, one for each role, and the command that chooses them, as the extension registers them. */
import { totalmem } from 'node:os';
import * as vscode from 'vscode';
import type { ModelRole } from '../engine/protocol/index.ts';
import type { Host, HostModels } from '../host.ts';
import type { ActiveModelEvents } from './activeModel.ts';
import { CATALOGUE } from './catalogue.ts';
import { ChooseModelCommand } from './chooseModelCommand.ts';
import { downloadQuietly } from './downloadDialog.ts';
import { ModelLibrary } from './library.ts';
import { offersFor } from './offers.ts';
import { RecentModels } from './recentModels.ts';
import { RoleModels } from './roleModels.ts';
import { ROLE_WORDS } from './roles.ts';
import { selectionOf, useModel } from './settings.ts';

export interface ModelsFeature extends HostModels {
  /** Opens what the settings name for a role, also where it is open already. Never rejects. */
  select(role: ModelRole): Promise<void>;
}

/** @param completion what becomes of the model for completion; of the others whoever asks for them hears. */
export function registerModels(host: Omit<Host, 'models'>, completion: ActiveModelEvents): ModelsFeature {
  const { context, engine } = host;
  const current = (role: ModelRole) => selectionOf(role, context.extensionPath);
  const changed = new vscode.EventEmitter<ModelRole>();
  const telling = (role: ModelRole, events: ActiveModelEvents): ActiveModelEvents => ({
    opening() {
      events.opening();
      changed.fire(role);
    },
    opened(info) {
      events.opened(info);
      changed.fire(role);
    },
    failed(error) {
      events.failed(error);
      changed.fire(role);
    },
  });
  const models = new RoleModels(engine, current, {
    completion: telling('completion', completion),
    chat: telling('chat', logged(host, 'chat')),
    embedding: telling('embedding', logged(host, 'embedding')),
  });
  const library = new ModelLibrary(vscode.Uri.joinPath(context.globalStorageUri, 'models').fsPath);
  const recent = new RecentModels(context.globalState);
  host.subscriptions.push(
    changed,
    engine.onModel((event) => models.reopened(event)),
    new ChooseModelCommand({
      engine,
      library,
      recent,
      current,
      report: (error) => host.report(error),
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('quire.model')) models.settingsChanged();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => models.settingsChanged()),
  );
  return {
    info: (role) => models.info(role),
    error: (role) => models.error(role),
    ready: (role) => models.ready(role),
    select: (role) => models.select(role),
    onDidChange: changed.event,
    offers(role) {
      const device = models.info('completion')?.device;
      return offersFor(role, { memoryBytes: totalmem(), gpu: device !== undefined && device !== 'cpu' });
    },
    async download(role, id, options) {
      const entry = CATALOGUE.find((one) => one.id === id);
      const path = entry && (await downloadQuietly(engine, entry, library.folder, options));
      if (path === undefined) return false;
      await recent.add(path);
      await useModel(role, path);
      return true;
    },
  };
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
