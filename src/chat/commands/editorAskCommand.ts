/** Questions about code from the editor's menu and from its light bulb, and what is attached from menus. */
import * as vscode from 'vscode';
import { isWritable } from '../../files/schemes.ts';
import type { Resolved } from '../context/sources.ts';
import type { Asking } from './asking.ts';
import { SLASH_COMMANDS } from './slashCommands.ts';

/** Slash commands that are commands of the editor too. */
const IN_EDITOR = ['explain', 'fix', 'tests', 'doc', 'review'];

export function registerAskCommands({ sources, ask, attach, report }: Asking): vscode.Disposable {
  const run = async (name: string): Promise<void> => {
    const command = SLASH_COMMANDS.find((one) => one.name === name);
    if (!command?.takes) return;
    const { signal } = new AbortController();
    const found = await sources.take(command.takes, signal);
    const attachments = found.map(({ attachment }) => attachment).filter((one) => one !== undefined);
    const [first] = attachments;
    // Without code there is nothing to ask about; without problems there still is.
    if (first === undefined || (found[0]?.refused !== undefined && command.takes !== 'diff'))
      throw new Error(refusalIn(found));
    await ask({ command: name, attachments, text: '' });
  };
  const command = (id: string, action: (...args: never[]) => Promise<void>) =>
    vscode.commands.registerCommand(id, (...args: never[]) => action(...args).catch(report));
  return vscode.Disposable.from(
    ...IN_EDITOR.map((name) => command(`quire.chat.${name}`, () => run(name))),
    command('quire.chat.attachSelection', async () => {
      await attach(await sources.resolve('selection', '', new AbortController().signal));
    }),
    command('quire.chat.attachFile', async (clicked?: vscode.Uri, selected?: vscode.Uri[]) => {
      const active = vscode.window.activeTextEditor?.document.uri;
      const uris = selected ?? [clicked ?? active].filter((uri) => uri !== undefined);
      if (uris.length === 0) throw new Error('No file is open in the editor.');
      await attach(await sources.fromUris(uris.map(String), new AbortController().signal));
    }),
    vscode.languages.registerCodeActionsProvider({ scheme: '*' }, new ProblemActions(), ProblemActions.metadata),
  );
}

function refusalIn(found: readonly Resolved[]): string {
  return found.find(({ refused }) => refused !== undefined)?.refused ?? 'There is nothing to ask about.';
}

/** `Fix with Quire` and `Explain with Quire` on what the editor underlines. */
class ProblemActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const wrong = diagnostics.filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning);
    if (wrong.length === 0 || !isWritable(document.uri.scheme)) return [];
    return [
      ['Fix with Quire', 'quire.chat.fix'],
      ['Explain with Quire', 'quire.chat.explain'],
    ].map(([title, command]) => {
      const action = new vscode.CodeAction(title!, vscode.CodeActionKind.QuickFix);
      action.diagnostics = wrong;
      action.command = { title: title!, command: command! };
      return action;
    });
  }
}
