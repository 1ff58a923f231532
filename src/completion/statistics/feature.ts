/** Statistics of suggestions, as the extension registers them: counted on this machine, looked at and erased by command. */
import * as vscode from 'vscode';
import type { Host } from '../../host.ts';
import type { SuggestionEvent } from '../call.ts';
import { countsOf } from './counts.ts';
import { ERASE_COMMAND, SHOW_COMMAND, StatisticsPanel } from './panel.ts';
import { StatisticsStore } from './store.ts';

const FLUSH_MS = 30_000;

export interface StatisticsNeeds {
  onDidHappen: vscode.Event<SuggestionEvent>;
  /** Name of the model that suggests. */
  model(): string | undefined;
}

/** @returns what has been counted. */
export function registerStatistics(host: Host, { onDidHappen, model }: StatisticsNeeds): StatisticsStore {
  const folder = vscode.Uri.joinPath(host.context.globalStorageUri, 'statistics');
  const store = new StatisticsStore(folder.fsPath);
  const panel = new StatisticsPanel(store, host.context.extensionUri);
  // A disk that is full is no reason to disturb anyone who writes code.
  const flush = () => store.flush().catch((error) => host.log({ level: 'debug', message: String(error?.code ?? '') }));
  const timer = setInterval(() => void flush(), FLUSH_MS);
  host.subscriptions.push(
    panel,
    onDidHappen((event) => store.count(languageOf(event.path), model() ?? 'unknown', countsOf(event))),
    vscode.commands.registerCommand(SHOW_COMMAND, () => panel.show().catch(host.report)),
    // Told `true`, the person has agreed elsewhere.
    vscode.commands.registerCommand(ERASE_COMMAND, async (agreed?: unknown) => {
      if (agreed !== true && !(await isAgreed())) return;
      await store.erase().then(() => panel.update(), host.report);
    }),
    {
      dispose() {
        clearInterval(timer);
        void flush();
      },
    },
  );
  return store;
}

async function isAgreed(): Promise<boolean> {
  const erase = 'Erase';
  const detail = 'The numbers of all days, languages and models on this machine are deleted.';
  const question = 'Erase the statistics of suggestions?';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, erase)) === erase;
}

/** @param path the document's uri. */
function languageOf(path: string): string {
  const front = vscode.window.activeTextEditor?.document;
  const document =
    front?.uri.toString() === path ? front : vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === path);
  return document?.languageId ?? 'unknown';
}
