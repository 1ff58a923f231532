/** Ghost text in the editor: VS Code's documents and positions in, suggestions of the {@link Completer} out. */
import { LRUCache } from 'lru-cache';
import * as vscode from 'vscode';
import type { ModelInfo } from '../engine/protocol/index.ts';
import { isSecret } from '../files/private.ts';
import { isWritable } from '../files/schemes.ts';
import type { Draft } from './closers.ts';
import { type Completer, type CompletionOutcome, MAX_TOKENS } from './completer.ts';
import type { Eagerness } from './eagerness.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import { Neighbours } from './neighbours.ts';
import { type Note, notesFor } from './notes.ts';
import type { FileNotes, NotedFile } from './projectNotes.ts';
import { notesRoom } from './prompt.ts';
import type { CompletionRequest, KnownDocument, OtherFile } from './request.ts';
import { type Call, type CompletionTiming, Session } from './session.ts';
import type { CompletionSettings } from './settings.ts';
import { type Silence, silenceOf } from './silence.ts';
import type { Place } from './suggestions.ts';
import { isBlank, lineAfter, lineBefore } from './text.ts';
import type { Threshold } from './threshold.ts';
import { refusalAt } from './trigger.ts';
import { budgetFor } from './window.ts';

export type { CompletionTiming } from './session.ts';

/** Runs when a suggestion is accepted; {@link CompletionProvider.register} registers it. */
export const ACCEPTED_COMMAND = 'quire.accepted';

/** What the provider has to know of a document beside its text. */
export interface DocumentAccess {
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The engine's id of the workspace that a document belongs to. */
  idOf(uri: vscode.Uri): Promise<string>;
  /** The version of a document that the engine has; undefined where it has none. */
  versionOf(document: vscode.TextDocument): number | undefined;
}

export interface CompletionServices {
  /** The open model; undefined while there is none. */
  model(): ModelInfo | undefined;
  completer: Completer;
  settings(document: vscode.TextDocument): CompletionSettings;
  documents: DocumentAccess;
  /** What is known of the memory's notes for a file, at once; undefined: nothing yet. */
  notes(file: NotedFile): FileNotes | undefined;
  /** How sure suggestions have to be for this person. */
  threshold: Threshold;
  /** Called once for each kind of error until {@link CompletionProvider.reset}. The message is for the user. */
  onError(kind: string, error: Error): void;
}

export type RequestUsage = Pick<CompletionOutcome['result'], 'promptTokens' | 'cachedTokens' | 'generatedTokens'>;

/** What is read of a document at least, in UTF-16 units to each side: enough to recognise a place. */
const LEAST_READ = 1024;

/** Lines of another open file that are read at most; the prompt cuts further. */
const OTHER_FILE_LINES = 400;

/** What of the memory stood in the prompt of a suggestion. */
export interface ShownNotes extends FileNotes {
  uri: vscode.Uri;
}

/** Files of which it is known what their last prompt had. */
const NOTED = 100;

/** Places of which it is known why nothing is shown there: as many as answers are kept. */
const SILENCES = 250;
const NOTHING: Silence = { why: 'filtered', filter: 'blank' };

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
  /** Of the document, when it was read. */
  version: number;
}

