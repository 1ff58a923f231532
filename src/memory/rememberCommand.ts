/** `Remember…` and `Remember Selection`: what a person wants to be remembered, with the lines that it is about. */
import * as vscode from 'vscode';
import type { CommandNeeds } from './commands.ts';
import { OPEN, UNDO, undoChange } from './commands.ts';
import type { FolderStore } from './stores.ts';
import { oneLine } from './words.ts';

export interface RememberNeeds extends CommandNeeds {
  /** Secret or ignored: such a file is not remembered. */
  isPrivate(uri: vscode.Uri): Promise<boolean>;
}

/** @param given what to remember, where it was not asked for. */
export async function remember(needs: RememberNeeds, given?: unknown): Promise<void> {
  const store = await needs.chooseStore();
  if (!store) return;
  const text =
    typeof given === 'string'
      ? given
      : await vscode.window.showInputBox({
          title: 'Quire: Remember',
          prompt: `A fact about ${store.name}. It stays on this machine, and is used where it fits a question.`,
          placeHolder: 'We use tabs in Makefiles only.',
          validateInput: (value) => (value.length > 4_000 ? 'At most 4,000 characters.' : undefined),
        });
  if (text === undefined || text.trim() === '') return;
  await add(needs, store, text.trim(), undefined);
}

/** @param given what to say of the lines, where it was not asked for; empty: the lines themselves. */
export async function rememberSelection(needs: RememberNeeds, given?: unknown): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) throw new Error('Open a file and select the lines to remember.');
  const { document, selection } = editor;
  const name = vscode.workspace.asRelativePath(document.uri);
  const store = needs.stores.of(document.uri.toString());
  if (!store)
    throw new Error(
      `${name} lies in no folder whose memory is on: it cannot be remembered as a place. Use Remember… instead.`,
    );
  if (await needs.isPrivate(document.uri))
    throw new Error(`${name} is secret, or ignored by git: Quire remembers nothing of such a file.`);
  if (document.isDirty && !(await saved(document, name))) return;
  const lines = linesOf(selection);
  const named = `${name}:${lines[0] === lines[1] ? lines[0] : `${lines[0]}-${lines[1]}`}`;
  const note =
    typeof given === 'string'
      ? given
      : await vscode.window.showInputBox({
          title: `Quire: Remember ${named}`,
          prompt: 'What to remember about these lines. Leave it empty to remember the lines themselves.',
        });
  if (note === undefined) return;
  const whole = new vscode.Range(lines[0] - 1, 0, lines[1] - 1, Number.MAX_SAFE_INTEGER);
  const text = note.trim() === '' ? document.getText(document.validateRange(whole)) : note.trim();
  if (text.trim() === '') throw new Error('The selected lines are empty.');
  const path = document.uri.path.slice(vscode.Uri.parse(store.key, true).path.length).replace(/^\//, '');
  await add(needs, store, text, { path, lines });
}

async function add(
  needs: CommandNeeds,
  store: FolderStore,
  text: string,
  about: { path: string; lines: [number, number] } | undefined,
): Promise<void> {
  const place = await store.place();
  const item = await needs.client.add({
    place,
    text,
    kind: 'fact',
    source: 'person',
    ...(about ? { about: [about] } : {}),
  });
  const { change } = item;
  needs.changed();
  void needs.say(`Remembered: ${oneLine(item.title, 60)}`, OPEN, ...(change === null ? [] : [UNDO])).then((pressed) => {
    if (pressed === UNDO && change !== null) undoChange(needs, store, change).catch(needs.report);
    if (pressed === OPEN) void needs.open({ store: store.key, id: item.id }).catch(needs.report);
  });
}

/** What is remembered of lines is anchored in the file as it is on the disk. */
async function saved(document: vscode.TextDocument, name: string): Promise<boolean> {
  const save = 'Save and Remember';
  const pressed = await vscode.window.showInformationMessage(
    `${name} is not saved. What is remembered is anchored in the file on the disk.`,
    save,
  );
  return pressed === save && (await document.save());
}

/** Lines from 1, both included; a selection that ends at the beginning of a line does not hold that line. */
function linesOf({ start, end, isEmpty }: vscode.Selection): [number, number] {
  const last = !isEmpty && end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return [start.line + 1, last + 1];
}
