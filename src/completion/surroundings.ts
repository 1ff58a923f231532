/** What stands around a place in the editor and goes into its prompt: other open files, notes of the memory, indentation. */
import { LRUCache } from 'lru-cache';
import * as vscode from 'vscode';
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { Place } from './answers.ts';
import type { CompletionOutcome } from './completer.ts';
import { type Note, notesFor } from './context/memory.ts';
import type { Piece } from './context/piece.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import { Neighbours } from './neighbours.ts';
import type { FileNotes, NotedFile } from './projectNotes.ts';
import { notesRoom } from './prompt.ts';
import type { CompletionRequest, KnownDocument, OtherFile } from './request.ts';
import type { SeenAnswer } from './saw/records.ts';
import type { CompletionSettings } from './settings.ts';
import { toLf } from './text.ts';
import { budgetFor, headWindow, type WindowBudget } from './window.ts';

/** What the provider has to know of a document beside its text. */
export interface DocumentAccess {
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The engine's id of the workspace that a document belongs to. */
  idOf(uri: vscode.Uri): Promise<string>;
  /** The version of a document that the engine has; undefined where it has none. */
  versionOf(document: vscode.TextDocument): number | undefined;
}

export interface SurroundingsNeeds {
  documents: DocumentAccess;
  /** What is known of the memory's notes for a file, at once; undefined: nothing yet. */
  notes(file: NotedFile): FileNotes | undefined;
  /** What is kept of other places of the project. */
  context: {
    /** For a document, at once. */
    of(document: vscode.TextDocument): readonly Piece[];
    forget(): void;
  };
}

/** Lines of another open file that are read at most; the prompt cuts further. */
const OTHER_FILE_LINES = 400;

/** Files of which it is known what their last prompt had. */
const NOTED = 100;

const NO_NOTES: FileNotes = {
  memories: [],
  decision: 'This suggestion was given no memory: it comes from this file, open files and the project’s own code.',
};

/** A place in a document, with everything that the steps need of it. */
export interface Spot {
  document: vscode.TextDocument;
  model: ModelInfo;
  place: Place;
  /** UTF-16 units of the document before `place.prefix`. */
  before: number;
  /** What an accepted suggestion replaces, up to the cursor, and what the suggest widget has chosen for it. */
  range: vscode.Range;
  chosen: string;
  explicit: boolean;
  afterAccept: boolean;
  /** Of the document, when it was read; -1: it has not this text yet. */
  version: number;
}

export class Surroundings {
  readonly #needs: SurroundingsNeeds;
  /** By workspace folder, the uris of its documents. */
  readonly #neighbours = new Map<string, Neighbours>();
  /** By document, what its last prompt had of the memory. */
  readonly #noted = new LRUCache<string, FileNotes>({ max: NOTED });

  constructor(needs: SurroundingsNeeds) {
    this.#needs = needs;
  }

