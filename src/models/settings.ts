/** The settings that name models, `quire.model.*`: read as a selection for each role, and written by the picker. */
import * as vscode from 'vscode';
import type { ModelRole } from '../engine/protocol/index.ts';
import { completionSetting, type Levels, type Selection, selectModel } from './selection.ts';

/** @param extensionRoot where the bundled model is. */
export function selectionOf(role: ModelRole, extensionRoot: string): Selection {
  const settings = modelSettings();
  const named = (key: 'chat' | 'embedding') => ({ setting: `quire.model.${key}`, value: settings.get(key, '') });
  return selectModel(
    role,
    {
      completion: completionSetting(levelsOf('completion'), levelsOf('path')),
      chat: named('chat'),
      embedding: named('embedding'),
      contextTokens: settings.get('contextTokens', 0),
    },
    {
      extensionRoot,
      workspaceFolder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      trusted: vscode.workspace.isTrusted,
    },
  );
}

/**
 * Writes the setting where it is in force: a workspace's value would hide the user's. The former setting for completion
 * goes there.
 * @param path empty for what is used where nothing is chosen.
 */
export async function useModel(role: ModelRole, path: string): Promise<void> {
  const settings = modelSettings();
  const former = role === 'completion' ? levelsOf('path') : undefined;
  const inWorkspace = levelsOf(role).workspace !== undefined || former?.workspace !== undefined;
  const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await settings.update(role, path === '' && !inWorkspace ? undefined : path, target);
  if ((inWorkspace ? former?.workspace : former?.user) !== undefined) await settings.update('path', undefined, target);
}

/** What an untrusted workspace says does not count. */
function levelsOf(key: ModelRole | 'path'): Levels {
  const found = modelSettings().inspect<string>(key);
  return { workspace: vscode.workspace.isTrusted ? found?.workspaceValue : undefined, user: found?.globalValue };
}

const modelSettings = () => vscode.workspace.getConfiguration('quire.model');
