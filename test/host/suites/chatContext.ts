import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import * as vscode from 'vscode';
import { EditorSources } from '../../../src/chat/context/editorSources.ts';
import type { Resolved } from '../../../src/chat/context/sources.ts';
import { referenceResolver } from '../../../src/chat/native/references.ts';
import { EditorFiles } from '../../../src/workspace/editorFiles.ts';
import { until } from './quire.ts';

const SECRET = 'hunter2-and-more';
const FILES: Record<string, string> = {
  'counter.ts':
    'export class Counter {\n  count = 0;\n\n  /** Counts. */\n  tallyUp(): number {\n    return ++this.count;\n  }\n}\n',
  'other.ts': 'export const other = 1;\n',
  '.env': `TOKEN=${SECRET}\n`,
  '.gitignore': 'hidden.ts\n',
  'hidden.ts': `export const hidden = '${SECRET}';\n`,
};

/** All of it lies in a folder of its own, which is a git repository. */
describe('the context of a chat', () => {
  const { signal } = new AbortController();
  const root = vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, 'context');
  const at = (name: string) => vscode.Uri.joinPath(root, name);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.example', ...args], { cwd: root.fsPath });
  let files: EditorFiles;
  let sources: EditorSources;

  before(async () => {
    for (const [name, text] of Object.entries(FILES)) await vscode.workspace.fs.writeFile(at(name), Buffer.from(text));
    await vscode.workspace.fs.writeFile(at('picture.bin'), Buffer.from([1, 0, 2]));
    await vscode.workspace.fs.writeFile(at('large.txt'), Buffer.alloc(600 * 1024, 'a'));
    symlinkSync(at('.env').fsPath, at('link.txt').fsPath);
    symlinkSync('/etc/hostname', at('away.txt').fsPath);
    git('init', '-q');
    git('add', '-f', 'counter.ts', '.env', '.gitignore');
    git('commit', '-q', '-m', 'Begin');
    files = new EditorFiles();
    sources = new EditorSources({
      isPrivate: (uri) => files.isPrivate(uri),
      search: async () =>
        ['other.ts', 'hidden.ts'].map((name) => ({ uri: at(name).toString(), lines: [1, 1], text: name })),
    });
  });

  after(async () => {
    sources.dispose();
    files.dispose();
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(root, { recursive: true });
  });

  const one = (found: Resolved[]) => {
    assert.equal(found.length, 1);
    assert.equal(found[0]!.refused, undefined);
    return found[0]!.attachment!;
  };
  const refused = (found: Resolved[]) => {
    assert.ok(!JSON.stringify(found).includes(SECRET));
    assert.deepEqual(
      found.map(({ attachment }) => attachment),
      [undefined],
    );
    return found[0]!.refused!;
  };

  it('finds files by letters of their names, and none that is private', async () => {
    const suggested = await sources.suggest('file', 'cntr', signal);
    assert.equal(suggested[0]?.value, 'context/counter.ts');
    for (const query of ['env', 'hidden', 'link'])
      assert.deepEqual(await sources.suggest('file', query, signal), [], query);
    assert.ok((await sources.suggest('folder', 'conte', signal)).some(({ value }) => value === 'context'));
    assert.ok((await sources.suggest(null, '', signal)).some(({ kind }) => kind === 'codebase'));
  });

  it("is the same through a reference of the editor's own chat", async () => {
    const attach = referenceResolver(sources.gate);
    const refusalOf = async (name: string) => {
      const attached = await attach(at(name));
      assert.ok(!JSON.stringify(attached).includes(SECRET));
      return 'refused' in attached ? attached.refused : assert.fail(`${name} was read`);
    };
    assert.deepEqual(await attach(at('counter.ts')), { label: 'context/counter.ts', text: FILES['counter.ts'] });
    const place = new vscode.Location(at('counter.ts'), new vscode.Range(1, 2, 1, 7));
    assert.deepEqual(await attach(place), { label: 'context/counter.ts:2-2', text: 'count' });
    for (const name of ['.env', 'hidden.ts', 'link.txt'])
      assert.match(await refusalOf(name), /secret, or ignored by git/, name);
    assert.match(await refusalOf('picture.bin'), /not a text/);
    assert.match(await refusalOf('large.txt'), /Select the part/);
    assert.match(await refusalOf('missing.ts'), /does not exist/);
  });

  it('is a file as it stands in the editor, saved or not', async () => {
    const document = await vscode.workspace.openTextDocument(at('other.ts'));
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// not saved\n'));
    const { text, language, label } = one(await sources.resolve('file', 'context/other.ts', signal));
    assert.equal(text, `// not saved\n${FILES['other.ts']}`);
    assert.deepEqual([language, label], ['typescript', 'context/other.ts']);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  for (const name of ['.env', 'hidden.ts', 'link.txt']) {
    it(`refuses ${name} by mention, drop and tool`, async () => {
      const words = /is secret, or ignored by git/;
      assert.match(refused(await sources.resolve('file', `context/${name}`, signal)), words);
      assert.match(refused(await sources.fromUris([at(name).toString()], signal)), words);
      const told = await sources.readForTool(`context/${name}`, signal);
      assert.match(told.refused ?? '', words);
    });
  }

  it('refuses an open secret: its offer, its selection, as one of the open files', async () => {
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at('.env')));
    editor.selection = new vscode.Selection(0, 0, 0, 5);
    await until(() => sources.offers().length === 0, 'nothing is offered');
    assert.match(refused(await sources.resolve('selection', '', signal)), /is secret/);
    assert.match(refused(await sources.take('code', signal)), /is secret/);
    assert.ok((await sources.resolve('open', '', signal)).some((found) => found.refused?.includes('.env')));
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  });

  it('refuses in words what is no text, too large, not there or outside', async () => {
    assert.match(refused(await sources.resolve('file', 'context/picture.bin', signal)), /is not a text/);
    assert.match(refused(await sources.resolve('file', 'context/large.txt', signal)), /600 KB/);
    assert.match(refused(await sources.resolve('file', 'context/none.ts', signal)), /does not exist/);
    for (const path of ['../a', '/etc/hostname', 'context/away.txt'])
      assert.match((await sources.readForTool(path, signal)).refused ?? '', /outside the workspace/, path);
  });

  it('is a folder, without what is private', async () => {
    const { text, cut } = one(await sources.resolve('folder', 'context', signal));
    assert.match(text, /^context\/\n[\s\S]*counter\.ts \(\d+ bytes\)/);
    assert.ok(!/\.env|hidden|link/.test(text));
    assert.match(cut ?? '', /without 3 that are secret/);
    const listed = await sources.listForTool('context', signal);
    assert.ok(listed.text?.includes('other.ts') && !listed.text.includes('.env'));
  });

  it('is the selection, which is offered and not taken', async () => {
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at('counter.ts')));
    editor.selection = new vscode.Selection(4, 2, 6, 0);
    const label = 'context/counter.ts:5-6';
    await until(() => sources.offers()[0]?.label === label, 'the selection is offered');
    const offer = sources.offers()[0]!;
    const taken = one(await sources.takeOffer(offer.id, signal));
    assert.deepEqual([taken.label, taken.lines], [label, [5, 6]]);
    assert.equal(taken.text, '  tallyUp(): number {\n    return ++this.count;');
    editor.selection = new vscode.Selection(0, 0, 1, 0);
    assert.match(refused(await sources.takeOffer(offer.id, signal)), /has changed/);
  });

  it('is a symbol, with the comment above it', async () => {
    const editor = await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(at('counter.ts')));
    editor.selection = new vscode.Selection(5, 6, 5, 6);
    await until(async () => (await sources.suggest('symbol', 'tallyUp', signal)).length > 0, 'symbols are known');
    const [found] = await sources.suggest('symbol', 'tallyUp', signal);
    for (const value of [found!.value, 'tallyUp', 'Counter.tallyUp']) {
      const { text } = one(await sources.resolve('symbol', value, signal));
      assert.equal(text, '  /** Counts. */\n  tallyUp(): number {\n    return ++this.count;\n  }');
    }
    assert.match(one(await sources.take('code', signal)).text, /^ {2}\/\*\* Counts\. \*\/\n {2}tallyUp/);
  });

  it('is the problems, with the lines they are on', async () => {
    const known = vscode.languages.createDiagnosticCollection('test');
    const range = new vscode.Range(5, 4, 5, 10);
    known.set(at('counter.ts'), [new vscode.Diagnostic(range, 'Never counts down.')]);
    known.set(at('.env'), [new vscode.Diagnostic(new vscode.Range(0, 0, 0, 1), SECRET)]);
    try {
      const { text } = one(await sources.resolve('problems', '', signal));
      assert.ok(text.includes('context/counter.ts:6: error: Never counts down.\n    return ++this.count;'), text);
      assert.ok(!text.includes(SECRET));
      assert.match(refused(await sources.resolve('problems', 'context/.env', signal)), /is secret/);
    } finally {
      known.dispose();
    }
  });

  it('is the diff, in which no secret is', async () => {
    const extension = vscode.extensions.getExtension('vscode.git');
    assert.ok(extension, 'the git extension is there');
    await vscode.workspace.fs.writeFile(at('counter.ts'), Buffer.from(`${FILES['counter.ts']}// changed\n`));
    await vscode.workspace.fs.writeFile(at('.env'), Buffer.from(`TOKEN=${SECRET}-changed\n`));
    const api = (await extension.activate()).getAPI(1);
    const repository = await api.openRepository(root);
    await repository.status();
    const { text, cut } = one(await sources.resolve('diff', '', signal));
    assert.match(text, /\+\/\/ changed/);
    assert.match(text, /\+export const other = 1;/);
    assert.ok(!text.includes(SECRET));
    assert.match(cut ?? '', /context\/\.env/);
    assert.match(refused(await sources.resolve('diff', 'context/.env', signal)), /\.env/);
    git('add', 'counter.ts');
    await repository.status();
    const staged = one(await sources.take('diff', signal));
    assert.ok(staged.text.includes('// changed') && !staged.text.includes('other = 1'));
  });

  it('is what a search finds, but for what is private', async () => {
    assert.deepEqual(
      (await sources.resolve('codebase', 'other', signal)).map(({ attachment }) => attachment?.text),
      ['other.ts'],
    );
  });

  it('is the last command of a terminal, and how it ended', async () => {
    assert.match(refused(await sources.resolve('terminal', '', signal)), /No command is known/);
    const terminal = vscode.window.createTerminal({ shellPath: '/bin/bash' });
    let told = '';
    const is = (pattern: RegExp) =>
      until(
        async () => {
          told = (await sources.resolve('terminal', '', signal))[0]?.attachment?.text ?? '';
          return pattern.test(told);
        },
        () => `${JSON.stringify(told)} is ${pattern}`,
      );
    try {
      terminal.show();
      await until(() => terminal.shellIntegration !== undefined, 'the shell tells of its commands');
      // As an extension runs one, and as a person types one. The editor loses what is written in the tick of the start.
      terminal.shellIntegration!.executeCommand("sleep 0.5; printf '\\033[31mred\\033[0m\\n'; false");
      await is(/^\$ sleep .*; false\nred\n\[exit code 1\]$/);
      terminal.sendText('sleep 0.5; seq 300');
      await is(/; seq 300\n101\n102\n[\s\S]*\n300\n\[exit code 0\]$/);
      terminal.sendText('echo at once');
      await is(/^\$ echo at once\n(?:at once|\[output not known\])\n\[exit code 0\]$/);
    } finally {
      terminal.dispose();
    }
  });
});
