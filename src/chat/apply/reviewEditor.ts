/** Applies code blocks of answers to documents, and lets the person decide on each change there. */
import * as vscode from 'vscode';
import type { Grammars } from '../../syntax/grammars.ts';
import { wordsOf } from '../errorWords.ts';
import type { LineRange, TextEdit } from './lines.ts';
import { type CodeBlock, type EditPlan, planEdit } from './plan.ts';
import { Review } from './review.ts';
import { COMMANDS, type Reviewed, ReviewMarks, rangeOf } from './reviewMarks.ts';
import { openTarget, showTarget, type TargetRules } from './targets.ts';
import { mixedText, WrittenFiles } from './writtenFiles.ts';

export interface ApplyResult {
  /** `applied`: there is nothing to decide. */
  kind: 'review' | 'applied' | 'refused';
  words: string;
}

export interface ApplyOptions {
  /** Asks before more is lost than somebody may want to; false: it is not applied. */
  ask(words: string): Promise<boolean>;
  /** Lines from 1 that the block is about: those that were attached. */
  near?: LineRange;
}

export interface Settled {
  target: vscode.Uri;
  kind: 'applied' | 'undone';
  words: string;
}

interface Applied extends Reviewed {
  /** An edit of our own is being made: the review knows of it. */
  busy: boolean;
  ended: boolean;
}

export class EditReviews implements vscode.Disposable {
  readonly #grammars: Grammars;
  readonly #rules: TargetRules;
  readonly #reviews = new Map<string, Applied>();
  readonly #written = new WrittenFiles();
  readonly #settled = new vscode.EventEmitter<Settled>();
  readonly #marks: ReviewMarks;
  readonly #subscriptions: vscode.Disposable[];

  /** Everything in a document is decided, or was undone. */
  readonly onDidSettle = this.#settled.event;

  constructor(grammars: Grammars, rules: TargetRules) {
    this.#grammars = grammars;
    this.#rules = rules;
    this.#marks = new ReviewMarks(() => [...this.#reviews.values()].filter(({ ended }) => !ended));
    const { registerCommand } = vscode.commands;
    this.#subscriptions = [
      this.#settled,
      this.#marks,
      vscode.workspace.onDidChangeTextDocument((change) => this.#changed(change)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#closed(document)),
      registerCommand(COMMANDS.accept, (uri?: vscode.Uri, index?: number) => this.#decide('accept', uri, index)),
      registerCommand(COMMANDS.reject, (uri?: vscode.Uri, index?: number) => this.#decide('reject', uri, index)),
      registerCommand(COMMANDS.acceptAll, (uri?: vscode.Uri) => this.#decideAll('accept', uri)),
      registerCommand(COMMANDS.rejectAll, (uri?: vscode.Uri) => this.#decideAll('reject', uri)),
      registerCommand(COMMANDS.compare, (uri?: vscode.Uri) => {
        const found = this.#at(uri);
        return found && this.#marks.compare(found.document.uri);
      }),
    ];
  }

  /**
   * Applies a block to the document with this address, as one step of its undo stack. Never throws: what went wrong is said
   * in words. Success is said after the document was read back.
   */
  async apply(target: vscode.Uri, block: CodeBlock, options: ApplyOptions): Promise<ApplyResult> {
    try {
      return await this.#apply(target, block, options);
    } catch (error) {
      return { kind: 'refused', words: wordsOf(error) };
    }
  }

  /** Takes back what the last block changed in a document, as far as nobody else has changed it since. */
  async undo(target: vscode.Uri): Promise<{ kind: 'undone' | 'refused'; words: string }> {
    const address = target.toString();
    const name = vscode.workspace.asRelativePath(target);
    if (this.#written.has(target)) {
      const outcome = await this.#written.undo(target);
      if (outcome.kind === 'undone') this.#settled.fire({ target, kind: 'undone', words: outcome.words });
      return outcome;
    }
    const applied = this.#reviews.get(address);
    if (applied === undefined)
      return { kind: 'refused', words: `Nothing is known any more of what was applied to ${name}: use Undo.` };
    const { review } = applied;
    const lost = review.hunks.filter(({ decision }) => decision === 'changed').length;
    const edits = review.revert();
    if (edits.length > 0 && !(await this.#edit(applied, edits))) {
      return { kind: 'refused', words: `${name} could not be changed.` };
    }
    this.#reviews.delete(address);
    this.#marks.update();
    if (lost > 0) return { kind: 'refused', words: `${name} was edited since: ${lost} of the changes are left in it.` };
    this.#settled.fire({ target, kind: 'undone', words: `Undone in ${name}.` });
    return { kind: 'undone', words: `Undone in ${name}.` };
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#reviews.clear();
  }

  async #apply(target: vscode.Uri, block: CodeBlock, options: ApplyOptions): Promise<ApplyResult> {
    const document = await openTarget(target, this.#rules);
    const name = vscode.workspace.asRelativePath(target);
    const outline = await this.#grammars
      .outliner({ languageId: document.languageId, path: target.path })
      .catch(() => undefined);
    const plan = (text: string) =>
      planEdit(block, { path: name, text }, { outline, ...(options.near && { near: options.near }) });
    const mixed = await mixedText(document);
    if (mixed !== undefined) return this.#written.write(target, mixed, plan(mixed), options);
    for (;;) {
      const { version } = document;
      const text = document.getText();
      const found = plan(text);
      if (found.kind === 'refused') {
        const first = found.candidates[0];
        if (first) await showTarget(document, new vscode.Position(first[0] - 1, 0));
        return { kind: 'refused', words: found.words };
      }
      if (found.edits.length === 0) return { kind: 'applied', words: found.words };
      if (found.asks && !(await options.ask(found.words))) return { kind: 'refused', words: 'Not applied.' };
      // Somebody has typed while the question was open: it is planned anew.
      if (document.version !== version || document.isClosed) {
        if (document.isClosed) return { kind: 'refused', words: `${name} was closed.` };
        continue;
      }
      return this.#propose(document, text, found, name);
    }
  }

  async #propose(document: vscode.TextDocument, text: string, plan: EditPlan, name: string): Promise<ApplyResult> {
    const address = document.uri.toString();
    const review = new Review(text, plan.edits);
    const applied: Applied = { document, review, busy: false, ended: false };
    // What was open of an earlier block stays as it is.
    this.#reviews.set(address, applied);
    const isMade = await this.#edit(applied, plan.edits);
    if (!isMade || document.getText() !== review.proposed) {
      this.#reviews.delete(address);
      this.#marks.update();
      const words = isMade
        ? `${name} does not hold what was to be applied: look at it, and use Undo.`
        : `${name} could not be changed: it may be read-only.`;
      return { kind: 'refused', words };
    }
    this.#marks.update();
    await showTarget(document, rangeOf(document, review.hunks[0]!).start);
    const count = review.hunks.length;
    return { kind: 'review', words: `${count} ${count === 1 ? 'change' : 'changes'} in ${name} to review.` };
  }

  async #edit(applied: Applied, edits: readonly TextEdit[]): Promise<boolean> {
    const { document } = applied;
    const edit = new vscode.WorkspaceEdit();
    for (const { start, end, text } of edits) {
      edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
    }
    applied.busy = true;
    try {
      return await vscode.workspace.applyEdit(edit);
    } finally {
      applied.busy = false;
    }
  }

  #changed({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const applied = this.#reviews.get(document.uri.toString());
    if (applied === undefined || applied.busy || contentChanges.length === 0) return;
    if (document.getText() === applied.review.original) {
      // One undo has taken all of it back.
      this.#reviews.delete(document.uri.toString());
      this.#settled.fire({
        target: document.uri,
        kind: 'undone',
        words: `Undone in ${vscode.workspace.asRelativePath(document.uri)}.`,
      });
    } else {
      applied.review.changed(
        contentChanges.map(({ rangeOffset, rangeLength, text }) => ({
          start: rangeOffset,
          removed: rangeLength,
          text,
        })),
      );
      this.#settle(applied);
    }
    this.#marks.update();
  }

