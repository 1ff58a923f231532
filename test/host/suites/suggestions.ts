import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Silence } from '../../../src/completion/silence.ts';
import { sum } from '../../../src/completion/statistics/counts.ts';
import { press, quire, type, until } from './quire.ts';

/** Nobody else writes this; each line is another one's habit. */
const HABITS = [7, 7, 7, 42, 42, 9]
  .map(
    (depth, row) =>
      `function part${row}() {\n  registerFrobnicator(quuxService, { depth: ${depth}, mode: 'zorp' });\n}\n`,
  )
  .join('\n');
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);

describe('suggestions', () => {
  let editor: vscode.TextEditor;
  const answers: (Silence | null)[] = [];
  const sources: string[] = [];
  const listening: vscode.Disposable[] = [];

  before(async function () {
    this.timeout(180_000);
    const { onDidAnswer, onDidComplete } = await quire();
    listening.push(
      onDidAnswer((silence) => answers.push(silence)),
      onDidComplete(({ source, shown }) => sources.push(`${source} ${shown ? 'shown' : 'nothing'}`)),
    );
  });
  after(() => vscode.Disposable.from(...listening).dispose());
  beforeEach(async () => {
    await run('quire.resetSuggestions');
    const content = `${HABITS}\nfunction another() {\n  registerFrob\n}\n`;
    const document = await vscode.workspace.openTextDocument({ language: 'typescript', content });
    editor = await vscode.window.showTextDocument(document);
    const end = document.positionAt(content.length - 3);
    editor.selection = new vscode.Selection(end, end);
    await sleep(300);
    answers.length = 0;
    sources.length = 0;
  });
  afterEach(() => run('workbench.action.revertAndCloseActiveEditor'));

  const text = () => editor.document.getText();
  const shown = () => answers.at(-1) === null;
  const seen = () => JSON.stringify([answers, sources]);
  /** Nobody's keyboard is at the window of the tests: the editor is told to ask as it does by itself. */
  const askAgain = async () => {
    await run('editor.action.inlineSuggest.hide');
    await run('editor.action.inlineSuggest.trigger', { explicit: false });
  };
  /** Types until something is shown of which nobody asked for more. */
  const typeUntilShown = async (letters: string) => {
    for (const letter of letters) {
      const { length } = answers;
      await type(letter);
      await askAgain();
      await until(
        () => answers.length > length,
        () => `an answer comes after ${letter}: ${seen()}`,
      );
      await sleep(500);
      if (shown()) return;
    }
    assert.fail(`nothing was shown: ${seen()}`);
  };
  /** What a commit puts in. */
  const commit = async () => {
    const before = text();
    const at = editor.document.offsetAt(editor.selection.active);
    await run('editor.action.inlineSuggest.commit');
    await until(
      () => text() !== before,
      () => `something is put in: ${seen()}`,
    );
    return text().slice(at, text().length - (before.length - at));
  };

  it('can be looked through when they are asked for, each another', async () => {
    await type('n');
    const found = new Set<string>();
    for (let next = 0; next < 2; next++) {
      await run('editor.action.inlineSuggest.trigger', { providerId: 'quire.quire:*' });
      await until(shown, () => `something is offered: ${seen()}`);
      await sleep(300);
      for (let step = 0; step < next; step++) await run('editor.action.inlineSuggest.showNext');
      await sleep(300);
      const before = text();
      found.add(await commit());
      // Not undone: what was undone is not offered again.
      const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
      await editor.edit((edit) => edit.replace(whole, before));
      const end = editor.document.positionAt(before.length - 3);
      editor.selection = new vscode.Selection(end, end);
      await run('quire.resetSuggestions');
      answers.length = 0;
    }
    assert.equal(found.size, 2, [...found].join(' | '));
    for (const one of found) assert.ok(one.trim() !== '');
  });

  it('are one where nobody asks for more', async () => {
    await typeUntilShown('nicator');
    const before = text();
    await run('editor.action.inlineSuggest.commit');
    assert.notEqual(text(), before);
    assert.ok(
      sources.every((source) => source !== 'joined nothing'),
      seen(),
    );
  });

  it('are not shown again once they were put away, while nothing near changes', async () => {
    await typeUntilShown('nicator');
    await run('workbench.action.focusActiveEditorGroup');
    const { statistics } = await quire();
    const wrong = async () => sum((await statistics.read()).flatMap(({ tallies }) => tallies)).wrong;
    const before = await wrong();
    await press('Escape', 'quire.dismissSuggestion');
    await until(async () => (await wrong()) > before, 'the key is heard');
    const written = text();
    await type('#');
    await run('deleteLeft');
    assert.equal(text(), written);
    await askAgain();
    await until(
      () => answers.at(-1)?.why === 'rejected',
      () => `it is held back: ${seen()}`,
    );
    await run('editor.action.inlineSuggest.commit');
    assert.equal(text(), written, 'nothing is on screen that could be taken');
    // Who asks for it gets it.
    await run('editor.action.inlineSuggest.trigger');
    await until(shown, () => `it is shown by command: ${seen()}`);
  });

  it('are not what was just deleted, also right after an accept is undone', async () => {
    await typeUntilShown('nicator');
    const before = text();
    const taken = await commit();
    assert.notEqual(taken, '');
    await sleep(300);
    await run('undo');
    assert.equal(text(), before);
    answers.length = 0;
    await run('editor.action.inlineSuggest.trigger');
    await until(() => answers.length > 0, 'an answer comes');
    await sleep(300);
    if (shown()) assert.notEqual(await commit(), taken);
    else assert.equal(answers.at(-1)?.why, 'deleted');
    await run('undo');
    // Key by key, too: the call that is there already is deleted, and not offered.
    await type('icator(quux');
    await sleep(300);
    for (let i = 0; i < 5; i++) await run('deleteLeft');
    answers.length = 0;
    await run('editor.action.inlineSuggest.trigger');
    await until(() => answers.length > 0, 'an answer comes');
    await sleep(300);
    const at = editor.document.offsetAt(editor.selection.active);
    await run('editor.action.inlineSuggest.commit');
    assert.ok(!text().slice(at).startsWith('(quux'), text().slice(at, at + 40));
  });

  it('are there at once behind one that is taken', async () => {
    const totals = async () => (await (await quire()).engineStatus()).totals.background;
    const { requests } = await totals();
    await typeUntilShown('nicator');
    await until(async () => {
      const now = await totals();
      return now.requests > requests && now.finished + now.cancelled + now.failed === now.requests;
    }, 'what comes behind it is asked while it is on screen');
    sources.length = 0;
    await commit();
    await askAgain();
    await until(() => sources.length > 0, 'the editor asks behind it');
    assert.match(sources[0]!, /^known/, seen());
  });

  it('are counted on this machine, and the counts are shown and erased', async () => {
    const { statistics } = await quire();
    await run('quire.eraseStatistics', true);
    assert.deepEqual(await statistics.read(), []);
    await typeUntilShown('nicator');
    const taken = await commit();
    await sleep(500);
    await run('undo');
    await until(async () => (await statistics.read())[0]?.tallies[0]?.takenBack === 1, 'an undone accept is counted');
    const [{ tallies } = { tallies: [] }] = await statistics.read();
    assert.deepEqual(
      tallies.map(({ language, model, taken, characters }) => ({ language, model, taken, characters })),
      [{ language: 'typescript', model: 'tiny-code-fim', taken: 1, characters: 0 }],
      taken,
    );
    assert.ok(tallies[0]!.shown >= 1);
    await run('quire.showStatistics');
    const label = () => vscode.window.tabGroups.activeTabGroup.activeTab?.label;
    await until(
      () => label() === 'Suggestion Statistics',
      () => `the page is in front: ${label()}`,
    );
    await run('quire.eraseStatistics', true);
    assert.deepEqual(await statistics.read(), []);
    await run('workbench.action.closeActiveEditor');
  });
});