  /** Hears from now on which files are edited, looked at and closed. */
  register(): vscode.Disposable {
    void this.#visit(vscode.window.activeTextEditor);
    return vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => void this.#visit(editor)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const folder = vscode.workspace.getWorkspaceFolder(document.uri);
        if (folder && contentChanges.length > 0) this.#neighboursIn(folder).edit(document.uri.toString());
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        const folder = vscode.workspace.getWorkspaceFolder(uri);
        if (folder) this.#neighboursIn(folder).close(uri.toString());
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const { uri } of removed) this.#neighbours.delete(uri.toString());
      }),
    );
  }

  /** What was gathered must not be shown again: other files may be private, or what is kept of the folders has to go. */
  forget(): void {
    this.#needs.context.forget();
    this.#noted.clear();
  }

  /** What the last prompt of a document had of the memory. @param path of its {@link Place}. */
  notedIn(path: string): FileNotes {
    return this.#noted.get(path) ?? NO_NOTES;
  }

  /** How the other files begin that the prompts of a document show; LF. */
  async heads(document: vscode.TextDocument, { files, others }: WindowBudget): Promise<string[]> {
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    const shown = folder === undefined || others <= 0 ? [] : await this.#others(document, folder, files);
    return shown.map(({ content }) => toLf(headWindow(content, others / files)));
  }

  /** An answer at a place, with what is said of it. */
  seen({ document, model, place, range, explicit }: Spot, outcome: CompletionOutcome): SeenAnswer {
    const { line, character } = range.start;
    const where = `${vscode.workspace.asRelativePath(document.uri)}, line ${line + 1}, column ${character + 1}`;
    const memory = this.notedIn(place.path).decision;
    return { place, where, model: model.name, explicit, memory, outcome, at: new Date() };
  }

  /** Everything that the prompt at a place is made from. @param workspace the engine's id of it. */
  async requestFor(spot: Spot, settings: CompletionSettings, workspace: string): Promise<CompletionRequest> {
    const { document, model, place, before, afterAccept } = spot;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
    const { insertSpaces, tabSize } = editor?.options ?? {};
    const indented = typeof insertSpaces === 'boolean' && typeof tabSize === 'number';
    const room = budgetFor(model, settings.maxTokens, fimLayoutOf(model).order);
    const others = folder === undefined || room.others <= 0 ? [] : await this.#others(document, folder, room.files);
    // What the suggest widget has chosen is not in the document; what was typed since is not what was read.
    const known = spot.chosen === '' && spot.version === document.version ? this.#known(document) : undefined;
    const path = vscode.workspace.asRelativePath(document.uri, false);
    const { languageId } = document;
    const notes = this.#notesOn({ workspace, path }, spot, notesRoom(model, room));
    return {
      path,
      languageId,
      prefix: place.prefix,
      suffix: place.suffix,
      before,
      others,
      notes,
      context: room.pieces > 0 ? this.#needs.context.of(document) : [],
      lines: settings.lines,
      afterAccept,
      ...(known === undefined ? {} : { document: known }),
      ...(folder === undefined ? {} : { repository: folder.name }),
      ...(indented ? { indentation: { tabs: !insertSpaces, width: tabSize } } : {}),
    };
  }

  /** What is known now, as far as there is room for it. */
  #notesOn(file: NotedFile, { document, place }: Spot, room: number): Note[] {
    const known = room > 0 ? this.#needs.notes(file) : undefined;
    const notes = known?.memories.map(({ item, text }) => ({ path: item.path, text })) ?? [];
    const { count } = notesFor(notes, { languageId: document.languageId, path: file.path }, room);
    const memories = known?.memories.slice(0, count) ?? [];
    this.#noted.set(place.path, known ? { ...known, memories } : NO_NOTES);
    return notes.slice(0, count);
  }

  /** A document as the engine has it, where that is how it is now. */
  #known(document: vscode.TextDocument): KnownDocument | undefined {
    const version = this.#needs.documents.versionOf(document);
    return version === document.version ? { key: document.uri.toString(), version } : undefined;
  }

  /** Other open files of the folder, what changes most first; none that is private. */
  async #others(document: vscode.TextDocument, folder: vscode.WorkspaceFolder, most: number): Promise<OtherFile[]> {
    const open = new Map(vscode.workspace.textDocuments.map((one) => [one.uri.toString(), one]));
    const others: OtherFile[] = [];
    for (const uri of this.#neighboursIn(folder).of(document.uri.toString(), most).reverse()) {
      const other = open.get(uri);
      if (other === undefined || (await this.#needs.documents.isPrivate(other.uri))) continue;
      const content = other.getText(new vscode.Range(0, 0, OTHER_FILE_LINES, 0));
      const known = this.#known(other);
      const path = vscode.workspace.asRelativePath(other.uri, false);
      others.push({ path, content, ...(known ? { document: known } : {}) });
    }
    return others;
  }

  /** A private file takes no place among those that are shown. */
  async #visit(editor: vscode.TextEditor | undefined): Promise<void> {
    const folder = editor && vscode.workspace.getWorkspaceFolder(editor.document.uri);
    if (!folder || (await this.#needs.documents.isPrivate(editor.document.uri))) return;
    if (!editor.document.isClosed) this.#neighboursIn(folder).visit(editor.document.uri.toString());
  }

  #neighboursIn(folder: vscode.WorkspaceFolder): Neighbours {
    const key = folder.uri.toString();
    const known = this.#neighbours.get(key) ?? new Neighbours();
    this.#neighbours.set(key, known);
    return known;
  }
}