  /** Told late at times, when the file is open again already. */
  #closed(document: vscode.TextDocument): void {
    const address = document.uri.toString();
    if (this.#reviews.get(address)?.document !== document) return;
    this.#reviews.delete(address);
    this.#marks.update();
  }

  /** The review of a document, or of the active editor where none is named. */
  #at(uri: vscode.Uri | undefined): Applied | undefined {
    const address = (uri ?? vscode.window.activeTextEditor?.document.uri)?.toString();
    return address === undefined ? undefined : this.#reviews.get(address);
  }

  async #decide(how: 'accept' | 'reject', uri?: vscode.Uri, index?: number): Promise<void> {
    const applied = this.#at(uri);
    if (applied === undefined) return;
    const hunk = index ?? nearest(applied);
    if (hunk === undefined) return;
    await this.#take(applied, how, [hunk]);
  }

  async #decideAll(how: 'accept' | 'reject', uri?: vscode.Uri): Promise<void> {
    const applied = this.#at(uri);
    if (applied)
      await this.#take(
        applied,
        how,
        applied.review.open.map(({ index }) => index),
      );
  }

  async #take(applied: Applied, how: 'accept' | 'reject', indices: readonly number[]): Promise<void> {
    const { review } = applied;
    if (how === 'accept') for (const index of indices) review.accept(index);
    else {
      const edits = indices.flatMap((index) => review.edit(index) ?? []);
      if (edits.length === 0 || !(await this.#edit(applied, edits))) return;
      review.rejected(indices);
    }
    this.#settle(applied);
    this.#marks.update();
  }

  #settle(applied: Applied): void {
    if (applied.ended || !applied.review.isDone) return;
    applied.ended = true;
    const { hunks } = applied.review;
    const gone = hunks.filter(({ decision }) => decision === 'rejected').length;
    const target = applied.document.uri;
    const name = vscode.workspace.asRelativePath(target);
    if (gone === hunks.length)
      this.#settled.fire({ target, kind: 'undone', words: `All changes in ${name} were rejected.` });
    else {
      const words =
        gone === 0 ? `Applied to ${name}.` : `${hunks.length - gone} of ${hunks.length} changes applied to ${name}.`;
      this.#settled.fire({ target, kind: 'applied', words });
    }
  }
}

/** The hunk at the cursor, or the next one behind it. */
function nearest({ document, review }: Applied): number | undefined {
  const cursor = vscode.window.activeTextEditor;
  const offset =
    cursor?.document === document ? document.offsetAt(new vscode.Position(cursor.selection.active.line, 0)) : 0;
  const open = review.open;
  return (open.find(({ start, after }) => start + after.length >= offset) ?? open[0])?.index;
}
