/** Gathers what prompts show of other places of the project, once the cursor has come to rest: never at a key. */
import * as vscode from 'vscode';
import type { SearchParams, SearchResult } from '../../engine/protocol/index.ts';
import type { Grammars } from '../../syntax/grammars.ts';
import { toLf } from '../text.ts';
import { prefixWindow, suffixWindow, type WindowBudget } from '../window.ts';
import { definitionPieces } from './definitions.ts';
import { EditorFiles } from './editorFiles.ts';
import { importOutlines } from './importOutlines.ts';
import { KeptContext } from './kept.ts';
import { namesBefore } from './names.ts';
import type { Piece } from './piece.ts';
import { editPieces, RecentEdits } from './recentEdits.ts';
import { RecentlyVisited, visitPieces } from './recentlyVisited.ts';
import { questionAt, similarPieces } from './similarPieces.ts';

export interface ContextNeeds {
  grammars: Grammars;
  /** What the open model is shown in a document; undefined: there is none. */
  budget(document: vscode.TextDocument): WindowBudget | undefined;
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The engine's id of a document's workspace. */
  idOf(uri: vscode.Uri): Promise<string>;
  search(params: SearchParams, options: { signal: AbortSignal }): Promise<SearchResult>;
  /** How the other open files begin that the prompt shows. */
  heads(document: vscode.TextDocument): Promise<string[]>;
  /** The next prompt in an editor is another than the last one. */
  onChanged(editor: vscode.TextEditor): void;
}

/** The cursor has to stay for so long, and a source may take so long. Milliseconds. */
const SETTLE_MS = 400;
const DEADLINE_MS = 500;
/** Names near the cursor whose definitions are asked for. */
const NAMES = 6;
/** Places of the project that are looked at for likeness, and that are shown. */
const FOUND = 10;
const SIMILAR = 3;
/** What is read of a document for its imports, in lines. */
const HEAD = 200;

/** Longer documents are not compared with what they were. */
const MOST_LINES = 10_000;

/** Of one workspace folder. */
interface Trail {
  edits: RecentEdits;
  visited: RecentlyVisited;
}

export class EditorContext implements vscode.Disposable {
  readonly #needs: ContextNeeds;
  readonly #files: EditorFiles;
  readonly #kept = new KeptContext();
  /** By folder. */
  readonly #trails = new Map<string, Trail>();
  readonly #listening: vscode.Disposable;
  #timer: NodeJS.Timeout | undefined;
  /** Where the cursor rested last. It is not private. */
  #rested: { document: vscode.TextDocument; path: string; trail: Trail } | undefined;

  constructor(needs: ContextNeeds) {
    this.#needs = needs;
    this.#files = new EditorFiles(needs.isPrivate);
    this.#listening = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor(() => {
        // What was typed there just before is not forgotten.
        this.#note();
        this.#moved();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === vscode.window.activeTextEditor) this.#moved();
      }),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) this.#moved();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#kept.forget(uri.toString())),
    );
    this.#moved();
  }

  /** What the next prompt in a document shows, at once. */
  of(document: vscode.TextDocument): readonly Piece[] {
    return this.#kept.of(document.uri.toString());
  }

  /** Other files may be private now, the model is another, or what is kept of the folders has to go. */
  forget(): void {
    this.#kept.forget();
    this.#files.forget();
    this.#trails.clear();
    this.#rested = undefined;
    this.#moved();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listening.dispose();
  }

  #moved(): void {
    clearTimeout(this.#timer);
    // Without an engine there is no workspace either: the next rest asks again.
    this.#timer = setTimeout(() => void this.#rest().catch(() => undefined), SETTLE_MS);
  }

  async #rest(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    const folder = editor && vscode.workspace.getWorkspaceFolder(editor.document.uri);
    const budget = editor && this.#needs.budget(editor.document);
    if (!editor || !folder || !budget || budget.pieces === 0) return;
    const { document } = editor;
    if (await this.#needs.isPrivate(document.uri)) return;
    const path = vscode.workspace.asRelativePath(document.uri, false);
    const cursor = editor.selection.active;
    const trail = this.#trailOf(folder);
    const { edits, visited } = trail;
    this.#rested = { document, path, trail };
    this.#note();
    visited.rest({ path, line: cursor.line });

    const offset = document.offsetAt(cursor);
    const first = document.positionAt(Math.max(0, offset - budget.prefix - 1));
    const before = document.getText(new vscode.Range(first, cursor));
    const after = document.getText(new vscode.Range(cursor, document.positionAt(offset + budget.suffix)));
    const prefix = prefixWindow(before, budget.prefix, document.offsetAt(first));
    const suffix = suffixWindow(after, budget.suffix);
    const from = offset - prefix.length;
    const near = [document.positionAt(from).line, document.positionAt(offset + suffix.length).line] as const;
    const at = { from, isNear: (line: number) => line >= near[0] && line <= near[1] };
    const { grammars, search } = this.#needs;
    const { languageId } = document;
    const head = { path, languageId, text: toLf(document.getText(new vscode.Range(0, 0, HEAD, 0))) };
    const resting = {
      key: document.uri.toString(),
      line: cursor.line,
      shown: [toLf(prefix), toLf(suffix), ...(await this.#needs.heads(document))],
      units: budget.pieces,
      deadlineMs: DEADLINE_MS,
    };
    const changed = await this.#kept.rest(resting, {
      outlines: () => importOutlines(head, grammars, (paths) => this.#files.first(folder, paths)),
      visited: () => this.#visitPieces(visited, path, folder),
      similar: async (signal) => {
        const query = questionAt(prefix, suffix);
        if (query === undefined) return [];
        const workspace = await this.#needs.idOf(document.uri);
        const { places } = await search({ workspace, query, top: FOUND, waitMs: 0 }, { signal });
        return similarPieces(
          { prefix, suffix },
          places.filter((place) => place.path !== path),
          SIMILAR,
        );
      },
      definitions: (signal) =>
        definitionPieces(
          namesBefore(prefix, NAMES),
          grammars,
          (name) => this.#files.definitionsOf(document, folder, name, at),
          signal,
        ),
      edits: () => editPieces(edits.besides(path)),
    });
    if (changed && editor === vscode.window.activeTextEditor) this.#needs.onChanged(editor);
  }

  /** Compares the document where the cursor rested with what it was. */
  #note(): void {
    if (this.#rested === undefined) return;
    const { document, path, trail } = this.#rested;
    if (!document.isClosed && document.lineCount <= MOST_LINES) trail.edits.rest(path, toLf(document.getText()));
  }

  #visitPieces(visited: RecentlyVisited, path: string, folder: vscode.WorkspaceFolder): Piece[] {
    return visitPieces(visited.besides(path), (other) => {
      const key = vscode.Uri.joinPath(folder.uri, other).toString();
      const open = vscode.workspace.textDocuments.find((one) => one.uri.toString() === key);
      return open && toLf(open.getText());
    });
  }

  #trailOf({ uri }: vscode.WorkspaceFolder): Trail {
    const key = uri.toString();
    const known = this.#trails.get(key) ?? { edits: new RecentEdits(), visited: new RecentlyVisited() };
    this.#trails.set(key, known);
    return known;
  }
}
