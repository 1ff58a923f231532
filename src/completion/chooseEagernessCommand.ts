/** `Quire: Choose Eagerness…`: how sure a suggestion has to be before it is shown. */
import * as vscode from 'vscode';
import type { Eagerness } from './eagerness.ts';
import type { Threshold } from './threshold.ts';

const SECTION = 'quire.completion';

const WORDS: Record<Eagerness, { label: string; detail: string }> = {
  eager: { label: 'Eager', detail: 'About six wrong texts in a hundred keys: most is shown.' },
  balanced: { label: 'Balanced', detail: 'Two or three wrong texts in a hundred keys.' },
  quiet: { label: 'Quiet', detail: 'Only what is very likely right is shown.' },
};

/** @param threshold what became of the suggestions so far is shown. @param reset forgets it. */
export function registerEagerness(threshold: Threshold, reset: () => void): vscode.Disposable {
  return vscode.commands.registerCommand('quire.chooseEagerness', async () => {
    const document = vscode.window.activeTextEditor?.document;
    const settings = vscode.workspace.getConfiguration(SECTION, document);
    const now = settings.get<Eagerness>('eagerness', 'balanced');
    const entries = (Object.keys(WORDS) as Eagerness[]).map((eagerness) => ({
      label: WORDS[eagerness].label,
      detail: `${WORDS[eagerness].detail}${soFar(threshold, eagerness)}`,
      eagerness,
      ...(eagerness === now ? { description: 'now' } : {}),
    }));
    const forget = { label: 'Forget what was learned', detail: RESET, eagerness: undefined };
    const chosen = await vscode.window.showQuickPick([...entries, forget], {
      title: 'Quire: how sure does a suggestion have to be?',
    });
    if (chosen === forget) reset();
    else if (chosen?.eagerness !== undefined && chosen.eagerness !== now) await write(settings, chosen.eagerness);
  });
}

const RESET = 'How sure it has to be follows what you take and type over. That stays on this machine.';

function soFar(threshold: Threshold, eagerness: Eagerness): string {
  const { keys, right, wrong } = threshold.of(eagerness);
  return keys === 0 ? '' : ` So far ${right} right and ${wrong} wrong in ${keys} keys.`;
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
