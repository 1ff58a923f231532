import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { bodyOfAdd, fileWithGap } from './code.ts';
import { type Editor, startEditor } from './editor.ts';
import type { EditorWindow } from './window.ts';

const gap = fileWithGap();

let editor: Editor;
let window: EditorWindow;

before(async () => {
  editor = await startEditor('engine', { files: { 'one.ts': gap.text, 'two.ts': gap.text } });
  window = await editor.openWindow();
  await window.waitForStatus(/^Quire: ready/);
});
after(() => editor?.stop());

test('two windows share one engine', async () => {
  const second = await editor.openWindow();
  try {
    await second.waitForStatus(/^Quire: ready/);
    await second.openFile('two.ts', gap);
    await second.typeAndAccept(bodyOfAdd.pieces);
    const engines = await editor.engines();
    assert.equal(engines.length, 1);
    assert.equal(engines[0]?.clients.length, 2);
    assert.equal(new Set(engines[0]?.clients.map(({ pid }) => pid)).size, 2);
    assert.deepEqual(editor.enginePids(), [engines[0]?.pid]);
  } finally {
    await second.close();
  }
});

test('the engine is killed while it generates, and completions come back by themselves', async () => {
  const [victim] = editor.enginePids();
  assert.ok(victim);
  await window.openFile('one.ts', gap);
  await holdWithRequest(victim);
  process.kill(victim, 'SIGKILL');
  await window.screenshot('killed');

  await window.until(async () => (editor.enginePids()[0] ?? victim) !== victim, 'another engine runs');
  await window.waitForStatus(/^Quire: ready/);
  await window.runCommand('File: Revert File');
  await window.openFile('one.ts', gap);
  await window.typeAndAccept(bodyOfAdd.pieces);
  assert.deepEqual(await window.notifications(), []);
});

/**
 * Leaves a request in the hands of the engine: held while it arrives, the engine then runs for a moment, which is less
 * than an answer takes.
 */
async function holdWithRequest(engine: number): Promise<void> {
  process.kill(engine, 'SIGSTOP');
  await window.typeText(bodyOfAdd.pieces[0] ?? '');
  await window.waitForStatus(/^Quire: thinking…$/);
  process.kill(engine, 'SIGCONT');
  await sleep(5);
}
