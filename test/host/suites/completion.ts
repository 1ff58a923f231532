import assert from 'node:assert/strict';
import { copyFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { completeAfter, GAP, openBehind, PIECES, quire, type, until } from './quire.ts';

describe('completion', () => {
  before(quire);
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('puts what the model suggests at the cursor', async () => {
    const editor = await openBehind('plain.ts', `${GAP}\n  `);
    const rest = editor.document.getText().slice(editor.document.offsetAt(editor.selection.active));
    assert.notEqual((await completeAfter(editor, PIECES)).trim(), '');
    assert.ok(editor.document.getText().endsWith(rest));
  });

  it('keeps the line ends of a Windows file', async () => {
    const editor = await openBehind('windows.ts', `${GAP}\r\n  `);
    await completeAfter(editor, PIECES);
    assert.equal(editor.document.eol, vscode.EndOfLine.CRLF);
    assert.equal(
      editor.document
        .getText()
        .replaceAll('\r\n', '')
        .search(/[\r\n]/),
      -1,
    );
  });

  it('keeps tabs', async () => {
    const editor = await openBehind('tabs.ts', `${GAP}\n\t`);
    await completeAfter(editor, PIECES);
    assert.doesNotMatch(editor.document.getText(), /^ +/m);
  });

  it('keeps emoji and Chinese text, and puts the suggestion behind them at the right place', async () => {
    const editor = await openBehind('words.ts', `${GAP}\n  `);
    const head = editor.document.getText().slice(0, editor.document.offsetAt(editor.selection.active));
    await completeAfter(editor, PIECES);
    assert.ok(editor.document.getText().startsWith(`${head}${PIECES[0]}`));
  });

  it('shows what the model saw for the last suggestion, on a page that nobody can write in or complete', async () => {
    const editor = await openBehind('plain.ts', `${GAP}\n  `);
    const above = editor.document.getText().slice(0, editor.document.offsetAt(editor.selection.active));
    const taken = await completeAfter(editor, PIECES);
    await vscode.commands.executeCommand('quire.showWhatTheModelSaw');
    const page = vscode.window.activeTextEditor;
    assert.equal(page?.document.uri.scheme, 'quire-saw');
    // A page that was shown before is filled anew.
    const head = /^What .+ saw\n\nplain\.ts, line \d+, column \d+, asked /;
    await until(() => head.test(page.document.getText()), 'the page is of the last suggestion');
    const text = page.document.getText();
    assert.ok(text.includes(`<fimPrefix>${above}`), text);
    assert.match(text, /^It was shown\. It is right with a likelihood of \d+ %/m);
    assert.match(text, /The prompt has [\d,]+ tokens: [\d,]+ had been read before, [\d,]+ were read for this answer\./);
    const shown = text.slice(text.indexOf('After the filters')).trimEnd();
    assert.ok(shown.endsWith(taken.trimEnd()), `${shown} ends with ${taken}`);
    const { length } = text;
    await type('x');
    assert.equal(page.document.getText().length, length);
  });

  it('asks nothing in a link to a secret file', async function () {
    const folder = vscode.workspace.workspaceFolders![0]!.uri.fsPath;
    const [secret, link] = [path.join(folder, '.env'), path.join(folder, 'linked.ts')];
    await copyFile(path.join(folder, 'plain.ts'), secret);
    if (
      !(await symlink(secret, link).then(
        () => true,
        () => false,
      ))
    )
      return this.skip();
    const { onDidComplete } = await quire();
    let answered = 0;
    const listening = onDidComplete(() => answered++);
    try {
      await openBehind('linked.ts', `${GAP}\n  `);
      await type('return ');
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await sleep(1000);
      assert.equal(answered, 0);
    } finally {
      listening.dispose();
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
      await Promise.all([rm(secret), rm(link)]);
    }
  });

  it('asks nothing where suggestions are turned off, and asks again where they are on', async () => {
    const { onDidComplete } = await quire();
    const settings = vscode.workspace.getConfiguration('quire');
    await settings.update('enable', false, vscode.ConfigurationTarget.Workspace);
    let answered = 0;
    const listening = onDidComplete(() => answered++);
    try {
      const editor = await openBehind('plain.ts', `${GAP}\n  `);
      await type(' ');
      await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      await sleep(1000);
      assert.equal(answered, 0);
      await settings.update('enable', undefined, vscode.ConfigurationTarget.Workspace);
      await completeAfter(editor, PIECES);
      assert.ok(answered > 0);
    } finally {
      listening.dispose();
      await settings.update('enable', undefined, vscode.ConfigurationTarget.Workspace);
    }
  });
});
