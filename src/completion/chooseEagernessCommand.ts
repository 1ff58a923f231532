/** `Quire: Choose Eagerness…`: how sure a suggestion has to be before it is shown. */
import * as vscode from 'vscode';
import type { Eagerness } from './eagerness.ts';

const SECTION = 'quire.completion';

const WORDS: Record<Eagerness, { label: string; detail: string }> = {
  eager: { label: 'Eager', detail: 'Nearly everything is shown; most of it is wrong.' },
  balanced: { label: 'Balanced', detail: 'What is shown is more often right than wrong.' },
  quiet: { label: 'Quiet', detail: 'Only what is very likely right is shown.' },
};

export function registerEagerness(): vscode.Disposable {
  return vscode.commands.registerCommand('quire.chooseEagerness', async () => {
    const document = vscode.window.activeTextEditor?.document;
    const settings = vscode.workspace.getConfiguration(SECTION, document);
    const now = settings.get<Eagerness>('eagerness', 'balanced');
    const entries = (Object.keys(WORDS) as Eagerness[]).map((eagerness) => ({
      ...WORDS[eagerness],
      eagerness,
      ...(eagerness === now ? { description: 'now' } : {}),
    }));
    const chosen = await vscode.window.showQuickPick(entries, {
      title: 'Quire: how sure does a suggestion have to be?',
    });
    if (chosen !== undefined && chosen.eagerness !== now) await write(settings, chosen.eagerness);
  });
}

/** Writes where the value is set already, the narrowest place first, else for the user: it holds at once. */
async function write(settings: vscode.WorkspaceConfiguration, eagerness: Eagerness): Promise<void> {
  const set = settings.inspect<Eagerness>('eagerness');
  const { Global, Workspace, WorkspaceFolder } = vscode.ConfigurationTarget;
  const places = [
    { value: set?.workspaceFolderLanguageValue, target: WorkspaceFolder, forLanguage: true },
    { value: set?.workspaceLanguageValue, target: Workspace, forLanguage: true },
    { value: set?.globalLanguageValue, target: Global, forLanguage: true },
    { value: set?.workspaceFolderValue, target: WorkspaceFolder, forLanguage: false },
    { value: set?.workspaceValue, target: Workspace, forLanguage: false },
  ];
  const { target, forLanguage } = places.find(({ value }) => value !== undefined) ?? {
    target: Global,
    forLanguage: false,
  };
  await settings.update('eagerness', eagerness, target, forLanguage);
}
