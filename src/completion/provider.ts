/** Ghost text in the editor: VS Code's documents and positions in, suggestions of the {@link Completer} out. */
import * as vscode from 'vscode';
import type { ModelInfo } from '../engine/protocol/index.ts';
import { PrivateFiles } from '../files/private.ts';
import { userFolders } from '../files/userFolders.ts';
import type { Draft } from './closers.ts';
import { type Completer, type CompletionOutcome, MAX_TOKENS } from './completer.ts';
import { type Eagerness, leastConfidence } from './eagerness.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import { Neighbours } from './neighbours.ts';
import type { CompletionRequest, Lines } from './request.ts';
import { type Call, type CompletionTiming, Session } from './session.ts';
import type { Place } from './suggestions.ts';
import { isBlank, lineAfter, lineBefore } from './text.ts';
import { isWritable, refusalAt } from './trigger.ts';
import { budgetFor } from './window.ts';

export type { CompletionTiming } from './session.ts';

/** Runs when a suggestion is accepted; {@link CompletionProvider.register} registers it. */
export const ACCEPTED_COMMAND = 'quire.accepted';

export interface CompletionSettings {
  enabled(document: vscode.TextDocument): boolean;
  lines(document: vscode.TextDocument): Lines;
  maxTokens(document: vscode.TextDocument): number;
  /** Milliseconds; null: learned. */
  debounceMs(): number | null;
  /** How sure a suggestion has to be before it is shown. */
  eagerness(document: vscode.TextDocument): Eagerness;
  /** The project's code has a say. */
  usesProjectCode(): boolean;
}

export interface CompletionServices {
  /** The open model; undefined while there is none. */
  model(): ModelInfo | undefined;
  completer: Completer;
  settings: CompletionSettings;
  /** Called once for each kind of error until {@link CompletionProvider.reset}. The message is for the user. */
  onError(kind: string, error: Error): void;
}

export type RequestUsage = Pick<CompletionOutcome['result'], 'promptTokens' | 'cachedTokens' | 'generatedTokens'>;

/** What is read of a document at least, in UTF-16 units to each side: enough to recognise a place. */
const LEAST_READ = 1024;

/** Lines of another open file that are read at most; the prompt cuts further. */
const OTHER_FILE_LINES = 400;

/** A place in a document, with everything that the steps need of it. */
interface Spot {
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
}

