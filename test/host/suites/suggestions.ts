import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { Silence } from '../../../src/completion/silence.ts';
import { quire, type, until } from './quire.ts';

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
});
