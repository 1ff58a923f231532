/** Shows a review in the editors of its document: what is new in colour, what is gone on demand, and a choice above each hunk. */
import * as vscode from 'vscode';
import type { Review, ReviewHunk } from './review.ts';

/** What the marks are about. */
export interface Reviewed {
  document: vscode.TextDocument;
  review: Review;
}

export const COMMANDS = {
  accept: 'quire.chat.acceptHunk',
  reject: 'quire.chat.rejectHunk',
  acceptAll: 'quire.chat.acceptAllHunks',
  rejectAll: 'quire.chat.rejectAllHunks',
  compare: 'quire.chat.compareHunks',
} as const;

/** Documents as they were before, for comparing. */
const BEFORE = 'quire-before';
const CONTEXT = 'quire.reviewing';

export class ReviewMarks implements vscode.Disposable {
  readonly #reviews: () => readonly Reviewed[];
  readonly #lensesChanged = new vscode.EventEmitter<void>();
  readonly #added = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('diffEditor.insertedLineBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.addedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
  readonly #removed = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    borderWidth: '2px 0 0 0',
    borderStyle: 'dashed',
    borderColor: new vscode.ThemeColor('editorGutter.deletedBackground'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.deletedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
  });
  readonly #subscriptions: vscode.Disposable[];

  /** @param reviews those that have something to decide. */
  constructor(reviews: () => readonly Reviewed[]) {
    this.#reviews = reviews;
    this.#subscriptions = [
      this.#added,
      this.#removed,
      this.#lensesChanged,
      vscode.window.onDidChangeVisibleTextEditors(() => this.update()),
      vscode.window.onDidChangeActiveTextEditor(() => this.update()),
      vscode.languages.registerCodeLensProvider(
        { pattern: '**' },
        {
          onDidChangeCodeLenses: this.#lensesChanged.event,
          provideCodeLenses: (document) => this.#lenses(document),
        },
      ),
      vscode.workspace.registerTextDocumentContentProvider(BEFORE, {
        provideTextDocumentContent: (uri) => this.#of(uri.query)?.review.original ?? '',
      }),
    ];
  }

  /** A review has changed, begun or ended. */
  update(): void {
    this.#lensesChanged.fire();
    for (const editor of vscode.window.visibleTextEditors) this.#mark(editor);
    const active = vscode.window.activeTextEditor;
    const isReviewed = active !== undefined && this.#of(active.document.uri.toString()) !== undefined;
    void vscode.commands.executeCommand('setContext', CONTEXT, isReviewed);
  }

  /** The document now beside what it was. */
  async compare(uri: vscode.Uri): Promise<void> {
    const before = uri.with({ scheme: BEFORE, query: uri.toString() });
    await vscode.commands.executeCommand(
      'vscode.diff',
      before,
      uri,
      `${vscode.workspace.asRelativePath(uri)} (before, now)`,
    );
  }

  dispose(): void {
    void vscode.commands.executeCommand('setContext', CONTEXT, false);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #of(address: string): Reviewed | undefined {
    return this.#reviews().find(({ document }) => document.uri.toString() === address);
  }

  #mark(editor: vscode.TextEditor): void {
    const { document } = editor;
    const added: vscode.DecorationOptions[] = [];
    const removed: vscode.DecorationOptions[] = [];
    for (const hunk of this.#of(document.uri.toString())?.review.open ?? []) {
      const range = rangeOf(document, hunk);
      const hoverMessage = hunk.before === '' ? [] : [before(hunk, document.languageId)];
      (hunk.after === '' ? removed : added).push({ range, hoverMessage });
    }
    editor.setDecorations(this.#added, added);
    editor.setDecorations(this.#removed, removed);
  }

  #lenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const review = this.#of(document.uri.toString())?.review;
    if (review === undefined) return [];
    const { uri } = document;
    const lens = (line: number, title: string, command: string, ...rest: unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command, arguments: [uri, ...rest] });
    const { open } = review;
    const top = [
      lens(0, `Accept all (${open.length})`, COMMANDS.acceptAll),
      lens(0, 'Reject all', COMMANDS.rejectAll),
      lens(0, 'Compare', COMMANDS.compare),
    ];
    const each = open.flatMap((hunk) => {
      const { line } = rangeOf(document, hunk).start;
      const gone = hunk.before === '' ? 0 : hunk.before.replace(/\r\n?|\n$/, '').split(/\r\n?|\n/).length;
      return [
        lens(line, 'Accept', COMMANDS.accept, hunk.index),
        lens(line, 'Reject', COMMANDS.reject, hunk.index),
        ...(gone > 0 ? [lens(line, `${gone} ${gone === 1 ? 'line' : 'lines'} removed`, COMMANDS.compare)] : []),
      ];
    });
    return [...top, ...each];
  }
}

/** The lines of a hunk; of one that only takes lines away, the line below. */
export function rangeOf(document: vscode.TextDocument, { start, after }: ReviewHunk): vscode.Range {
  const from = document.positionAt(start + (/^\r?\n/.exec(after)?.[0].length ?? 0));
  const to = document.positionAt(start + after.replace(/\r?\n$/, '').length);
  return new vscode.Range(from, to.isBefore(from) ? from : to);
}

/** The old lines, as code and nothing else: they may be anything. */
function before(hunk: ReviewHunk, language: string): vscode.MarkdownString {
  const text = new vscode.MarkdownString('Before:');
  text.appendCodeblock(hunk.before.replace(/\r?\n$/, ''), language);
  return text;
}
