import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, quire } from './quire.ts';

describe('activation', () => {
  it('runs in a genuine extension host of a current Node', () => {
    assert.ok(Number.parseInt(process.versions.node, 10) >= 22);
  });

  it('activates by itself once the editor has started', async () => {
    await quire();
    assert.equal(extension().isActive, true);
  });

  it('registers every command that it contributes', async () => {
    await quire();
    const contributed: { command: string }[] = extension().packageJSON.contributes.commands;
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.ok(contributed.length > 0);
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  it('opens the bundled model in an engine process of its own', async () => {
    const status = await (await quire()).engineStatus();
    assert.notEqual(status.pid, process.pid);
    assert.deepEqual(
      status.models.map(({ info }) => info.name),
      ['tiny-code-fim'],
    );
    assert.deepEqual(
      status.clients.map(({ pid }) => pid),
      [process.pid],
    );
  });

  it('shows the status of the engine as a document', async () => {
    const { pid } = await (await quire()).engineStatus();
    await vscode.commands.executeCommand('quire.showStatus');
    const text = vscode.window.activeTextEditor?.document.getText() ?? '';
    assert.match(text, /tiny-code-fim/);
    assert.ok(text.includes(String(pid)));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });
});
