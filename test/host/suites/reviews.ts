/** Applying blocks to documents of a real editor, and deciding on what they change. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { newFile } from '../../../src/chat/apply/newFile.ts';
import type { EditReviews, Settled } from '../../../src/chat/apply/reviewEditor.ts';
import { COMMANDS } from '../../../src/chat/apply/reviewMarks.ts';
import { quire } from './quire.ts';

const TEXT = 'function one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n}\n';
const BLOCK = {
  code: 'function one() {\n  return 10;\n}\n\nfunction two() {\n  return 20;\n}\n',
  language: 'ts',
  info: 'ts',
};

describe('reviews of applied blocks', () => {
  let reviews: EditReviews;
  const settled: Settled[] = [];
  const rules = { isPrivate: async (uri: vscode.Uri) => uri.path.endsWith('.env') };
  const yes = { ask: async () => true };
  const no = { ask: async () => false };
  const files: vscode.Uri[] = [];

  before(async () => {
    ({ reviews } = await quire());
    reviews.onDidSettle((event) => settled.push(event));
  });
  afterEach(async () => {
    settled.length = 0;
    await vscode.workspace.saveAll(false);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const file of files.splice(0)) await vscode.workspace.fs.delete(file).then(undefined, () => undefined);
  });

  async function fileWith(name: string, text: string): Promise<vscode.Uri> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    assert.ok(folder);
    const uri = vscode.Uri.joinPath(folder, name);
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
    files.push(uri);
    return uri;
  }
  const textOf = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
  const bytesOf = async (uri: vscode.Uri) => new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));

  it('change the document of the message, whichever editor is in front, and leave the focus there', async () => {
    const target = await fileWith('target.ts', TEXT);
    const other = await fileWith('other.ts', TEXT);
    const front = await vscode.window.showTextDocument(other);
    const { kind, words } = await reviews.apply(target, BLOCK, yes);
    assert.equal(kind, 'review', words);
    assert.match(words, /2 changes in target\.ts/);
    assert.equal(await textOf(target), BLOCK.code);
    assert.equal(front.document.getText(), TEXT);
    assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), other.toString());
    assert.ok(vscode.window.visibleTextEditors.some(({ document }) => document.uri.toString() === target.toString()));
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', target);
    const titles = lenses.map(({ command }) => command?.title);
    assert.equal(titles.filter((title) => title === 'Accept').length, 2, titles.join());
    assert.ok(titles.includes('Accept all (2)') && titles.includes('Reject all'));
  });

  it('are taken back whole by one undo', async () => {
    const target = await fileWith('undone.ts', TEXT);
    await vscode.window.showTextDocument(target);
    assert.equal((await reviews.apply(target, BLOCK, yes)).kind, 'review');
    await vscode.commands.executeCommand('undo');
    assert.equal(await textOf(target), TEXT);
    await until(() => settled.length > 0);
    assert.deepEqual(
      settled.map(({ kind }) => kind),
      ['undone'],
    );
  });

  it('put back what is rejected, keep what is accepted, and say what became of it', async () => {
    const target = await fileWith('decided.ts', TEXT.replaceAll('\n', '\r\n'));
    await vscode.window.showTextDocument(target);
    const { kind, words } = await reviews.apply(target, BLOCK, yes);
    assert.equal(kind, 'review', words);
    await vscode.commands.executeCommand(COMMANDS.reject, target, 0);
    await vscode.commands.executeCommand(COMMANDS.accept, target, 1);
    assert.equal(await textOf(target), TEXT.replace('2;', '20;').replaceAll('\n', '\r\n'));
    assert.deepEqual(
      settled.map(({ kind, words }) => [kind, words]),
      [['applied', '1 of 2 changes applied to decided.ts.']],
    );
    assert.equal((await reviews.undo(target)).kind, 'undone');
    assert.equal(await textOf(target), TEXT.replaceAll('\n', '\r\n'));
  });

  it('follow what is typed around them', async () => {
    const target = await fileWith('typed.ts', TEXT);
    const editor = await vscode.window.showTextDocument(target);
    await reviews.apply(target, BLOCK, yes);
    await editor.edit((edit) => edit.insert(new vscode.Position(3, 0), '// between\n'));
    await vscode.commands.executeCommand(COMMANDS.rejectAll, target);
    assert.equal(await textOf(target), TEXT.replace('}\n\n', '}\n// between\n\n'));
    assert.equal(settled.at(-1)?.kind, 'undone');
  });

  it('keep the bytes of a file with mixed line ends, and undo to the byte', async () => {
    const mixed = TEXT.replace('1;\n', '1;\r\n');
    const target = await fileWith('mixed.ts', mixed);
    const { kind, words } = await reviews.apply(target, BLOCK, yes);
    assert.equal(kind, 'applied', words);
    assert.equal(await bytesOf(target), mixed.replace('1;', '10;').replace('2;', '20;'));
    assert.equal((await reviews.undo(target)).kind, 'undone');
    assert.equal(await bytesOf(target), mixed);
  });

  it('refuse in words what is missing, private, ambiguous, or not agreed to', async () => {
    const target = await fileWith('target.ts', TEXT);
    const missing = target.with({ path: target.path.replace('target', 'missing') });
    assert.match((await reviews.apply(missing, BLOCK, yes)).words, /not there any more/);
    assert.match((await reviews.apply(await fileWith('.env', 'A=1\n'), BLOCK, yes)).words, /private/);
    const short = { ...BLOCK, code: 'class A {\n  one() {}\n}\n' };
    assert.equal((await reviews.apply(target, short, yes)).kind, 'refused');
    const list = await fileWith('list.txt', Array.from({ length: 20 }, (_, line) => `line ${line}\n`).join(''));
    const less = { code: 'line 0\nline 1\nline 2\nline 19\n', language: '', info: '' };
    const before = await textOf(list);
    assert.equal((await reviews.apply(list, less, no)).kind, 'refused');
    assert.equal(await textOf(list), before);
  });

  it('never say that a document was changed that does not hold it', async () => {
    const target = await fileWith('undoing.ts', TEXT);
    const document = await vscode.workspace.openTextDocument(target);
    // As an extension would that puts back what it does not like.
    const meddler = vscode.workspace.onDidChangeTextDocument(async (change) => {
      if (change.document !== document || document.getText() === TEXT) return;
      const edit = new vscode.WorkspaceEdit();
      edit.replace(target, new vscode.Range(0, 0, document.lineCount, 0), TEXT);
      await vscode.workspace.applyEdit(edit);
    });
    const { kind } = await reviews.apply(target, BLOCK, yes).finally(() => meddler.dispose());
    await until(() => document.getText() === TEXT);
    if (kind === 'review') await until(() => settled.length > 0);
    assert.ok(
      kind === 'refused' || settled.every((one) => one.kind === 'undone'),
      `${kind}, but the file is unchanged`,
    );
  });

  it('make new files inside the workspace only', async () => {
    const { uri } = await newFile({ ...BLOCK, path: 'made/here.ts' }, rules);
    files.push(uri);
    assert.equal(await bytesOf(uri), BLOCK.code);
    await assert.rejects(newFile({ ...BLOCK, path: 'made/here.ts' }, rules), /there already/);
    await assert.rejects(newFile({ ...BLOCK, path: '../out.ts' }, rules), /outside/);
    const untitled = await newFile(BLOCK, rules);
    assert.equal(vscode.window.activeTextEditor?.document.languageId, 'typescript');
    assert.equal(untitled.uri.scheme, 'untitled');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });
});

async function until(is: () => boolean): Promise<void> {
  for (let tries = 0; !is() && tries < 200; tries++) await sleep(50);
  assert.ok(is());
}
