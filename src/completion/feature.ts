/** Ghost text, as the extension registers it. */
import * as vscode from 'vscode';
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { Host } from '../host.ts';
import { Completer } from './completer.ts';
import { whyNoCompletion } from './fimLayouts.ts';
import { CompletionProvider, type DocumentAccess } from './provider.ts';
import { SettingsCache } from './settings.ts';
import { Syntax } from './syntax/syntax.ts';

export { whyNoCompletion } from './fimLayouts.ts';

export interface CompletionNeeds {
  /** The open model; undefined while there is none. */
  model(): ModelInfo | undefined;
  documents: DocumentAccess & { onDidLearn: vscode.Event<void> };
  isEnabled(document: vscode.TextDocument): boolean;
  /** The engine lost the model: it has to be opened again. */
  onModelLost(): void;
}

export function registerCompletion(host: Host, needs: CompletionNeeds): CompletionProvider {
  const settings = new SettingsCache(needs.isEnabled);
  const provider = new CompletionProvider({
    model() {
      const model = needs.model();
      return model && !whyNoCompletion(model) ? model : undefined;
    },
    completer: new Completer(host.engine, new Syntax(host.context.asAbsolutePath('dist/extension.cjs'))),
    settings: (document) => settings.of(document),
    documents: needs.documents,
    onError(kind, error) {
      host.report(error);
      if (kind === 'modelUnknown') needs.onModelLost();
    },
  });
  host.subscriptions.push(
    provider.register(),
    provider.onDidComplete(({ source, debounceMs, requestMs, firstTokenMs, shown, rejectedBy }) => {
      const outcome = shown ? 'shown' : `not shown (${rejectedBy})`;
      const times = `waited ${ms(debounceMs)}, took ${ms(requestMs)}, first token ${ms(firstTokenMs)}`;
      host.log({ level: 'debug', message: `completion: ${source}, ${times}, ${outcome}` });
    }),
    needs.documents.onDidLearn(() => provider.expire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('quire')) return;
      settings.forget();
      provider.reset();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => settings.forget()),
  );
  return provider;
}

const ms = (value: number | null): string => (value === null ? 'none' : `${value.toFixed(1)} ms`);
