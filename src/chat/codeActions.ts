/** What can be done with a code block of an answer: applied to its file, put in at the cursor, copied, run. */
import * as vscode from 'vscode';
import type { CodeBlock } from './apply/plan.ts';
import type { CodeOutcome, CodePlace } from './controller.ts';
import type { CodeAction } from './view/protocol.ts';

/** Places changes, and shows them for review; `apply/reviewEditor.ts`. */
export interface Reviews {
  apply(target: vscode.Uri, block: CodeBlock): Promise<CodeOutcome>;
  newFile(block: CodeBlock): Promise<CodeOutcome>;
  undo(target: vscode.Uri): Promise<CodeOutcome>;
}

export class CodeActions {
  readonly #reviews: Reviews;
  /** Files that were changed from a block, by message and block. */
  readonly #targets = new Map<string, vscode.Uri>();

  constructor(reviews: Reviews) {
    this.#reviews = reviews;
  }

  async run(action: CodeAction, block: CodeBlock, place: CodePlace): Promise<CodeOutcome | undefined> {
    switch (action) {
      case 'copy':
        await vscode.env.clipboard.writeText(block.code);
        return undefined;
      case 'insert':
        return insertAtCursor(block.code);
      case 'run':
        return putIntoTerminal(block.code);
      case 'newFile':
        return this.#reviews.newFile(block);
      case 'apply':
        return this.#apply(block, place);
      case 'undo': {
        const target = this.#targets.get(keyOf(place));
        return target && this.#reviews.undo(target);
      }
    }
  }

  async #apply(block: CodeBlock, place: CodePlace): Promise<CodeOutcome | undefined> {
    const target = await targetOf(block, place);
    if (target === undefined) return undefined;
    if (target === 'new') return this.#reviews.newFile(block);
    this.#targets.set(keyOf(place), target);
    return this.#reviews.apply(target, block);
  }
}

const keyOf = ({ message, block }: CodePlace): string => `${message} ${block}`;

/**
 * The file that the block names, else the one that was attached to the question; never whatever is active now. Where that
 * leaves more than one, the person is asked.
 */
async function targetOf(block: CodeBlock, { attachments }: CodePlace): Promise<vscode.Uri | 'new' | undefined> {
  const attached = [...new Set(attachments.flatMap(({ uri }) => uri ?? []))].map((uri) => vscode.Uri.parse(uri, true));
  if (block.path !== undefined) {
    const { path } = block;
    const named = attached.find((uri) => uri.path === path || uri.path.endsWith(`/${path}`));
    return named ?? (await inWorkspace(path)) ?? 'new';
  }
  const [only, ...more] = attached;
  if (only && more.length === 0) return only;
  return ask(attached);
}

async function inWorkspace(path: string): Promise<vscode.Uri | undefined> {
  if (path.split(/[/\\]/).includes('..')) return undefined;
  for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
    const file = vscode.Uri.joinPath(uri, path);
    const there = await vscode.workspace.fs.stat(file).then(
      ({ type }) => type === vscode.FileType.File,
      () => false,
    );
    if (there) return file;
  }
  const name = path
    .split('/')
    .at(-1)!
    .replace(/[[\]{}*?]/g, '?');
  const found = await vscode.workspace.findFiles(`**/${name}`, undefined, 20);
  const like = found.filter((uri) => uri.path.endsWith(`/${path}`));
  return like.length === 1 ? like[0] : undefined;
}

async function ask(attached: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
  const open = vscode.window.visibleTextEditors.map(({ document }) => document.uri);
  const files = [...attached, ...open.filter(({ scheme }) => scheme === 'file' || scheme === 'vscode-vfs')];
  const rows = [...new Map(files.map((uri) => [uri.toString(), uri])).values()].map((uri) => ({
    label: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  const chosen = await vscode.window.showQuickPick(rows, {
    title: 'Apply to Which File?',
    placeHolder: rows.length === 0 ? 'No file is open' : 'The block names none',
  });
  return chosen?.uri;
}

async function insertAtCursor(code: string): Promise<CodeOutcome> {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  if (!editor) return { kind: 'refused', words: 'No editor is open to put it into.' };
  const text = code.replace(/\n$/, '');
  const done = await editor.edit((edit) => {
    for (const selection of editor.selections) edit.replace(selection, text);
  });
  const name = vscode.workspace.asRelativePath(editor.document.uri);
  return done
    ? { kind: 'applied', words: `put into ${name} at the cursor` }
    : { kind: 'refused', words: `${name} cannot be changed.` };
}

/** Not run: the person reads it in the terminal first, and presses Enter. */
async function putIntoTerminal(code: string): Promise<CodeOutcome | undefined> {
  const terminal = vscode.window.activeTerminal ?? vscode.window.createTerminal('Quire');
  terminal.show(true);
  terminal.sendText(code.replace(/\n+$/, '').replace(/^[$>] /gm, ''), false);
  return undefined;
}