export class CompletionProvider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #services: CompletionServices;
  readonly #reported = new Set<string>();
  /** By workspace folder, the uris of its documents. */
  readonly #neighbours = new Map<string, Neighbours>();
  readonly #started = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<RequestUsage | undefined>();
  readonly #completed = new vscode.EventEmitter<CompletionTiming>();
  readonly #session = new Session({
    onComplete: (timing) => this.#completed.fire(timing),
    onJudged: (told) => this.#services.threshold[told](this.#eagerness),
  });
  /** Where the latest suggestion was asked for. */
  #eagerness: Eagerness = 'balanced';
  readonly #answered = new vscode.EventEmitter<Silence | null>();
  readonly #taken = new vscode.EventEmitter<vscode.Uri>();
  readonly #silences = new LRUCache<string, Silence>({ max: SILENCES });
  /** The latest answer that was none: where, and why. */
  #stayedAt:
    | { document: vscode.TextDocument; version: number; position: vscode.Position; silence: Silence }
    | undefined;
  /** By document, what its last prompt had of the memory. */
  readonly #noted = new LRUCache<string, FileNotes>({ max: NOTED });
  #lastShown: ShownNotes | undefined;
  #acceptedAt: { uri: string; offset: number } | undefined;

  /** A request to the engine began; it ends with {@link onDidEndRequest}, without usage where it failed. */
  readonly onDidStartRequest = this.#started.event;
  readonly onDidEndRequest = this.#ended.event;
  /** A call was answered, with or without the engine. */
  readonly onDidComplete = this.#completed.event;
  /** The editor was given a suggestion (null), or none and why. It is not told of calls that it gave up itself. */
  readonly onDidAnswer = this.#answered.event;

  /** A suggestion was accepted in this file, which is not private. */
  readonly onDidAccept = this.#taken.event;

  constructor(services: CompletionServices) {
    this.#services = services;
  }

  /** What of the memory stood in the prompt of the last suggestion that was shown; undefined: none was shown. */
  get lastShown(): ShownNotes | undefined {
    return this.#lastShown;
  }

  /** Registers the provider, the command behind accepted suggestions, and what it has to hear of. */
  register(): vscode.Disposable {
    this.#visit(vscode.window.activeTextEditor);
    return vscode.Disposable.from(
      vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, this),
      vscode.commands.registerCommand(ACCEPTED_COMMAND, () => this.#accepted()),
      vscode.window.onDidChangeActiveTextEditor((editor) => this.#visit(editor)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const folder = vscode.workspace.getWorkspaceFolder(document.uri);
        if (folder && contentChanges.length > 0) this.#neighboursIn(folder).edit(document.uri.toString());
        if (contentChanges.length === 0) return;
        const inFront = document === vscode.window.activeTextEditor?.document;
        if (inFront) {
          this.#session.key();
          const { enabled, eagerness } = this.#services.settings(document);
          if (enabled) this.#services.threshold.key(eagerness);
        }
        for (const { rangeOffset } of contentChanges) this.#session.edited(document.uri.toString(), rangeOffset);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        const folder = vscode.workspace.getWorkspaceFolder(uri);
        if (folder) this.#neighboursIn(folder).close(uri.toString());
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const { uri } of removed) this.#neighbours.delete(uri.toString());
      }),
      this,
    );
  }

  /** The engine may answer otherwise now. */
  expire(): void {
    this.#session.expire();
    this.#forgetSilences();
  }

  /** Another model, or settings that change answers: forgets suggestions and reports errors anew. */
  reset(): void {
    this.#session.clear();
    this.#forgetSilences();
    this.#reported.clear();
  }

  dispose(): void {
    this.#session.clear();
    for (const emitter of [this.#started, this.#ended, this.#completed, this.#answered, this.#taken]) emitter.dispose();
  }

  /** Why nothing is shown at the cursor of an editor; null: something is, or nothing was asked there yet. */
  async silenceAt({ document, selection }: vscode.TextEditor): Promise<Silence | null> {
    const privacy = await this.#privacyOf(document);
    if (privacy !== null) return privacy;
    const triggerKind = vscode.InlineCompletionTriggerKind.Automatic;
    const spot = this.#spotAt(document, selection.active, { triggerKind, selectedCompletionInfo: undefined });
    if ('why' in spot) return spot;
    const at = this.#stayedAt;
    const here = at?.document === document && at.version === document.version && at.position.isEqual(selection.active);
    return here ? at.silence : (this.#silences.get(silenceKey(spot.place)) ?? null);
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    const { version } = document;
    const stay = (silence: Silence): [] => {
      this.#stayedAt = { document, version, position, silence };
      this.#answered.fire(silence);
      return [];
    };
    try {
      const spot = this.#spotAt(document, position, context);
      if ('why' in spot) return stay(spot);
      const privacy = await this.#privacyOf(document);
      if (privacy !== null) return stay(privacy);
      const draft = await this.#session.suggest(this.#callFor(spot), abort.signal);
      if (draft === undefined || abort.signal.aborted) return [];
      if (draft === null) return stay(this.#silenceOn(spot));
      this.#stayedAt = undefined;
      this.#lastShown = { ...(this.#noted.get(spot.place.path) ?? NO_NOTES), uri: document.uri };
      this.#answered.fire(null);
      return [itemFor(spot, draft)];
    } catch (error) {
      this.#report(error);
      return stay({ why: 'failed' });
    } finally {
      subscription.dispose();
    }
  }

  /** Why a place has no suggestion that was answered with none. */
  #silenceOn({ place, chosen }: Spot): Silence {
    return chosen === '' ? (this.#silences.get(silenceKey(place)) ?? NOTHING) : { why: 'otherChosen' };
  }

  #forgetSilences(): void {
    this.#silences.clear();
    this.#stayedAt = undefined;
  }

  async #privacyOf({ uri }: vscode.TextDocument): Promise<Silence | null> {
    if (!(await this.#services.documents.isPrivate(uri))) return null;
    return { why: isSecret(uri.path) ? 'secret' : 'ignored' };
  }

  /** Reads what is near the cursor, or says why nothing is to be asked there. Never reads a whole large document. */
  #spotAt(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: Pick<vscode.InlineCompletionContext, 'triggerKind' | 'selectedCompletionInfo'>,
  ): Spot | Silence {
    const model = this.#services.model();
    if (model === undefined) return { why: 'noModel' };
    if (!isWritable(document.uri.scheme)) return { why: 'notWritable' };
    const settings = this.#services.settings(document);
    if (!settings.enabled) return { why: 'off' };
    this.#eagerness = settings.eagerness;

    const widget = context.selectedCompletionInfo;
    const chosen = widget?.text ?? '';
    const range = widget?.range ?? new vscode.Range(position, position);
    const budget = budgetFor(model, settings.maxTokens, fimLayoutOf(model).order);
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
    if (refusal !== null) return { why: refusal };
    const uri = document.uri.toString();
    return {
      document,
      model,
      place: { path: uri, prefix, suffix, offset },
      before: document.offsetAt(from),
      range,
      chosen,
      explicit,
      afterAccept: this.#justAccepted(uri, offset),
      version: document.version,
    };
  }

  #callFor(spot: Spot): Call {
    return {
      place: spot.place,
      explicit: spot.explicit,
      afterAccept: spot.afterAccept,
      debounceMs: this.#services.settings(spot.document).debounceMs,
      run: (signal, onText) => this.#run(spot, signal, onText),
    };
  }

  async #run(spot: Spot, signal: AbortSignal, onText: (text: string) => void): Promise<CompletionOutcome> {
    const { document, model } = spot;
    const settings = this.#services.settings(document);
    const { maxTokens } = settings;
    const workspace = await this.#services.documents.idOf(document.uri);
    const request = await this.#requestFor(spot, settings, workspace);
    // Who asks for a suggestion wants to see what there is.
    const prudence = spot.explicit ? undefined : this.#services.threshold.prudence(settings.eagerness);
    this.#started.fire();
    let usage: RequestUsage | undefined;
    try {
      const outcome = await this.#services.completer.complete(model, request, {
        workspace,
        document: document.uri.toString(),
        maxTokens: { one: Math.min(MAX_TOKENS.one, maxTokens), many: maxTokens },
        ngram: settings.usesProjectCode,
        ...(prudence ? { prudence } : {}),
        signal,
        onText,
      });
      usage = outcome.result;
      const silence = silenceOf(outcome);
      if (silence !== null) this.#silences.set(silenceKey(spot.place), silence);
      else if (outcome.shown !== null) this.#silences.delete(silenceKey(spot.place));
      return outcome;
    } catch (error) {
      this.#silences.set(silenceKey(spot.place), { why: 'failed' });
      throw error;
    } finally {
      this.#ended.fire(usage);
    }
  }

  async #requestFor(spot: Spot, settings: CompletionSettings, workspace: string): Promise<CompletionRequest> {
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
      lines: settings.lines,
      afterAccept,
      ...(known === undefined ? {} : { document: known }),
      ...(folder === undefined ? {} : { repository: folder.name }),
      ...(indented ? { indentation: { tabs: !insertSpaces, width: tabSize } } : {}),
    };
  }

  /** What is known now, as far as there is room for it. */
  #notesOn(file: NotedFile, { document, place }: Spot, room: number): Note[] {
    const known = room > 0 ? this.#services.notes(file) : undefined;
    const notes = known?.memories.map(({ item, text }) => ({ path: item.path, text })) ?? [];
    const { count } = notesFor(notes, { languageId: document.languageId, path: file.path }, room);
    const memories = known?.memories.slice(0, count) ?? [];
    this.#noted.set(place.path, known ? { ...known, memories } : NO_NOTES);
    return notes.slice(0, count);
  }

  /** A document as the engine has it, where that is how it is now. */
  #known(document: vscode.TextDocument): KnownDocument | undefined {
    const version = this.#services.documents.versionOf(document);
    return version === document.version ? { key: document.uri.toString(), version } : undefined;
  }

  /** Other open files of the folder, what changes most first; none that is private. */
  async #others(document: vscode.TextDocument, folder: vscode.WorkspaceFolder, most: number): Promise<OtherFile[]> {
    const open = new Map(vscode.workspace.textDocuments.map((one) => [one.uri.toString(), one]));
    const others: OtherFile[] = [];
    for (const uri of this.#neighboursIn(folder).of(document.uri.toString(), most).reverse()) {
      const other = open.get(uri);
      if (other === undefined || (await this.#services.documents.isPrivate(other.uri))) continue;
      const content = other.getText(new vscode.Range(0, 0, OTHER_FILE_LINES, 0));
      const known = this.#known(other);
      const path = vscode.workspace.asRelativePath(other.uri, false);
      others.push({ path, content, ...(known ? { document: known } : {}) });
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
        if ((await this.#privacyOf(document)) === null) {
          this.#taken.fire(document.uri);
          if (!('why' in spot)) next = this.#callFor(spot);
        }
      }
      await this.#session.accepted(next);
    } catch (error) {
      this.#report(error);
    }
  }

  /** The cursor is where the last accepted suggestion left it; anywhere else, or later, that says nothing any more. */
  #justAccepted(uri: string, offset: number): boolean {
    const at = this.#acceptedAt;
    if (at?.uri === uri && at.offset === offset) return true;
    if (at?.uri === uri) this.#acceptedAt = undefined;
    return false;
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

const NO_NOTES: FileNotes = {
  memories: [],
  decision: 'This suggestion was given no memory: it comes from this file, open files and the project’s own code.',
};

function itemFor({ place, range, chosen }: Spot, { text, over, tail }: Draft): vscode.InlineCompletionItem {
  const inserted = chosen + text + place.suffix.slice(0, over) + tail;
  return new vscode.InlineCompletionItem(inserted, range.with(range.start, range.end.translate(0, over)), {
    title: 'Quire: suggestion accepted',
    command: ACCEPTED_COMMAND,
  });
}

/** As much before the cursor as tells a place from others for as long as it matters. */
const silenceKey = ({ path, prefix }: Place): string => `${path}\0${prefix.slice(-256)}`;
