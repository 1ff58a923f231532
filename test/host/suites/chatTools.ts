/** What tools of a model do in a real editor: changes are decided on there, commands run in a terminal that is seen. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { EditReviews } from '../../../src/chat/apply/reviewEditor.ts';
import { COMMANDS } from '../../../src/chat/apply/reviewMarks.ts';
import { EditorSources } from '../../../src/chat/context/editorSources.ts';
import { EditorTools } from '../../../src/chat/editorTools.ts';
import type { ToolRun } from '../../../src/chat/tools/loop.ts';
import { EditorFiles } from '../../../src/workspace/editorFiles.ts';
import { quire, until } from './quire.ts';

const TEXT = 'export const one = 1;\nexport const two = 2;\n';
const BLOCKS = '<<<<<<< SEARCH\nexport const two = 2;\n=======\nexport const two = 22;\n>>>>>>> REPLACE\n';

describe('tools of a model', () => {
  const root = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'tools');
  const at = (name: string) => vscode.Uri.joinPath(root, name);
  const write = (name: string, text: string) => vscode.workspace.fs.writeFile(at(name), Buffer.from(text));
  const textOf = async (name: string) => (await vscode.workspace.openTextDocument(at(name))).getText();
  let reviews: EditReviews;
  let files: EditorFiles;
  let sources: EditorSources;
  let tools: EditorTools;

  function call(name: string, args: Record<string, unknown>, signal = new AbortController().signal) {
    const said: string[] = [];
    const run = tools.all.find(({ spec }) => spec.name === name)!.run(args, signal, (words) => said.push(words));
    return { run, said };
  }
  /** Proposes the edit, has the person decide, and gives what the tool says of it. */
  async function settling(decide: () => PromiseLike<unknown>): Promise<ToolRun> {
    const { run, said } = call('edit', { path: 'tools/a.ts', blocks: BLOCKS });
    await until(() => said.some((words) => /Accept or reject/.test(words)), 'the change is proposed');
    assert.match(await textOf('a.ts'), /two = 22/);
    await decide();
    return run;
  }

  before(async () => {
    ({ reviews } = await quire());
    await write('a.ts', TEXT);
    await write('.env', 'TOKEN=hunter2\n');
    files = new EditorFiles();
    sources = new EditorSources({ isPrivate: (uri) => files.isPrivate(uri) });
    const search = async () =>
      ['a.ts', '.env'].map((name) => ({ uri: at(name).toString(), lines: [1, 1] as [number, number], text: name }));
    tools = new EditorTools({ files: sources, gate: sources.gate, search, reviews });
  });
  beforeEach(async () => {
    await write('a.ts', TEXT);
    await until(async () => (await textOf('a.ts')) === TEXT, 'the editor has read the file anew');
  });
  afterEach(async () => {
    await vscode.workspace.saveAll(false);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
  after(async () => {
    tools.dispose();
    sources.dispose();
    files.dispose();
    await vscode.workspace.fs.delete(root, { recursive: true });
  });

  it('read, list and search by the same rules as the rest', async () => {
    assert.equal(
      (await call('read', { path: 'tools/a.ts', from: 2 }).run).text.split('\n')[1],
      'export const two = 2;',
    );
    assert.match((await call('read', { path: 'tools' }).run).text, /a\.ts \(/);
    const secret = await call('read', { path: 'tools/.env' }).run;
    assert.deepEqual([secret.ok, /hunter2/.test(JSON.stringify(secret))], [false, false]);
    assert.match(secret.text, /is secret/);
    assert.match((await call('read', { path: '../../etc/passwd' }).run).text, /outside the workspace/);
    assert.equal((await call('search', { query: 'x' }).run).text, 'tools/a.ts, lines 1-1:\na.ts');
  });

  it('edit what the person accepts', async () => {
    const run = await settling(() => vscode.commands.executeCommand(COMMANDS.acceptAll, at('a.ts')));
    assert.deepEqual([run.ok, run.words], [true, 'edit `tools/a.ts`: applied']);
    assert.match(await textOf('a.ts'), /two = 22/);
  });

  it('edit nothing that is rejected, cannot be placed, is secret, or is not there', async () => {
    const run = await settling(() => vscode.commands.executeCommand(COMMANDS.rejectAll, at('a.ts')));
    assert.deepEqual([run.ok, run.words], [false, 'edit `tools/a.ts`: rejected']);
    assert.equal(await textOf('a.ts'), TEXT);
    const wrong = '<<<<<<< SEARCH\nexport class Nothing {\n=======\n\n>>>>>>> REPLACE\n';
    for (const [path, blocks, why] of [
      ['tools/a.ts', wrong, /Nothing was changed\./],
      ['tools/.env', BLOCKS, /is secret/],
      ['tools/b.ts', BLOCKS, /does not exist/],
      ['../a.ts', BLOCKS, /outside the workspace/],
    ] as const) {
      const refused = await call('edit', { path, blocks }).run;
      assert.equal(refused.ok, false);
      assert.match(refused.text, why);
    }
    assert.equal(await textOf('a.ts'), TEXT);
  });

  it('leave the decision to the person where they are stopped in the middle of it', async () => {
    const stop = new AbortController();
    const { run, said } = call('edit', { path: 'tools/a.ts', blocks: BLOCKS }, stop.signal);
    await until(() => said.length > 0, 'the change is proposed');
    stop.abort();
    assert.equal((await run).ok, false);
    await vscode.commands.executeCommand(COMMANDS.rejectAll, at('a.ts'));
    await until(async () => (await textOf('a.ts')) === TEXT, 'the change is taken back');
  });

  it('run a command in a terminal that is seen, hear what it writes, and interrupt it', async () => {
    const settings = vscode.workspace.getConfiguration('terminal.integrated');
    await settings.update('defaultProfile.linux', 'bash', vscode.ConfigurationTarget.Global);
    try {
      const failed = await call('run', { command: "printf 'one\\ntwo\\n'; false" }).run;
      assert.deepEqual([failed.ok, failed.words?.split(': ').at(-1)], [false, 'exit code 1']);
      assert.match(failed.text, /one\ntwo\n\[exit code 1\]$/);
      assert.equal(vscode.window.activeTerminal?.name, 'Quire');
      const long = await call('run', { command: 'seq 5000' }).run;
      assert.equal(long.ok, true);
      assert.ok(long.text.split('\n').length < 220, 'only its end');
      assert.match(long.text, /\n5000\n\[exit code 0\]$/);
      const stop = new AbortController();
      const { run, said } = call('run', { command: 'sleep 600' }, stop.signal);
      await until(() => said.some((words) => /runs/.test(words)), 'it runs');
      stop.abort();
      assert.equal((await run).ok, false);
    } finally {
      await settings.update('defaultProfile.linux', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
