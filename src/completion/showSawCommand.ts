/** `Quire: Show What the Model Saw`: the last suggestion's prompt and answer, as a read-only page. */
import * as vscode from 'vscode';
import { renderSaw } from './saw/page.ts';
import type { SeenAnswers } from './saw/records.ts';

const SCHEME = 'quire-saw';
const PAGE = vscode.Uri.from({ scheme: SCHEME, path: 'What the Model Saw' });

export function registerShowSaw(answers: Pick<SeenAnswers, 'last' | 'onLate'>): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  answers.onLate = () => changed.fire(PAGE);
  return vscode.Disposable.from(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => renderSaw(answers.last),
    }),
    vscode.commands.registerCommand('quire.showWhatTheModelSaw', async () => {
      changed.fire(PAGE);
      const document = await vscode.workspace.openTextDocument(PAGE);
      await vscode.window.showTextDocument(document, { preview: true });
    }),
  );
}
