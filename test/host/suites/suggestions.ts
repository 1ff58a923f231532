import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { fimLayoutOf } from '../../../src/completion/fimLayouts.ts';
import type { Silence } from '../../../src/completion/silence.ts';
import { sum, type Tally } from '../../../src/completion/statistics/counts.ts';
import { budgetFor, prefixWindow } from '../../../src/completion/window.ts';
import { press, quire, type, until } from './quire.ts';

/** Nobody else writes this; each line is another one's habit. */
const HABITS = [7, 7, 7, 42, 42, 9]
  .map(
    (depth, row) =>
      `function part${row}() {\n  registerFrobnicator(quuxService, { depth: ${depth}, mode: 'zorp' });\n}\n`,
  )
  .join('\n');
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);

const lists = (other: 'off' | undefined) =>
  vscode.workspace
    .getConfiguration('editor')
    .update('quickSuggestions', other && { other }, vscode.ConfigurationTarget.Global);

describe('suggestions', () => {
  let editor: vscode.TextEditor;
  const answers: (Silence | null)[] = [];
  const sources: string[] = [];
  const listening: vscode.Disposable[] = [];

  before(async function () {
    this.timeout(180_000);
    // The editor gives up what it asked for when its own list opens, and does not ask again.
    await lists('off');
    const { onDidAnswer, onDidComplete } = await quire();
    listening.push(
      onDidAnswer((silence) => answers.push(silence)),
      onDidComplete(({ source, shown }) => sources.push(`${source} ${shown ? 'shown' : 'nothing'}`)),
    );
  });
  after(async () => {
    vscode.Disposable.from(...listening).dispose();
    await lists(undefined);
  });
  beforeEach(async () => {
    await run('quire.resetSuggestions');
    const content = `${HABITS}\nfunction another() {\n  registerFrob\n}\n`;
    const document = await vscode.workspace.openTextDocument({ language: 'typescript', content });
    const end = document.positionAt(content.length - 3);
    editor = await vscode.window.showTextDocument(document);
    // The editor brings the cursor back to where it was in the document of that name before.
    for (let still = 0; still < 3; ) {
      await sleep(150);
      const isThere = vscode.window.activeTextEditor?.selection.active.isEqual(end) === true;
      if (!isThere) editor.selection = new vscode.Selection(end, end);
      still = isThere ? still + 1 : 0;
    }
    answers.length = 0;
    sources.length = 0;
  });
  afterEach(() => run('workbench.action.revertAndCloseActiveEditor'));

  const text = () => editor.document.getText();
  const shown = () => answers.at(-1) === null;
  const seen = () => JSON.stringify([answers, sources]);
  /** The editor asks by itself after a key, but not where what it was to show was put away just then; so it is told to. */
  const answerAfter = async (step: () => PromiseLike<unknown>) => {
    const { length } = answers;
    await step();
    let patience = Date.now() + 1000;
    await until(
      async () => {
        if (answers.length > length) return true;
        if (Date.now() > patience) {
          patience += 2000;
          await run('editor.action.inlineSuggest.trigger', { explicit: false });
        }
        return false;
      },
      () => `an answer comes: ${seen()}`,
    );
    // It is on screen, and no better one comes.
    await sleep(500);
  };
  /** Types until something is shown of which nobody asked for more. */
  const typeUntilShown = async (letters: string) => {
    for (const letter of letters) {
      await answerAfter(() => type(letter));
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

  it('are asked for as soon as a key is known, before the editor asks for them, and once', async () => {
    const events: string[] = [];
    const { onDidStartRequest } = await quire();
    const watching = vscode.Disposable.from(
      onDidStartRequest(() => events.push('begun')),
      vscode.languages.registerInlineCompletionItemProvider(
        { language: 'typescript' },
        {
          provideInlineCompletionItems() {
            events.push('asked');
            return [];
          },
        },
      ),
    );
    try {
      const letters = 'nicator(qu';
      for (const letter of letters) {
        // What was answered before would be known.
        await run('quire.resetSuggestions');
        await type(letter);
        await sleep(400);
      }
      const begun = events.filter((event) => event === 'begun').length;
      assert.ok(/begun,asked/.test(events.join()), events.join());
      assert.ok(begun <= letters.length, events.join());
    } finally {
      watching.dispose();
    }
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
    if (!(answers.at(-1)?.why === 'rejected'))
      await answerAfter(() => run('editor.action.inlineSuggest.trigger', { explicit: false }));
    assert.equal(answers.at(-1)?.why, 'rejected', seen());
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

  const totals = async () => (await (await quire()).engineStatus()).totals.background;

  it('find their prompt read where the cursor rests', async () => {
    // What was read at the place before is over.
    await sleep(1500);
    const { requests } = await totals();
    const end = editor.document.lineAt(0).range.end;
    editor.selection = new vscode.Selection(end, end);
    await until(async () => (await totals()).requests > requests, 'the prompt there is read');
    assert.deepEqual(answers, [], 'nobody asked for a suggestion');
  });

  it('find their prompt read also where its window is about to begin elsewhere', async () => {
    const { info } = (await (await quire()).engineStatus()).models.find(({ info }) => info.name === 'tiny-code-fim')!;
    const { prefix: room } = budgetFor(info, 1, fimLayoutOf(info).order);
    const content = HABITS.repeat(12);
    const starts = (at: number) => at - prefixWindow(content.slice(0, at), room).length;
    const ends = [...content.matchAll(/;$/gm)].map(({ index }) => index + 1);
    const before = ends.find((at) => at > 2 * room && starts(at) !== starts(at + 60))!;
    const within = ends.find((at) => at > before && starts(at) === starts(at + 160))!;
    const whole = new vscode.Range(0, 0, editor.document.lineCount, 0);
    await editor.edit((edit) => edit.replace(whole, content));
    const readAt = async (offset: number, least: number) => {
      await sleep(1500);
      const { requests } = await totals();
      const at = editor.document.positionAt(offset);
      editor.selection = new vscode.Selection(at, at);
      await until(async () => (await totals()).requests >= requests + least, `${least} prompts are read`);
      await sleep(1000);
      return (await totals()).requests - requests;
    };
    assert.deepEqual([await readAt(within, 1), await readAt(before, 2)], [1, 2]);
  });

  it('are there at once behind one that is taken', async () => {
    const { requests } = await totals();
    await typeUntilShown('nicator');
    await until(async () => {
      const now = await totals();
      return now.requests > requests && now.finished + now.cancelled + now.failed === now.requests;
    }, 'what comes behind it is asked while it is on screen');
    sources.length = 0;
    await answerAfter(commit);
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
    let tallies: Tally[] = [];
    await until(
      async () => {
        tallies = (await statistics.read()).flatMap((day) => day.tallies);
        return tallies[0]?.takenBack === 1;
      },
      () => `an undone accept is counted: ${JSON.stringify(tallies)} ${JSON.stringify(text())}`,
    );
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
