/** Reads and writes the settings that turn suggestions on and off. */
import * as vscode from 'vscode';
import { type EnablementSettings, offReason, toggleLanguage } from './enablement.ts';

/** @param document whose language counts; undefined where no editor is open. */
export function readEnablement(document: vscode.TextDocument | undefined): EnablementSettings {
  const general = vscode.workspace.getConfiguration('quire');
  return {
    everywhere: general.get('enable', true),
    here: vscode.workspace.getConfiguration('quire', document).get('enable', true),
    disabledLanguages: general.get<string[]>('completion.disabledLanguages', []),
  };
}

/** True where suggestions are wanted. */
export function isEnabled(document: vscode.TextDocument): boolean {
  return offReason(readEnablement(document), document.languageId) === undefined;
}

/** Turns suggestions on or off, in all languages that have no say of their own. */
export async function toggleEverywhere(): Promise<void> {
  await write('enable', !readEnablement(undefined).everywhere);
}

/** Turns suggestions on or off in the language in front. */
export async function toggleCurrentLanguage(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined) {
    vscode.window.showInformationMessage('Quire: open a file first; the command is for the language in front.');
    return;
  }
  const { disabledLanguages, enable } = toggleLanguage(readEnablement(document), document.languageId);
  if (disabledLanguages !== undefined) await write('completion.disabledLanguages', disabledLanguages);
  if (enable !== undefined) await write('enable', enable, document);
}

/** Writes where the value is set already, else for the user: a workspace's value would hide a user's. */
async function write(key: string, value: unknown, forLanguageOf?: vscode.TextDocument): Promise<void> {
  const settings = vscode.workspace.getConfiguration('quire', forLanguageOf);
  const set = settings.inspect(key);
  const inWorkspace = forLanguageOf === undefined ? set?.workspaceValue : set?.workspaceLanguageValue;
  const target = inWorkspace === undefined ? vscode.ConfigurationTarget.Global : vscode.ConfigurationTarget.Workspace;
  await settings.update(key, value, target, forLanguageOf !== undefined);
}
