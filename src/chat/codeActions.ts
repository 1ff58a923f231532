/** What can be done with a code block of an answer: applied to its file, put in at the cursor, copied, run. */
import * as vscode from 'vscode';
import { newFile } from './apply/newFile.ts';
import type { CodeBlock } from './apply/plan.ts';
import type { EditReviews } from './apply/reviewEditor.ts';
import type { TargetRules } from './apply/targets.ts';
import type { CodeOutcome, CodePlace } from './codeBlocks.ts';
import { wordsOf } from './errorWords.ts';
import type { CodeAction } from './view/protocol.ts';

/** The block that was applied to a file last: only that can be decided on, and undone. */
interface Applied {
  target: vscode.Uri;
  place: CodePlace;
  /** Not all of it is decided. */
  open: boolean;
}

export class CodeActions implements vscode.Disposable {
  readonly #reviews: EditReviews;
  readonly #rules: TargetRules;
  readonly #became: (place: CodePlace, outcome: CodeOutcome) => void;
  /** By the address of the file. */
  readonly #applied = new Map<string, Applied>();
  readonly #settling: vscode.Disposable;

  /** @param became is told what was decided on a block that was under review. */
  constructor(reviews: EditReviews, rules: TargetRules, became: (place: CodePlace, outcome: CodeOutcome) => void) {
    this.#reviews = reviews;
    this.#rules = rules;
    this.#became = became;
    this.#settling = reviews.onDidSettle(({ target, kind, words }) => {
      const applied = this.#applied.get(target.toString());
      if (!applied) return;
      applied.open = false;
      if (kind === 'undone') this.#applied.delete(target.toString());
      became(applied.place, { kind, words });
    });
  }

  dispose(): void {
    this.#settling.dispose();
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
        return this.#newFile(block);
      case 'apply':
        return this.#apply(block, place);
      case 'undo': {
        const applied = [...this.#applied.values()].find((one) => isSame(one.place, place));
        if (!applied)
          return {
            kind: 'refused',
            words: 'It can be undone in the editor only: another block came after it, or it was in another window.',
          };
        const outcome = await this.#reviews.undo(applied.target);
        // That it is undone was told when it was.
        return outcome.kind === 'undone' ? undefined : outcome;
      }
    }
  }

  async #apply(block: CodeBlock, place: CodePlace): Promise<CodeOutcome | undefined> {
    const target = await targetOf(block, place);
    if (target === undefined) return undefined;
    if (target === 'new') return this.#newFile(block);
    const near = place.attachments.find(({ uri }) => uri === target.toString())?.lines;
    const outcome = await this.#reviews.apply(target, block, { ask, ...(near ? { near } : {}) });
    const before = this.#applied.get(target.toString());
    const open = outcome.kind === 'review';
    // What was in the file already takes the place of nothing.
    if (open || (outcome.kind === 'applied' && !before)) this.#applied.set(target.toString(), { target, place, open });
    if (open && before?.open && !isSame(before.place, place))
      this.#became(before.place, { kind: 'applied', words: 'Applied as it was when another block came after it.' });
    return outcome;
  }

  async #newFile(block: CodeBlock): Promise<CodeOutcome> {
    try {
      return { kind: 'applied', words: (await newFile(block, this.#rules)).words };
    } catch (error) {
      return { kind: 'refused', words: wordsOf(error) };
    }
  }
}

const isSame = (one: CodePlace, other: CodePlace): boolean =>
  one.message === other.message && one.block === other.block;

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
  return pickFile(attached);
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

async function pickFile(attached: readonly vscode.Uri[]): Promise<vscode.Uri | undefined> {
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

async function ask(words: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(words, { modal: true }, 'Apply')) === 'Apply';
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
