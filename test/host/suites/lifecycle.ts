import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { completeUpTo, openBehind, quire, type, until } from './quire.ts';

const folder = () => vscode.workspace.workspaceFolders![0]!.uri;
const at = (name: string) => vscode.Uri.joinPath(folder(), name);
const write = (name: string, text: string) => vscode.workspace.fs.writeFile(at(name), Buffer.from(text));
const close = () => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
const habit = (depth: number) =>
  `export function part() {\n  installGrommet(zapService, { depth: ${depth}, mode: 'blip' });\n}\n`.repeat(4);

describe('what is told of the workspace', () => {
  before(quire);
  const model = async () => (await (await quire()).engineStatus()).models[0]!;

  it('goes on in a diff editor, and when another tab comes to the front', async () => {
    await write('left.ts', 'export {};\n');
    await write('right.ts', 'export {};\n');
    await write('caller.ts', 'export function caller() {\n  \n}\n');
    await vscode.commands.executeCommand('vscode.diff', at('left.ts'), at('right.ts'), 'a diff');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(at('right.ts'), new vscode.Position(0, 0), habit(99));
    await vscode.workspace.applyEdit(edit);
    try {
      const editor = await openBehind('caller.ts', '{\n  ');
      await type('installGrom');
      assert.match(await completeUpTo(editor, ['m'], 'et(zapService'.length), /^et\(zapService/);
    } finally {
      await close();
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      for (const name of ['left.ts', 'right.ts', 'caller.ts']) await vscode.workspace.fs.delete(at(name));
    }
  });

  it('forgets files that a new .gitignore names, and reads them again without it', async () => {
    const { ngram: before } = await model();
    await write('made.ts', habit(3).repeat(20));
    await until(async () => (await model()).ngram!.tokens > before!.tokens + 500, 'the file is read');
    await write('.gitignore', 'made.ts\n');
    await until(async () => (await model()).ngram!.tokens < before!.tokens + 200, 'the ignored file is forgotten');
    await vscode.workspace.fs.delete(at('.gitignore'));
    await until(async () => (await model()).ngram!.tokens > before!.tokens + 500, 'it is read again');
    await vscode.workspace.fs.delete(at('made.ts'));
  });

  it('is kept by the settings of now, in the same engine', async () => {
    const api = await quire();
    const { pid } = await api.engineStatus();
    const settings = vscode.workspace.getConfiguration('quire.engine');
    await settings.update('cacheDisk', 0, vscode.ConfigurationTarget.Global);
    try {
      await until(async () => (await model()).kv.disk.limitBytes === 0, 'nothing is kept on disk');
      assert.equal((await api.engineStatus()).pid, pid);
    } finally {
      await settings.update('cacheDisk', undefined, vscode.ConfigurationTarget.Global);
    }
    await until(async () => (await model()).kv.disk.limitBytes > 0, 'the disk is used again');
    assert.equal((await api.engineStatus()).pid, pid);
  });
});
