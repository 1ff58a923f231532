/** The memory in the editor, by what its tree and page would show; engine and store are real. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { MemoryItem } from '../../../src/engine/protocol/index.ts';
import { addressOf } from '../../../src/memory/editDocuments.ts';
import type { MemoryFeature } from '../../../src/memory/feature.ts';
import type { MemoryNode } from '../../../src/memory/tree.ts';
import { quire, until } from './quire.ts';

const FACT = 'Invoices are numbered by the walrus counter.';
const folder = () => vscode.workspace.workspaceFolders![0]!.uri;
const at = (name: string) => vscode.Uri.joinPath(folder(), 'memory', name);
const write = (name: string, text: string) => vscode.workspace.fs.writeFile(at(name), Buffer.from(text));
const run = (name: string, ...given: unknown[]) => vscode.commands.executeCommand(`quire.memory.${name}`, ...given);
const setting = (on: boolean | undefined) =>
  vscode.workspace.getConfiguration('quire.memory').update('enabled', on, vscode.ConfigurationTarget.Workspace);

describe('the memory', () => {
  let memory: MemoryFeature;

  before(async () => {
    ({ memory } = await quire());
    await write(
      'ledger.ts',
      '/** Books an entry. */\nexport function book(entry: string): string {\n  return entry.trim();\n}\n',
    );
    await write('.env', 'TOKEN=hunter2-and-more\n');
    await run('refresh');
  });
  after(async () => {
    await setting(undefined);
    await run('erase', true);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(folder(), 'memory'), { recursive: true });
  });

  async function items(node?: MemoryNode): Promise<MemoryItem[]> {
    const children = await memory.inspector.getChildren(node);
    const inside = await Promise.all(
      children.map((child) =>
        child.type === 'item' ? [child.item] : child.type === 'pinned' || child.type === 'more' ? [] : items(child),
      ),
    );
    return inside.flat();
  }
  const like = async (text: string) => (await items()).find((item) => item.text.includes(text));
  const named = async (text: string): Promise<MemoryItem> => (await like(text)) ?? assert.fail(`nothing says ${text}`);
  const ref = ({ id }: MemoryItem) => ({ store: folder().toString(), id });
  const page = () => {
    const shown = memory.inspector.details;
    return shown?.type === 'memory' ? shown.memory : undefined;
  };

  it('has all its commands, and a view that shows what was read, but for what is private', async () => {
    const there = await vscode.commands.getCommands(true);
    const { packageJSON } = vscode.extensions.getExtension('quire.quire')!;
    const commands: string[] = packageJSON.contributes.commands.map(({ command }: { command: string }) => command);
    for (const command of commands) assert.ok(there.includes(command), command);
    await run('inspect');
    await until(async () => (await items()).some(({ path }) => path === 'memory/ledger.ts'), 'the file is read');
    assert.ok(!(await items()).some(({ path, text }) => /\.env|hunter2/.test(`${path} ${text}`)));
  });

  it('says of a summary where it stands', async () => {
    await run('open', ref((await items()).find(({ kind, path }) => kind === 'file' && path === 'memory/ledger.ts')!));
    const anchors = page()!.sentences.flatMap((sentence) => sentence.anchors);
    assert.ok(anchors.length > 0);
    for (const anchor of anchors) assert.equal(anchor.words, 'holds');
    await write('ledger.ts', 'export const nothing = 0;\n');
    await until(async () => {
      const item = (await items()).find(({ kind, path }) => kind === 'file' && path === 'memory/ledger.ts');
      if (!item) return false;
      await run('open', ref(item));
      return !page()!.sentences.some(({ text, isTrue }) => isTrue && /\bbook\b/.test(text));
    }, 'what is not true any more is not said as if it were');
  });

  it('remembers a fact once, pins it, and edits it in a document that saves back', async () => {
    await run('remember', FACT);
    await run('remember', FACT);
    assert.equal((await items()).filter(({ text }) => text === FACT).length, 1);
    const fact = await named('walrus');
    await run('pin', ref(fact));
    assert.equal((await named('walrus')).pinned, true);
    const roots = await memory.inspector.getChildren();
    assert.equal(roots[0]?.type, 'pinned');
    const document = await vscode.workspace.openTextDocument(addressOf(ref(fact), fact.title));
    assert.equal(document.getText(), FACT);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(document.positionAt(FACT.length), ' Since May.'));
    assert.ok(await document.save());
    const edited = await named('walrus');
    assert.deepEqual([edited.id, edited.text, edited.pinned], [fact.id, `${FACT} Since May.`, true]);
    await run('open', ref(edited));
    assert.equal(page()?.title, edited.title);
    await run('unpin', ref(edited));
    await until(() => page()?.pinned === false, 'the page is drawn anew');
  });

  it('remembers lines with their place, and nothing of a secret file', async () => {
    await write('lines.ts', 'export function one() {\n  return 1;\n}\n');
    const editor = await vscode.window.showTextDocument(at('lines.ts'));
    editor.selection = new vscode.Selection(0, 0, 3, 0);
    await run('rememberSelection', 'One is for the first floor.');
    const remembered = await named('first floor');
    assert.equal(remembered.path, 'memory/lines.ts');
    await run('open', ref(remembered));
    const [anchor] = page()!.sentences.flatMap((sentence) => sentence.anchors);
    assert.equal(anchor?.words, 'holds');
    await vscode.window.showTextDocument(at('.env'));
    await run('rememberSelection', 'The token is walrus-like.');
    assert.equal(await like('walrus-like'), undefined);
  });

  it('is exported, erased and imported, and is the same', async () => {
    const facts = async () =>
      (await items())
        .filter(({ kind }) => kind === 'fact')
        .map(({ text }) => text)
        .sort();
    const before = await facts();
    assert.ok(before.length >= 2);
    await run('export', at('memory.json'));
    await run('export', at('memory.md'));
    assert.match(Buffer.from(await vscode.workspace.fs.readFile(at('memory.md'))).toString(), /walrus counter/);
    await run('erase', true);
    await until(async () => (await facts()).length === 0, 'it is erased');
    await run('import', at('memory.json'));
    assert.deepEqual(await facts(), before);
  });

  it('is forgotten, and is told of so', async () => {
    const fact = await named('walrus');
    await run('open', ref(fact));
    await run('forget', ref(fact));
    assert.equal(await like('walrus'), undefined);
    await until(() => memory.inspector.details?.type === 'none', 'its page says so');
  });

  it('is read no further while it is paused, and goes on', async () => {
    await run('pause');
    await write('paused.ts', '/** Counts the herons. */\nexport const herons = 3;\n');
    await run('refresh');
    assert.equal(await like('herons'), undefined);
    await run('resume');
    await until(async () => (await like('herons')) !== undefined, 'the file is read');
  });

  it('lists its recent changes, and takes the chosen one back', async () => {
    await run('remember', 'Ibises are counted on Fridays.');
    await named('Ibises');
    await run('changes');
    // Above it may be what was read today, which cannot be undone.
    for (let n = 0; n < 3 && (await like('Ibises')); n++) {
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await vscode.commands.executeCommand('workbench.action.quickOpenSelectNext');
    }
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await until(async () => (await like('Ibises')) === undefined, 'it is taken back');
  });

  it('is nothing where it is off', async () => {
    await setting(false);
    await until(async () => (await items()).length === 0, 'nothing is shown');
    assert.equal(
      await memory.recall({ query: 'first floor', tokens: 500 }, { signal: new AbortController().signal }),
      undefined,
    );
    await run('remember', 'This is not remembered.');
    await setting(undefined);
    await until(async () => (await items()).length > 0, 'what was there is there again');
    assert.equal(await like('not remembered'), undefined);
  });
});
