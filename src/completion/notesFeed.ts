/** Asks for the notes of the file in front, once the cursor has come to rest in it: never at a key. */
import * as vscode from 'vscode';
import { importsOf } from '../syntax/imports.ts';
import { grammarFor } from '../syntax/languages.ts';
import { type FileNotes, type NotedFile, ProjectNotes } from './projectNotes.ts';

/** What the memory is asked for a file. */
export interface NotesAsked {
  /** How the file begins. */
  query: string;
  /** What it imports, as the imports name it. */
  paths: string[];
  /** Tokens that there is room for. */
  tokens: number;
}

export interface NotesNeeds {
  /** Tokens that the open model has for notes; 0: it is shown none. */
  room(document: vscode.TextDocument): number;
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The engine's id of a document's workspace. */
  idOf(uri: vscode.Uri): Promise<string>;
  /** @returns undefined where the file has no memory, or the signal was aborted. */
  ask(uri: vscode.Uri, asked: NotesAsked, signal: AbortSignal): Promise<FileNotes | undefined>;
}

interface Asked extends NotedFile {
  document: vscode.TextDocument;
  tokens: number;
}

/** The cursor has to stay for so long. Milliseconds. */
const SETTLE_MS = 400;
/** What is read of a file. */
const LINES = 200;
const UNITS = 4_000;

export class NotesFeed implements vscode.Disposable {
  readonly notes: ProjectNotes<Asked>;
  readonly #needs: NotesNeeds;
  readonly #listening: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(needs: NotesNeeds) {
    this.#needs = needs;
    this.notes = new ProjectNotes(({ document, tokens, path }, signal) => {
      const text = document.getText(new vscode.Range(0, 0, LINES, 0));
      const grammar = grammarFor(document.languageId, path);
      const paths = grammar ? importsOf(text, path, grammar.name).map(({ from }) => from) : [];
      return needs.ask(document.uri, { query: text.slice(0, UNITS), paths, tokens }, signal);
    });
    this.#listening = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(() => this.#moved()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === vscode.window.activeTextEditor) this.#moved();
      }),
    );
    this.#moved();
  }

  /** The memory of a workspace is another than before; absent: any may be. */
  changed(workspace?: string): void {
    this.notes.forget(workspace);
    this.#moved();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.notes.forget();
    this.#listening.dispose();
  }

  #moved(): void {
    clearTimeout(this.#timer);
    // Without an engine there is no workspace either: the next rest asks again.
    this.#timer = setTimeout(() => void this.#rest().catch(() => undefined), SETTLE_MS);
  }

  async #rest(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const tokens = document ? this.#needs.room(document) : 0;
    if (document === undefined || tokens === 0 || (await this.#needs.isPrivate(document.uri))) return;
    const path = vscode.workspace.asRelativePath(document.uri, false);
    await this.notes.rest({ workspace: await this.#needs.idOf(document.uri), path, document, tokens });
  }
}
