/** Writes a commit message into the box of the SCM view. */
import * as vscode from 'vscode';
import { namesInWords } from '../context/attachment.ts';
import type { EditorGate } from '../context/editorGate.ts';
import { changesOf, type GitRepository, gitRepositories } from '../context/editorGit.ts';
import type { Asking } from './asking.ts';
import { cleanMessage, commitPrompt, MOST_TOKENS } from './commitMessage.ts';

/** While it is written the sparkle is a stop sign. */
const RUNNING = 'quire.commitMessageRunning';

export function registerCommitMessage(
  asking: Pick<Asking, 'generate' | 'withoutReasoning' | 'report'>,
  gate: EditorGate,
): vscode.Disposable {
  let running: AbortController | undefined;
  const write = async (scm?: { rootUri?: vscode.Uri }): Promise<void> => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    await vscode.commands.executeCommand('setContext', RUNNING, true);
    try {
      await vscode.window.withProgress({ location: vscode.ProgressLocation.SourceControl }, () =>
        writeMessage(scm?.rootUri, mine.signal, asking, gate),
      );
    } catch (error) {
      if (!mine.signal.aborted) asking.report(error);
    } finally {
      if (running === mine) {
        running = undefined;
        await vscode.commands.executeCommand('setContext', RUNNING, false);
      }
    }
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('quire.chat.commitMessage', write),
    vscode.commands.registerCommand('quire.chat.stopCommitMessage', () => running?.abort()),
    { dispose: () => running?.abort() },
  );
}

/** What is staged, else all changes; what the person writes meanwhile is not written over. */
async function writeMessage(
  root: vscode.Uri | undefined,
  signal: AbortSignal,
  { generate, withoutReasoning }: Pick<Asking, 'generate' | 'withoutReasoning'>,
  gate: EditorGate,
): Promise<void> {
  const repository = await repositoryAt(root);
  const before = repository.inputBox.value;
  const { files, secret, left } = await changesOf(repository, 'staged', gate, signal);
  if (files.length === 0) {
    throw new Error(
      secret.length > 0
        ? `Only ${namesInWords(secret)} changed, of which no model is told: secret, or ignored by git.`
        : 'There are no changes to write a message for.',
    );
  }
  const prompt = commitPrompt(files);
  const message = cleanMessage(withoutReasoning(await generate(prompt.messages, MOST_TOKENS, signal)));
  signal.throwIfAborted();
  if (message === '') throw new Error('The model wrote no message. Try again, or choose a larger model.');
  if (repository.inputBox.value !== before) return;
  repository.inputBox.value = message;
  const unseen = [...secret, ...left, ...prompt.left];
  if (unseen.length > 0) {
    vscode.window.showInformationMessage(
      `Quire: the message was written without the changes of ${namesInWords(unseen)}, which are private or did not fit.`,
    );
  }
}

async function repositoryAt(root: vscode.Uri | undefined): Promise<GitRepository> {
  const repositories = await gitRepositories();
  const [first] = repositories;
  if (first === undefined) throw new Error('No open folder is in a git repository.');
  return repositories.find(({ rootUri }) => rootUri.toString() === root?.toString()) ?? first;
}
