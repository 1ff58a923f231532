/** The context of a chat as the editor has it: each kind in a file of its own, all behind one gate. */
import * as vscode from 'vscode';
import type { AttachmentKind, Suggestion } from '../view/protocol.ts';
import { attachmentOf, labelOf } from './attachment.ts';
import { joinDiffs, leftOutOfDiff, MOST_DIFF } from './diff.ts';
import { EditorFileList, openFiles } from './editorFileList.ts';
import { folderAttachment, listFolder } from './editorFolder.ts';
import { EditorGate, type IsPrivate, nameOf, placeOf } from './editorGate.ts';
import { changedFiles, changesOf, gitRepositories } from './editorGit.ts';
import { EditorOffers } from './editorOffers.ts';
import { problemsOf } from './editorProblems.ts';
import { EditorSymbols, partOf } from './editorSymbols.ts';
import { EditorTerminal, TERMINAL_SELECTION } from './editorTerminal.ts';
import { kindsLike } from './kinds.ts';
import { listingText } from './listing.ts';
import { refusal } from './refusals.ts';
import type { ContextSources, Offer, Resolved, SearchProject, Taken, ToolFiles, ToolText } from './sources.ts';

export interface EditorSourcesOptions {
  /** Secret or ignored: such a file reaches no model on any way. */
  isPrivate: IsPrivate;
  /** Absent: the project cannot be searched, and `codebase` is not suggested. */
  search?: SearchProject;
}

export class EditorSources implements ContextSources, ToolFiles, vscode.Disposable {
  readonly #gate: EditorGate;
  readonly #files: EditorFileList;
  readonly #symbols: EditorSymbols;
  readonly #offers: EditorOffers;
  readonly #terminal = new EditorTerminal();
  readonly #search: SearchProject | undefined;

  constructor({ isPrivate, search }: EditorSourcesOptions) {
    this.#gate = new EditorGate(isPrivate);
    this.#files = new EditorFileList(this.#gate);
    this.#symbols = new EditorSymbols(this.#gate);
    this.#offers = new EditorOffers(this.#gate);
    this.#search = search;
  }

  dispose(): void {
    this.#files.dispose();
    this.#offers.dispose();
    this.#terminal.dispose();
  }

  /** The gate, for whoever reads files beside what is attached. */
  get gate(): EditorGate {
    return this.#gate;
  }