export class CompletionProvider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #services: CompletionServices;
  readonly #private = new PrivateFiles({
    read: (folder, path) => readText(vscode.Uri.parse(folder).with({ path })),
    user: (folder) => (folder.startsWith('file:') ? userFolders() : undefined),
  });
  readonly #reported = new Set<string>();
  /** By workspace folder, the uris of its documents. */
  readonly #neighbours = new Map<string, Neighbours>();
  readonly #started = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<RequestUsage | undefined>();
  readonly #completed = new vscode.EventEmitter<CompletionTiming>();
  readonly #session = new Session((timing) => this.#completed.fire(timing));
  #acceptedAt: { uri: string; offset: number } | undefined;

  /** A request to the engine began; it ends with {@link onDidEndRequest}, without usage where it failed. */
  readonly onDidStartRequest = this.#started.event;
  readonly onDidEndRequest = this.#ended.event;
  /** A call was answered, with or without the engine. */
  readonly onDidComplete = this.#completed.event;

  constructor(services: CompletionServices) {
    this.#services = services;
  }

  /** Registers the provider, the command behind accepted suggestions, and what it has to hear of. */
  register(): vscode.Disposable {
    const ignoreFiles = vscode.workspace.createFileSystemWatcher('**/.gitignore');
    const forget = () => this.#private.forget();
    this.#visit(vscode.window.activeTextEditor);
    return vscode.Disposable.from(
      vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, this),
      vscode.commands.registerCommand(ACCEPTED_COMMAND, () => this.#accepted()),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#visit(editor)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const folder = vscode.workspace.getWorkspaceFolder(document.uri);
        if (folder && contentChanges.length > 0) this.#neighboursIn(folder).edit(document.uri.toString());
        const inFront = document === vscode.window.activeTextEditor?.document;
        if (inFront && contentChanges.length > 0) this.#session.key();
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        const folder = vscode.workspace.getWorkspaceFolder(uri);
        if (folder) this.#neighboursIn(folder).close(uri.toString());
      }),
      ignoreFiles,
      ignoreFiles.onDidChange(forget),
      ignoreFiles.onDidCreate(forget),
      ignoreFiles.onDidDelete(forget),
      this,
    );
  }

  /** Another model, or settings that change answers: forgets suggestions and reports errors anew. */
  reset(): void {
    this.#session.clear();
    this.#reported.clear();
  }

  dispose(): void {
    this.#session.clear();
    for (const emitter of [this.#started, this.#ended, this.#completed]) emitter.dispose();
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    try {
      const spot = this.#spotAt(document, position, context);
      if (spot === undefined || (await this.isPrivate(document.uri))) return [];
      const draft = await this.#session.suggest(this.#callFor(spot), abort.signal);
      return draft == null || abort.signal.aborted ? [] : [itemFor(spot, draft)];
    } catch (error) {
      this.#report(error);
      return [];
    } finally {
      subscription.dispose();
    }
  }

  /** Reads what is near the cursor; undefined where nothing is to be asked. Never reads a whole large document. */
  #spotAt(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: Pick<vscode.InlineCompletionContext, 'triggerKind' | 'selectedCompletionInfo'>,
  ): Spot | undefined {
    const { settings } = this.#services;
    const model = this.#services.model();
    if (model === undefined || !isWritable(document.uri.scheme) || !settings.enabled(document)) return undefined;

    const widget = context.selectedCompletionInfo;
    const chosen = widget?.text ?? '';
    const range = widget?.range ?? new vscode.Range(position, position);
    const budget = budgetFor(model, settings.maxTokens(document), fimLayoutOf(model).order);
    const offset = document.offsetAt(range.start);
    const from = document.positionAt(Math.max(0, offset - Math.max(LEAST_READ, budget.prefix + 1)));
    const to = document.positionAt(document.offsetAt(range.end) + Math.max(LEAST_READ, budget.suffix));
    const prefix = document.getText(new vscode.Range(from, range.start)) + chosen;
    const suffix = document.getText(new vscode.Range(range.end, to));

    const explicit = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const editor = vscode.window.activeTextEditor;
    const inFront = editor?.document === document;
    const refusal = refusalAt({
      before: lineBefore(prefix),
      rest: lineAfter(suffix),
      fileBlank: isBlank(prefix),
      cursors: inFront ? editor.selections.length : 1,
      selecting: inFront && !editor.selection.isEmpty,
      explicit,
    });
    if (refusal !== null) return undefined;
    const uri = document.uri.toString();
    return {
      document,
      model,
      place: { path: uri, prefix, suffix },
      before: document.offsetAt(from),
      range,
      chosen,
      explicit,
      afterAccept: this.#acceptedAt?.uri === uri && this.#acceptedAt.offset === offset,
    };
  }

  #callFor(spot: Spot): Call {
    return {
      place: spot.place,
      explicit: spot.explicit,
      afterAccept: spot.afterAccept,
      debounceMs: this.#services.settings.debounceMs(),
      run: (signal, onText) => this.#run(spot, signal, onText),
    };
  }

  async #run(spot: Spot, signal: AbortSignal, onText: (text: string) => void): Promise<CompletionOutcome> {
    const { document, model } = spot;
    const { settings } = this.#services;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri);
    const maxTokens = settings.maxTokens(document);
    const request = await this.#requestFor(spot, folder, maxTokens);
    this.#started.fire();
    let usage: RequestUsage | undefined;
    try {
      const outcome = await this.#services.completer.complete(model, request, {
        // A file of no folder shares its cache with nothing else.
        workspace: (folder?.uri ?? document.uri).toString(),
        supersedes: document.uri.toString(),
        maxTokens: { one: Math.min(MAX_TOKENS.one, maxTokens), many: maxTokens },
        ngram: settings.usesProjectCode(),
        // Who asks for a suggestion wants to see what there is.
        leastConfidence: spot.explicit ? 0 : leastConfidence(settings.eagerness(document)),
        signal,
        onText,
      });
      usage = outcome.result;
      return outcome;
    } finally {
      this.#ended.fire(usage);
    }
  }

  async #requestFor(
    { document, model, place, before, afterAccept }: Spot,
    folder: vscode.WorkspaceFolder | undefined,
    maxTokens: number,
  ): Promise<CompletionRequest> {
    const editor = vscode.window.visibleTextEditors.find((one) => one.document === document);
    const { insertSpaces, tabSize } = editor?.options ?? {};
    const indented = typeof insertSpaces === 'boolean' && typeof tabSize === 'number';
    const room = budgetFor(model, maxTokens, fimLayoutOf(model).order);
    const others = folder === undefined || room.others <= 0 ? [] : await this.#others(document, folder, room.files);
    return {
      path: vscode.workspace.asRelativePath(document.uri, false),
      languageId: document.languageId,
      prefix: place.prefix,
      suffix: place.suffix,
      before,
      others,
      lines: this.#services.settings.lines(document),
      afterAccept,
      ...(folder === undefined ? {} : { repository: folder.name }),
      ...(indented ? { indentation: { tabs: !insertSpaces, width: tabSize } } : {}),
    };
  }

  /** Other open files of the folder, what changes most first; none that is private. */
  async #others(
    document: vscode.TextDocument,
    folder: vscode.WorkspaceFolder,
    most: number,
  ): Promise<{ path: string; content: string }[]> {
    const open = new Map(vscode.workspace.textDocuments.map((one) => [one.uri.toString(), one]));
    const others: { path: string; content: string }[] = [];
    for (const uri of this.#neighboursIn(folder).of(document.uri.toString(), most).reverse()) {
      const other = open.get(uri);
      if (other === undefined || (await this.isPrivate(other.uri))) continue;
      const content = other.getText(new vscode.Range(0, 0, OTHER_FILE_LINES, 0));
      others.push({ path: vscode.workspace.asRelativePath(other.uri, false), content });
    }
    return others;
  }

  /** A suggestion went into the document: the next one is asked for at once, before the editor wants it. */
  async #accepted(): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    try {
      let next: Call | undefined;
      if (editor !== undefined) {
        const { document, selection } = editor;
        this.#acceptedAt = { uri: document.uri.toString(), offset: document.offsetAt(selection.active) };
        const triggerKind = vscode.InlineCompletionTriggerKind.Automatic;
        const spot = this.#spotAt(document, selection.active, { triggerKind, selectedCompletionInfo: undefined });
        if (spot !== undefined && !(await this.isPrivate(document.uri))) next = this.#callFor(spot);
      }
      await this.#session.accepted(next);
    } catch (error) {
      this.#report(error);
    }
  }

  /** A document that is neither completed nor shown to the model. */
  isPrivate(uri: vscode.Uri): Promise<boolean> {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder === undefined) return this.#private.has({ path: uri.path });
    const path = uri.path.slice(folder.uri.path.length).replace(/^\/+/, '');
    return this.#private.has({ path: uri.path, folder: { key: folder.uri.toString(), path } });
  }

  #visit(editor: vscode.TextEditor | undefined): void {
    const folder = editor && vscode.workspace.getWorkspaceFolder(editor.document.uri);
    if (folder) this.#neighboursIn(folder).visit(editor.document.uri.toString());
  }

  #neighboursIn(folder: vscode.WorkspaceFolder): Neighbours {
    const key = folder.uri.toString();
    const known = this.#neighbours.get(key) ?? new Neighbours();
    this.#neighbours.set(key, known);
    return known;
  }

  #report(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const kind = 'kind' in error && typeof error.kind === 'string' ? error.kind : error.name;
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.#services.onError(kind, error);
  }
}

function itemFor({ place, range, chosen }: Spot, { text, over, tail }: Draft): vscode.InlineCompletionItem {
  const inserted = chosen + text + place.suffix.slice(0, over) + tail;
  return new vscode.InlineCompletionItem(inserted, range.with(range.start, range.end.translate(0, over)), {
    title: 'Quire: suggestion accepted',
    command: ACCEPTED_COMMAND,
  });
}

async function readText(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}
