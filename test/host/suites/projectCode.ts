import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { completeUpTo, openBehind, quire, type, until } from './quire.ts';

/** Nobody else writes this. */
const habit = (depth: number) =>
  Array.from({ length: 4 }, (_, row) => {
    return `export function part${row}() {\n  registerFrobnicator(quuxService, { depth: ${depth}, mode: 'zorp' });\n}\n`;
  }).join('\n');

const folder = () => vscode.workspace.workspaceFolders![0]!.uri;
const write = (name: string, text: string) =>
  vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder(), name), Buffer.from(text));

describe("the project's own code", () => {
  before(quire);
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  const ngram = async () => (await (await quire()).engineStatus()).models[0]!.ngram!;

  it('is heard from an open document, as it is typed and not saved', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'typescript', content: '' });
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), habit(42)));
    await editor.edit((edit) => edit.insert(document.positionAt(document.getText().length), '\nregisterFrob'));
    const end = document.positionAt(document.getText().length);
    editor.selection = new vscode.Selection(end, end);
    const rest = "icator(quuxService, { depth: 42, mode: 'zorp' });";
    assert.equal(await completeUpTo(editor, ['n'], rest.length), rest);
  });

  it('is read from files that nobody opened, and anew when they change', async () => {
    const before = await ngram();
    const known = before.files + before.documents;
    assert.ok(known >= 4, `${known} files were read when the folder was opened`);
    // Small files, such as the settings, may change at any time; this one is larger than all of them.
    await write('habit.ts', habit(7).repeat(8));
    await until(async () => (await ngram()).tokens > before.tokens + 500, 'a new file is read');
    await write('habit.ts', habit(7).repeat(32));
    await until(async () => (await ngram()).tokens > before.tokens + 2_000, 'a changed file is read anew');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), 'habit.ts'));
    await until(async () => (await ngram()).tokens < before.tokens + 500, 'a deleted file is forgotten');
  });

  it('is suggested from a file that nobody opened', async () => {
    const before = (await ngram()).tokens;
    await write('habit.ts', habit(7).repeat(2));
    await write('caller.ts', 'export function caller() {\n  \n}\n');
    await until(async () => (await ngram()).tokens > before + 100, 'the new files are read');
    try {
      const editor = await openBehind('caller.ts', '{\n  ');
      await type('registerFrob');
      const rest = "icator(quuxService, { depth: 7, mode: 'zorp' });";
      assert.equal(await completeUpTo(editor, ['n'], rest.length), rest);
    } finally {
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      for (const name of ['habit.ts', 'caller.ts'])
        await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), name));
    }
  });

  it('has no say where the user does not want it', async () => {
    const settings = vscode.workspace.getConfiguration('quire.completion');
    await settings.update('useProjectCode', false, vscode.ConfigurationTarget.Workspace);
    try {
      await until(async () => (await ngram()).files === 0, 'no file is known any more');
    } finally {
      await settings.update('useProjectCode', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await until(async () => (await ngram()).files > 0, 'the folder is read again');
  });
});