  async suggest(kind: AttachmentKind | null, query: string, signal: AbortSignal): Promise<Suggestion[]> {
    switch (kind) {
      case null: {
        const kinds = kindsLike(query, this.#search ? [] : ['codebase']);
        return query === '' ? kinds : [...kinds, ...(await this.#files.files(query, signal))];
      }
      case 'file':
        return this.#files.files(query, signal);
      case 'folder':
        return this.#files.folders(query, signal);
      case 'symbol':
        return this.#symbols.suggest(query, signal);
      case 'diff': {
        const changed = await changedFiles(this.#gate).catch(() => []);
        const all = { kind, value: '', label: 'all uncommitted changes' };
        const like = changed.filter((name) => name.toLowerCase().includes(query.toLowerCase()));
        return [...(query === '' ? [all] : []), ...like.map((name) => ({ kind, value: name, label: name }))];
      }
      case 'terminal':
        return [
          { kind, value: '', label: 'the last command and what it wrote' },
          { kind, value: TERMINAL_SELECTION, label: 'what is selected in the terminal' },
        ];
      case 'problems': {
        const { editor } = this.#offers;
        const here = editor && nameOf(editor.document.uri);
        return [
          { kind, value: '', label: 'of the workspace' },
          ...(here ? [{ kind, value: here, label: `of ${here}` }] : []),
        ];
      }
      default:
        return kindsLike(kind);
    }
  }

  async resolve(kind: AttachmentKind, value: string, signal: AbortSignal): Promise<Resolved[]> {
    switch (kind) {
      case 'file':
        return [await this.#file(placeOf(value))];
      case 'folder': {
        const first = vscode.workspace.workspaceFolders?.[0];
        const uri = value === '' || value === '.' ? first?.uri : placeOf(value.replace(/\/+$/, ''));
        return [uri ? await folderAttachment(this.#gate, this.#symbols, uri, signal) : { refused: refusal.noFolder() }];
      }
      case 'selection': {
        const { editor } = this.#offers;
        if (editor === undefined || editor.selection.isEmpty)
          return [{ refused: 'Nothing is selected in the editor.' }];
        return [await this.#part(editor.document, editor.selection)];
      }
      case 'symbol':
        return [await this.#symbols.resolve(value, signal)];
      case 'open': {
        const files = openFiles();
        if (files.length === 0) return [{ refused: 'No file is open in the editor.' }];
        return Promise.all(files.map((uri) => this.#file(uri, 'open')));
      }
      case 'problems':
        return [await problemsOf(this.#gate, value === '' ? undefined : placeOf(value))];
      case 'diff':
        return [await this.#diff('all', signal, value === '' ? undefined : value)];
      case 'terminal':
        return [await this.#terminal.resolve(value)];
      case 'codebase':
        return this.#codebase(value, signal);
      case 'memory':
        // It is recalled by itself.
        return [];
    }
  }

  offers(): Offer[] {
    return this.#offers.now;
  }

  onDidChangeOffers(listener: () => void): vscode.Disposable {
    return this.#offers.onDidChange(listener);
  }

  async takeOffer(id: string, _signal: AbortSignal): Promise<Resolved[]> {
    const taken = this.#offers.taken(id);
    if (taken === undefined) return [{ refused: 'The selection has changed since it was offered. Take it again.' }];
    const { document, selection } = taken;
    return [await (selection ? this.#part(document, selection) : this.#file(document.uri))];
  }

  async fromUris(uris: readonly string[], signal: AbortSignal): Promise<Resolved[]> {
    return Promise.all(
      uris.map(async (address): Promise<Resolved> => {
        const uri = vscode.Uri.parse(address);
        const stat = await vscode.workspace.fs.stat(uri).then(undefined, () => undefined);
        if (stat && stat.type & vscode.FileType.Directory)
          return folderAttachment(this.#gate, this.#symbols, uri, signal);
        return this.#file(uri);
      }),
    );
  }

  async take(what: Taken, signal: AbortSignal): Promise<Resolved[]> {
    if (what === 'diff') return [await this.#diff('staged', signal)];
    const { editor } = this.#offers;
    if (editor === undefined) return [{ refused: 'No file is open in the editor.' }];
    const { document, selection } = editor;
    const refused = await this.#gate.refusalOf(document);
    if (refused !== undefined) return [{ refused }];
    const around = selection.isEmpty ? await this.#symbols.around(document, selection.active) : selection;
    const kind = selection.isEmpty ? 'symbol' : 'selection';
    const code = around ? await this.#part(document, around, kind) : await this.#file(document.uri);
    if (what === 'code') return [code];
    const wrong = await problemsOf(this.#gate, document.uri, around);
    // Where nothing is wrong here, the rest of the file is meant.
    return [code, wrong.refused !== undefined && around ? await problemsOf(this.#gate, document.uri) : wrong];
  }

  async readForTool(path: string, signal: AbortSignal): Promise<ToolText> {
    const place = await this.#gate.inside(path);
    if (place.refused !== undefined) return { refused: place.refused };
    const opened = await this.#gate.open(place.uri);
    signal.throwIfAborted();
    if (opened.refused !== undefined) return { refused: opened.refused };
    const { document } = opened;
    return { text: document.getText(), uri: document.uri.toString(), language: document.languageId };
  }

  async listForTool(path: string, signal: AbortSignal): Promise<ToolText> {
    const place = await this.#gate.inside(path);
    if (place.refused !== undefined) return { refused: place.refused };
    const name = path === '' ? '.' : path;
    try {
      const { entries, left, secret } = await listFolder(this.#gate, place.uri, 1, signal);
      if (entries.length === 0 && secret > 0) return { refused: refusal.secret(name) };
      const more = left > 0 ? `\n(${left} more)` : '';
      return { text: listingText(entries) + more, uri: place.uri.toString() };
    } catch (error) {
      signal.throwIfAborted();
      const { code } = error as vscode.FileSystemError;
      if (code === 'FileNotADirectory') return { refused: refusal.notFolder(name) };
      return { refused: code === 'FileNotFound' ? refusal.missing(name) : refusal.unreadable(name) };
    }
  }

  /** A file of which nothing is said: whole. */
  async #file(uri: vscode.Uri, kind: 'file' | 'open' = 'file'): Promise<Resolved> {
    const { document, refused } = await this.#gate.open(uri);
    if (document === undefined) return { refused };
    const { languageId: language } = document;
    return { attachment: attachmentOf(kind, nameOf(uri), document.getText(), { uri: uri.toString(), language }) };
  }

  async #part(
    document: vscode.TextDocument,
    range: vscode.Range,
    kind: 'selection' | 'symbol' = 'selection',
  ): Promise<Resolved> {
    const refused = await this.#gate.refusalOf(document);
    return refused === undefined ? { attachment: partOf(kind, document, range) } : { refused };
  }

  async #diff(which: 'staged' | 'all', signal: AbortSignal, only?: string): Promise<Resolved> {
    try {
      const repositories = await gitRepositories();
      if (repositories.length === 0) return { refused: 'No open folder is in a git repository.' };
      const all = await Promise.all(repositories.map((one) => changesOf(one, which, this.#gate, signal, only)));
      // What is staged somewhere is meant, and not what lies around elsewhere.
      const meant = all.some(({ staged }) => staged) ? all.filter(({ staged }) => staged) : all;
      const secret = meant.flatMap((changes) => changes.secret);
      const { text, left } = joinDiffs(
        meant.flatMap(({ files }) => files),
        MOST_DIFF,
      );
      const cut = leftOutOfDiff(secret, [...left, ...meant.flatMap((changes) => changes.left)], MOST_DIFF);
      if (text === '')
        return { refused: cut ? `Nothing is left of the changes ${cut}.` : 'There are no uncommitted changes.' };
      const label = only ? `diff of ${only}` : meant.some(({ staged }) => staged) ? 'staged changes' : 'diff';
      return { attachment: attachmentOf('diff', label, text, { language: 'diff', ...(cut ? { cut } : {}) }) };
    } catch (error) {
      signal.throwIfAborted();
      return { refused: (error as Error).message };
    }
  }

  async #codebase(query: string, signal: AbortSignal): Promise<Resolved[]> {
    if (this.#search === undefined)
      return [{ refused: 'The project is not searched: no folder is open, or its index is off.' }];
    if (query.trim() === '')
      return [{ refused: 'Write what to look for in the project: @codebase takes the question.' }];
    const hits = await this.#search(query, signal);
    signal.throwIfAborted();
    const found: Resolved[] = [];
    for (const { uri, lines, text } of hits) {
      const place = vscode.Uri.parse(uri);
      // The index passes private files over; a rule may have come since.
      if (await this.#gate.isPrivate(place)) continue;
      found.push({ attachment: attachmentOf('codebase', labelOf(nameOf(place), lines), text, { uri, lines }) });
    }
    return found.length > 0 ? found : [{ refused: 'The project has nothing on that.' }];
  }
}
