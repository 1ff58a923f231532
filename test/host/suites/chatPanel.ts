/** The chat panel in the editor, by what its view would say and show; the model's words are random, all else is real. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import * as vscode from 'vscode';
import { COMMANDS } from '../../../src/chat/apply/reviewMarks.ts';
import type { ChatController } from '../../../src/chat/controller.ts';
import type { Conversation } from '../../../src/chat/conversation/tree.ts';
import type { ChatSnapshot, ShownMessage } from '../../../src/chat/view/protocol.ts';
import { extension, openBehind, quire, type, until } from './quire.ts';

const PAGE = 32;
const TEXT = 'function one() {\n  return 1;\n}\n\nfunction two() {\n  return 2;\n}\n';
const NEW = TEXT.replace('1;', '10;').replace('2;', '20;');
const chosen = process.env.QUIRE_TEST_CHAT_MODEL;
const choose = (file: string | undefined) =>
  vscode.workspace.getConfiguration('quire.model').update('chat', file, vscode.ConfigurationTarget.Global);
const folder = () => vscode.workspace.workspaceFolders![0]!.uri;
const at = (name: string) => vscode.Uri.joinPath(folder(), 'panel', name);
const write = (name: string, text: string) => vscode.workspace.fs.writeFile(at(name), Buffer.from(text));
const textOf = async (name: string) => (await vscode.workspace.openTextDocument(at(name))).getText();

describe('the chat panel', () => {
  let chat: ChatController;
  const shown = (): ChatSnapshot => chat.snapshot!;
  const say = (message: Parameters<ChatController['handle']>[0]) => chat.handle(message);
  const by = (role: ShownMessage['role']) => shown().messages.filter((message) => message.role === role);
  const conversation = async (): Promise<Conversation> => (await chat.session).conversation;

  before(async () => {
    ({ chat } = await quire());
    assert.ok(chosen, 'the runner names a chat model');
    await choose(chosen);
    await vscode.commands.executeCommand('quire.chat.open');
    await until(() => chat.snapshot?.model.kind === 'ready', 'the panel has a model');
  });
  beforeEach(() => say({ type: 'new' }));
  afterEach(async () => {
    await say({ type: 'stop' });
    await vscode.commands.executeCommand('workbench.action.files.saveAll');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
  after(async () => {
    await choose(undefined);
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), 'panel'), { recursive: true });
  });

  const idle = () => until(() => shown().turn.kind === 'idle', 'the answer is there');
  /** Waits until an answer more than `before` is being written, and ends it. */
  async function answered(before: number): Promise<ShownMessage> {
    await until(() => by('assistant').length > before && by('assistant').at(-1)!.text.length > 60, 'it is answered');
    await say({ type: 'stop' });
    await idle();
    return by('assistant').at(-1)!;
  }
  async function ask(text: string): Promise<ShownMessage> {
    const before = by('assistant').length;
    await say({ type: 'send', text, how: 'queue' });
    return answered(before);
  }
  /** Puts an answer into the conversation, as if a model had given it. @returns its id. */
  async function answer(text: string, question = 'Change it.'): Promise<string> {
    const now = await conversation();
    const id = `answer-${now.all().length}`;
    const asked = `question-${now.all().length}`;
    now.append({ type: 'user', id: asked, parent: now.head, at: Date.now(), text: question, attachments: [] });
    now.append({ type: 'assistant', id, parent: asked, at: Date.now(), text, state: 'whole' });
    return id;
  }
  const block = (code: string, name: string) => `Here:\n\n\`\`\`ts panel/${name}\n${code}\`\`\`\n`;
  const stateOf = (message: string, index = 0) => shown().messages.find(({ id }) => id === message)?.blocks?.[index];

  describe('applies a block', () => {
    beforeEach(async () => {
      await write('target.ts', TEXT);
      await write('other.ts', TEXT);
      await until(async () => (await textOf('target.ts')) === TEXT, 'the editor has read it anew');
    });

    it('to the file that the message names, and shows what was decided, and that it was undone', async () => {
      const message = await answer(block(NEW, 'target.ts'));
      const front = await vscode.window.showTextDocument(at('other.ts'));
      await say({ type: 'code', action: 'apply', message, block: 0 });
      assert.equal(await textOf('target.ts'), NEW);
      assert.equal(front.document.getText(), TEXT);
      assert.equal(stateOf(message)?.kind, 'review', 'also in a view that is drawn anew');
      await vscode.commands.executeCommand(COMMANDS.acceptAll, at('target.ts'));
      await until(() => stateOf(message)?.kind === 'applied', 'it is accepted');
      await say({ type: 'code', action: 'undo', message, block: 0 });
      assert.equal(stateOf(message)?.kind, 'undone');
      assert.equal(await textOf('target.ts'), TEXT);
    });

    it('that names none to the one that was attached, whichever editor is in front by then', async () => {
      const now = await conversation();
      const attachment = {
        id: 'f',
        kind: 'file' as const,
        label: 'panel/target.ts',
        uri: at('target.ts').toString(),
        text: TEXT,
      };
      const [asked, message] = ['question-attached', 'answer-attached'];
      now.append({ type: 'user', id: asked, parent: now.head, at: 1, text: 'Change it.', attachments: [attachment] });
      const front = await vscode.window.showTextDocument(at('other.ts'));
      const text = `Here:\n\n\`\`\`ts\n${NEW}\`\`\`\n`;
      now.append({ type: 'assistant', id: message, parent: asked, at: 2, text, state: 'whole' });
      await say({ type: 'code', action: 'apply', message, block: 0 });
      assert.equal(stateOf(message)?.kind, 'review', stateOf(message)?.words);
      assert.deepEqual([await textOf('target.ts'), front.document.getText()], [NEW, TEXT]);
      await say({ type: 'code', action: 'undo', message, block: 0 });
    });

    it('and shows that all of it was rejected', async () => {
      const message = await answer(block(NEW, 'target.ts'));
      await say({ type: 'code', action: 'apply', message, block: 0 });
      await vscode.commands.executeCommand(COMMANDS.rejectAll, at('target.ts'));
      await until(() => stateOf(message)?.kind === 'undone', 'it is rejected');
      assert.equal(await textOf('target.ts'), TEXT);
    });

    it('behind another one: what is decided on the second says nothing of the first', async () => {
      const first = await answer(block(NEW, 'target.ts'));
      await say({ type: 'code', action: 'apply', message: first, block: 0 });
      const second = await answer(block(NEW.replace('20;', '30;'), 'target.ts'));
      await say({ type: 'code', action: 'apply', message: second, block: 0 });
      assert.equal(stateOf(second)?.kind, 'review');
      await vscode.commands.executeCommand(COMMANDS.rejectAll, at('target.ts'));
      await until(() => stateOf(second)?.kind === 'undone', 'the second is rejected');
      assert.equal(stateOf(first)?.kind, 'applied');
      assert.equal(await textOf('target.ts'), NEW);
    });

    it('with a placeholder for the rest, which stays as it was', async () => {
      const code = NEW.replace('return 10;', '// ... existing code ...');
      const message = await answer(block(code, 'target.ts'));
      await say({ type: 'code', action: 'apply', message, block: 0 });
      assert.equal(stateOf(message)?.kind, 'review', stateOf(message)?.words);
      assert.equal(await textOf('target.ts'), TEXT.replace('2;', '20;'));
    });

    it('nowhere where it names a secret file, or one outside', async () => {
      await write('.env', 'TOKEN=1\n');
      for (const name of ['.env', '../../outside.ts']) {
        const message = await answer(block('TOKEN=2\n', name));
        await say({ type: 'code', action: 'apply', message, block: 0 });
        assert.equal(stateOf(message)?.kind, 'refused', name);
      }
      assert.equal(await textOf('.env'), 'TOKEN=1\n');
    });
  });

  it('puts a block in at the cursor of the active editor', async () => {
    await write('cursor.ts', 'a\n\nb\n');
    const editor = await vscode.window.showTextDocument(at('cursor.ts'));
    editor.selection = new vscode.Selection(1, 0, 1, 0);
    const message = await answer('```ts\nbetween\n```\n');
    await say({ type: 'code', action: 'insert', message, block: 0 });
    assert.equal(editor.document.getText(), 'a\nbetween\nb\n');
    assert.equal(stateOf(message)?.kind, 'applied');
  });

  it('makes a new file of a block, and never over one that is there', async () => {
    const message = await answer(block(TEXT, 'made.ts'));
    await say({ type: 'code', action: 'newFile', message, block: 0 });
    assert.equal(stateOf(message)?.kind, 'applied', stateOf(message)?.words);
    assert.equal(await textOf('made.ts'), TEXT);
    await say({ type: 'code', action: 'newFile', message, block: 0 });
    assert.match(stateOf(message)?.words ?? '', /there already/);
  });

  it('computes of each turn what is new in it only, also of another answer and of an edited question', async () => {
    const filler = 'one two three four five six seven eight nine ten '.repeat(20);
    let before = (await ask(`Read this: ${filler}`)).usage!;
    const anew: string[] = [];
    for (const question of ['And then?', 'And after that?', 'And in the end?']) {
      const { usage } = await ask(question);
      assert.ok(usage);
      const words = `${JSON.stringify(before)} then ${JSON.stringify(usage)}`;
      assert.ok(usage.promptTokens > before.promptTokens + 10, words);
      // The question: of the answer that was stopped as much is in the prompt as was seen, all of it read.
      if (usage.computedTokens > PAGE) anew.push(words);
      before = usage;
    }
    const last = by('assistant').at(-1)!;
    await say({ type: 'regenerate', id: last.id });
    await until(() => by('assistant').at(-1)!.id !== last.id, 'another answer is made');
    const again = await answered(by('assistant').length - 1);
    if (again.usage!.computedTokens > PAGE) anew.push(JSON.stringify(again.usage));
    assert.deepEqual(again.branch, { index: 1, count: 2 });
    await say({ type: 'edit', id: by('user').at(-1)!.id });
    await say({ type: 'send', text: 'And at the very end?', how: 'queue' });
    await until(() => by('user').at(-1)!.text === 'And at the very end?', 'it is asked in its place');
    const edited = await answered(by('assistant').length - 1);
    if (edited.usage!.computedTokens > 2 * PAGE) anew.push(JSON.stringify(edited.usage));
    assert.deepEqual(anew, [], JSON.stringify(by('assistant').map(({ text }) => text)));
    assert.deepEqual(by('user').at(-1)!.branch, { index: 1, count: 2 });
  });

  it('reads an attachment ahead, and says then that it costs nothing', async () => {
    await write('long.ts', Array.from({ length: 60 }, (_, n) => `export const value${n} = ${n * 7919};\n`).join(''));
    const session = await chat.session;
    const { signal } = new AbortController();
    await say({ type: 'attach', kind: 'file', value: 'panel/long.ts' });
    const [attached] = shown().draft.attachments;
    assert.equal(attached?.label, 'panel/long.ts');
    await until(() => shown().draft.attachments[0]?.alreadyRead === true, 'it is already read');
    const { meter } = shown();
    assert.ok(meter && meter.attachments > 200 && meter.newTokens <= 2 * PAGE, JSON.stringify(meter));
    const other = { id: 'x', kind: 'file' as const, label: 'panel/none.ts', text: 'let unread = 1;\n'.repeat(60) };
    const weighed = await session.weigh({ text: '', attachments: [other] }, undefined, signal);
    assert.equal(weighed?.attachments.get('x')?.alreadyRead, false);
  });

  it('says what a search of the project costs before it is sent, and what is being answered counts as said', async () => {
    await write('found.ts', 'export const wombat = 1;\n'.repeat(30));
    const priced = async (text: string) => {
      await say({ type: 'draft', text });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return shown().meter;
    };
    let asked = 0;
    // The memory hears of the file too.
    await until(
      async () => ((await priced(`@codebase where is the wombat? ${++asked}`))?.memories ?? 0) > 0,
      'it is known',
    );
    const cost = await priced('@codebase where is the wombat?');
    assert.ok(cost && cost.attachments > 60, JSON.stringify(cost));
    await say({ type: 'send', text: '@codebase where is the wombat?', how: 'queue' });
    await until(() => (shown().meter?.history ?? 0) > 60, 'it is said when the next is asked');
    const { usage } = await answered(0);
    assert.equal(usage!.promptTokens, cost.promptTokens);
  });

  it('tells a long conversation in short, and whole again', async () => {
    for (let turn = 0; turn < 12; turn++) await answer(`${turn} is a number. `.repeat(30), `What is ${turn}?`);
    const session = await chat.session;
    const weigh = async () =>
      (await session.weigh({ text: 'And?', attachments: [] }, undefined, new AbortController().signal))!.meter
        .promptTokens;
    const whole = await weigh();
    await vscode.commands.executeCommand('quire.chat.compact');
    const [note] = by('note');
    assert.match(note?.text ?? '', /in short/);
    assert.ok((await weigh()) < whole - 3 * PAGE, `${await weigh()} of ${whole}`);
    assert.equal(by('assistant').length, 12, 'all of it stays to be read');
    await say({ type: 'action', id: note!.actions![0]!.id, message: note!.id });
    assert.deepEqual(by('note'), []);
    assert.equal(await weigh(), whole);
  });

  it('has the prompt files of the workspace as commands', async () => {
    const file = vscode.Uri.joinPath(folder(), '.quire/prompts/rhyme.md');
    const named = () => shown().commands.find(({ name }) => name === 'rhyme');
    await vscode.workspace.fs.writeFile(
      file,
      Buffer.from(`---\ndescription: Rhymes\n---\nRhyme on \${input:word} in \${input:place}.\n`),
    );
    await until(() => named()?.description === 'Rhymes', 'the command is there');
    await say({ type: 'send', text: '/rhyme word=moon', how: 'queue' });
    assert.match(shown().draft.refusal ?? '', /place/);
    assert.equal(shown().draft.text, '/rhyme word=moon');
    await ask('/rhyme word=moon place="the garden" Short.');
    const [question] = (await conversation()).path();
    assert.ok(question?.type === 'user');
    assert.equal(question.asked, 'Rhyme on moon in the garden.\n\nShort.');
    assert.equal(by('user')[0]?.text, '/rhyme word=moon place="the garden" Short.');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), '.quire'), { recursive: true });
    await until(() => named() === undefined, 'the command is gone');
  });

  it('is asked from the editor, with the code attached', async () => {
    await write('code.ts', TEXT);
    const editor = await vscode.window.showTextDocument(at('code.ts'));
    editor.selection = new vscode.Selection(4, 0, 6, 1);
    await vscode.commands.executeCommand('quire.chat.explain');
    await answered(0);
    const [question] = (await conversation()).path();
    assert.ok(question?.type === 'user');
    assert.equal(question.text, '/explain');
    assert.match(question.asked ?? '', /^Explain the code above/);
    assert.deepEqual(
      question.attachments.map(({ label, text }) => [label, text]),
      [['panel/code.ts:5-7', 'function two() {\n  return 2;\n}']],
    );
  });

  it('is asked to fix what the editor underlines', async () => {
    await write('wrong.ts', TEXT);
    const known = vscode.languages.createDiagnosticCollection('test');
    try {
      const editor = await vscode.window.showTextDocument(at('wrong.ts'));
      const range = new vscode.Range(1, 2, 1, 8);
      editor.selection = new vscode.Selection(range.start, range.start);
      known.set(at('wrong.ts'), [new vscode.Diagnostic(range, 'One is not enough.')]);
      let fix: vscode.CodeAction | undefined;
      await until(async () => {
        const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          at('wrong.ts'),
          range,
          vscode.CodeActionKind.QuickFix.value,
        );
        fix = found.find(({ title }) => title === 'Fix with Quire');
        return fix !== undefined;
      }, 'the light bulb offers it');
      await vscode.commands.executeCommand(fix!.command!.command, ...(fix!.command!.arguments ?? []));
      await answered(0);
      const [question] = (await conversation()).path();
      assert.ok(question?.type === 'user');
      const attached = question.attachments.map(({ text }) => text).join('\n');
      assert.match(attached, /wrong\.ts:2: error: One is not enough\./);
      assert.match(attached, /return 1;/);
    } finally {
      known.dispose();
    }
  });

  it('writes a commit message into the box of the repository', async () => {
    const root = at('repository');
    await vscode.workspace.fs.createDirectory(root);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], { cwd: root.fsPath });
    await write('repository/a.ts', TEXT);
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'Begin');
    await write('repository/a.ts', NEW);
    const repository = await (await vscode.extensions.getExtension('vscode.git')!.activate())
      .getAPI(1)
      .openRepository(root);
    await repository.status();
    await vscode.commands.executeCommand('quire.chat.commitMessage', { rootUri: root });
    const message: string = repository.inputBox.value;
    assert.ok(message.trim().length > 0);
    assert.doesNotMatch(message, /```|<think>/);
    assert.ok(message.split('\n')[0]!.length <= 72, message);
    assert.equal(by('user').length, 0, 'it is no question of the conversation');
  });

  it('exports what was said as Markdown', async () => {
    await answer('It is a tool.', 'What is a hammer?');
    await vscode.commands.executeCommand('quire.chat.export');
    const { document } = vscode.window.activeTextEditor!;
    assert.equal(document.languageId, 'markdown');
    assert.match(document.getText(), /What is a hammer\?[\s\S]*It is a tool\./);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('leaves the editor its suggestions while it answers', async () => {
    const api = await quire();
    let meanwhile = 0;
    const listening = api.onDidComplete(() => {
      if (shown().turn.kind === 'writing') meanwhile++;
    });
    try {
      await openBehind('plain.ts', '{\n  ');
      for (let tries = 0; meanwhile === 0; tries++) {
        assert.ok(tries < 50, 'the editor is answered meanwhile');
        if (shown().turn.kind === 'idle') {
          await say({ type: 'send', text: 'Tell me all that you know.', how: 'queue' });
          await until(() => shown().turn.kind === 'writing', 'it is being answered');
        }
        // Where the panel was not open before, it takes the keys when it opens.
        await vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup');
        await type('return a + b;'[tries % 13]!);
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      }
      await until(() => (by('assistant').at(-1)?.text.length ?? 0) > 60, 'the answer goes on');
    } finally {
      listening.dispose();
      await say({ type: 'stop' });
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
  });

  it('says that a model cannot chat, offers others, answers by a search meanwhile, and goes on with one that can', async () => {
    await write('gauge.ts', 'export function calibrateGauge(offset: number) {\n  return offset * 2;\n}\n');
    await choose(path.join(extension().extensionPath, 'media/model/tiny-code-fim-q8_0.gguf'));
    await until(() => shown().model.kind === 'none', 'there is none');
    const { model } = shown();
    assert.ok(model.kind === 'none');
    assert.match(model.why, /no chat template/);
    assert.ok(model.choices.length > 0 && model.choices.filter(({ best }) => best).length === 1);
    await until(async () => {
      await say({ type: 'new' });
      await say({ type: 'send', text: 'Where is calibrateGauge?', how: 'queue' });
      await until(() => by('note').length > 0 && shown().turn.kind === 'idle', 'something is found');
      return /gauge\.ts/.test(by('note')[0]!.text);
    }, 'the file is found');
    assert.match(by('note')[0]!.text, /^\*\*Search results\*\*, not an answer/);
    assert.equal(by('assistant').length, 0);
    await choose(chosen);
    await until(() => shown().model.kind === 'ready', 'there is one again');
    assert.ok((await ask('And now?')).text.length > 0);
  });
});
