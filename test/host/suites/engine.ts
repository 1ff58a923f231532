import assert from 'node:assert/strict';
import net from 'node:net';
import * as vscode from 'vscode';
import { completeAfter, GAP, openBehind, PIECES, quire, until } from './quire.ts';

describe('engine', () => {
  afterEach(() => vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor'));

  it('is replaced by the restart command, with its model', async () => {
    const api = await quire();
    const before = await api.engineStatus();
    await vscode.commands.executeCommand('quire.restartEngine');
    const after = await api.engineStatus();
    assert.notEqual(after.pid, before.pid);
    const editor = await openBehind('plain.ts', `${GAP}\n  `);
    await completeAfter(editor, PIECES);
  });

  it('comes back by itself when it is killed, with its model', async () => {
    const api = await quire();
    const { pid } = await api.engineStatus();
    process.kill(pid, 'SIGKILL');
    await until(async () => {
      const status = await api.engineStatus().catch(() => undefined);
      return status !== undefined && status.pid !== pid && status.models.length === 1;
    }, 'another engine has opened the model');
    const editor = await openBehind('plain.ts', `${GAP}\n  `);
    await completeAfter(editor, PIECES);
  });

  if (process.env.QUIRE_NETWORK_GUARD_FILE) {
    it('runs under the network guard, like this process', async () => {
      // The one attempt that the runner expects to find recorded. Nobody answers at this address: it is reserved.
      const socket = net.connect(80, '192.0.2.1');
      const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
      assert.match(error.message, /network guard refuses/);
    });
  }
});
