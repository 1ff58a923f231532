import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

  it('that crashes again and again begins afresh with the restart command', async () => {
    const api = await quire();
    let failed = false;
    const killed = new Set<number>();
    const crashing = (async () => {
      for (; !failed; await sleep(5)) {
        for (const pid of enginePids()) {
          if (killed.has(pid)) continue;
          killed.add(pid);
          process.kill(pid, 'SIGKILL');
        }
      }
    })();
    await until(
      () =>
        api.engineStatus().then(
          () => false,
          (error) => /times in a row/.test((error as Error).message),
        ),
      'the engine counts as failed',
    );
    failed = true;
    await crashing;
    assert.ok(killed.size >= 5, `${killed.size}`);
    await vscode.commands.executeCommand('quire.restartEngine');
    const { pid, models } = await api.engineStatus();
    assert.deepEqual([killed.has(pid), models.length], [false, 1]);
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

/** Engines of this editor that listen: their endpoint files are in a folder of its own. */
function enginePids(): number[] {
  const runtime = process.env.QUIRE_RUNTIME_DIR;
  assert.ok(runtime);
  const files = readdirSync(runtime).filter((name) => name.endsWith('.json'));
  return files.flatMap((name) => {
    try {
      return (JSON.parse(readFileSync(path.join(runtime, name), 'utf8')) as { pid: number }).pid;
    } catch {
      return []; // it is being written, or has just gone
    }
  });
}
