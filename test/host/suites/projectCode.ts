import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { completeAfter, openBehind, quire, until } from './quire.ts';

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

  const ngram = async () => (await (await quire()).engineStatus()).models[0]!.ngram;

  it('is heard from an open document, as it is typed and not saved', async () => {
    const document = await vscode.workspace.openTextDocument({ language: 'typescript', content: '' });
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), habit(42)));
    await editor.edit((edit) => edit.insert(document.positionAt(document.getText().length), '\nregisterFrob'));
    const end = document.positionAt(document.getText().length);
    editor.selection = new vscode.Selection(end, end);
    assert.equal(await completeAfter(editor, ['n']), "icator(quuxService, { depth: 42, mode: 'zorp' });");
  });

  it('is heard from files that nobody opened, and anew when they change', async () => {
    /** Asked in another file each time, as answers are kept. */
    const suggestedIn = async (name: string) => {
      const editor = await openBehind(name, 'registerFrob');
      const text = await completeAfter(editor, ['n']);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      return text;
    };
    const { files } = await ngram();
    assert.ok(files >= 4, `${files} files were read when the folder was opened`);
    await write('habit.ts', habit(7));
    await until(async () => (await ngram()).files === files + 1, 'a new file is read');
    assert.match(await suggestedIn('mine.ts'), /depth: 7, mode/);
    const { tokens } = await ngram();
    await write('habit.ts', habit(471_147));
    await until(async () => (await ngram()).tokens > tokens, 'a changed file is read anew');
    assert.match(await suggestedIn('yours.ts'), /depth: 471147, mode/);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), 'habit.ts'));
    await until(async () => (await ngram()).files === files, 'a deleted file is forgotten');
  });

  it('has no say where the user does not want it', async () => {
    const settings = vscode.workspace.getConfiguration('quire.completion');
    await settings.update('useProjectCode', false, vscode.ConfigurationTarget.Workspace);
    try {
      await until(async () => (await ngram()).tokens === 0, 'the index is empty');
    } finally {
      await settings.update('useProjectCode', undefined, vscode.ConfigurationTarget.Workspace);
    }
    await until(async () => (await ngram()).files > 0, 'the folder is read again');
  });
});
