/** Ghost text in the editor: VS Code's documents and positions in, suggestions of the {@link Completer} out. */
import * as vscode from 'vscode';
import { isSecret } from '../files/private.ts';
import { fullOf, LONGEST_TYPED, type Place } from './answers.ts';
import type { Call, CompletionTiming, SuggestionEvent } from './call.ts';
import type { Draft } from './closers.ts';
import { Foresight } from './foresight.ts';
import type { FileNotes } from './projectNotes.ts';
import { type CompletionServices, Requests } from './requests.ts';
import { Session } from './session.ts';
import type { Silence } from './silence.ts';
import { type Cursor, Silences } from './silences.ts';
import { Spots } from './spots.ts';
import type { Spot, Surroundings } from './surroundings.ts';

export type { CompletionTiming } from './call.ts';
export type { DocumentAccess } from './surroundings.ts';

/** Runs when a suggestion is accepted; {@link CompletionProvider.register} registers it. */
export const ACCEPTED_COMMAND = 'quire.accepted';
/** Of all that the editor asks for suggestions, this extension's. */
const OWN_PROVIDER = 'quire.quire:*';
/** Bound to Escape while a suggestion is on screen. */
export const DISMISS_COMMAND = 'quire.dismissSuggestion';

/** What of the memory stood in the prompt of a suggestion. */
export interface ShownNotes extends FileNotes {
  uri: vscode.Uri;
}

export class CompletionProvider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #services: CompletionServices;
  readonly #reported = new Set<string>();
  readonly #surroundings: Surroundings;
  readonly #completed = new vscode.EventEmitter<CompletionTiming>();
  readonly #session = new Session({
    onComplete: (timing) => this.#completed.fire(timing),
    onJudged: (told) => this.#services.threshold[told](this.#requests.eagerness),
    onEvent: (event) => this.#happened.fire(event),
    onGrown: (place) => this.#renew(place),
    onError: (error) => this.#report(error),
  });
  readonly #spots: Spots;
  readonly #requests: Requests;
  readonly #silences = new Silences();
  readonly #foresight = new Foresight();
  /** The next call is ours: the editor is to show more of what it shows. */
  #renewing = false;
  readonly #answered = new vscode.EventEmitter<Silence | null>();
  readonly #taken = new vscode.EventEmitter<vscode.Uri>();
  #lastShown: ShownNotes | undefined;
  readonly #happened = new vscode.EventEmitter<SuggestionEvent>();

  /** A call was answered, with or without the engine. */
  readonly onDidComplete = this.#completed.event;
  /** The editor was given a suggestion (null), or none and why. It is not told of calls that it gave up itself. */
  readonly onDidAnswer = this.#answered.event;

  /** A suggestion was accepted in this file, which is not private. */
  readonly onDidAccept = this.#taken.event;
  /** What became of suggestions; for statistics. */
  readonly onDidHappen = this.#happened.event;

  constructor(services: CompletionServices) {
    this.#services = services;
    this.#surroundings = services.surroundings;
    this.#spots = new Spots({
      model: services.model,
      settings: services.settings,
      onRead: (path, start, text) => this.#session.read(path, start, text),
    });
    this.#requests = new Requests(services, this.#spots, this.#silences);
  }

  get onDidStartRequest(): Requests['onDidStart'] {
    return this.#requests.onDidStart;
  }

  get onDidEndRequest(): Requests['onDidEnd'] {
    return this.#requests.onDidEnd;
  }

  /** What of the memory stood in the prompt of the last suggestion that was shown; undefined: none was shown. */
  get lastShown(): ShownNotes | undefined {
    return this.#lastShown;
  }

  /** Registers the provider, the command behind accepted suggestions, and what it has to hear of. */
  register(): vscode.Disposable {
    return vscode.Disposable.from(
      this.#surroundings.register(),
      vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, this),
      vscode.commands.registerCommand(ACCEPTED_COMMAND, (text?: unknown) =>
        this.#accepted(typeof text === 'string' ? text : undefined),
      ),
      vscode.commands.registerCommand(DISMISS_COMMAND, () => {
        const editor = vscode.window.activeTextEditor;
        const spot = editor && this.#spots.at(editor.document, editor.selection.active);
        if (spot && !('why' in spot)) this.#session.dismissed(spot.place);
        return vscode.commands.executeCommand('editor.action.inlineSuggest.hide');
      }),
      vscode.workspace.onDidChangeTextDocument((change) => this.#changed(change)),
      vscode.window.onDidChangeTextEditorSelection((change) => this.#moved(change)),
      this,
    );
  }

  /** The engine may answer otherwise now. */
  expire(): void {
    this.#session.expire();
    this.#silences.clear();
  }

  /** Another model, settings that change answers, or files that are private now: forgets all, and reports errors anew. */
  reset(): void {
    this.#session.clear();
    this.#services.saw.clear();
    this.#surroundings.forget();
    this.#silences.clear();
    this.#reported.clear();
  }

  dispose(): void {
    this.#session.clear();
    const emitters = [this.#requests, this.#completed, this.#answered, this.#taken, this.#happened];
    for (const emitter of emitters) emitter.dispose();
  }

  /** Has the engine read the prompt at the cursor of an editor, so that the next key finds it read. Nobody waits for it. */
  async readAhead({ document, selection }: vscode.TextEditor, signal?: AbortSignal): Promise<void> {
    const spot = this.#spots.at(document, selection.active);
    if ('why' in spot || (await this.#privacyOf(document)) !== null) return;
    await this.#requests.readAhead(spot, signal);
  }

  /** Why nothing is shown at the cursor of an editor; null: something is, or nothing was asked there yet. */
  async silenceAt({ document, selection }: vscode.TextEditor): Promise<Silence | null> {
    const privacy = await this.#privacyOf(document);
    if (privacy !== null) return privacy;
    const spot = this.#spots.at(document, selection.active);
    if ('why' in spot) return spot;
    return this.#silences.at(spot.place, cursorOf(document, selection.active));
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    const cursor = cursorOf(document, position);
    const { Automatic } = vscode.InlineCompletionTriggerKind;
    const asked = this.#renewing ? { ...context, triggerKind: Automatic } : context;
    this.#renewing = false;
    if (asked.triggerKind === Automatic) this.#foresight.asked(asked.selectedCompletionInfo !== undefined);
    const stay = (silence: Silence): [] => {
      this.#silences.answered(cursor, silence);
      this.#answered.fire(silence);
      return [];
    };
    try {
      const spot = this.#spots.at(document, position, asked);
      if ('why' in spot) return stay(spot);
      const privacy = await this.#privacyOf(document);
      if (privacy !== null) return stay(privacy);
      const offer = await this.#session.suggest(this.#requests.callFor(spot), abort.signal);
      if (offer === undefined || abort.signal.aborted) return [];
      this.#services.saw.gave(spot.place, offer !== null);
      if (offer === null) return stay(this.#silenceOn(spot));
      this.#silences.answered(cursor, null);
      this.#lastShown = { ...this.#surroundings.notedIn(spot.place.path), uri: document.uri };
      this.#answered.fire(null);
      return [offer, ...(offer.others ?? [])].map((draft) => itemFor(spot, draft));
    } catch (error) {
      this.#report(error);
      return stay({ why: 'failed' });
    } finally {
      subscription.dispose();
    }
  }

  /** Why a place has no suggestion that was answered with none. */
  #silenceOn({ place, chosen }: Spot): Silence {
    const withheld = this.#session.withheld(place);
    if (withheld) return { why: withheld };
    return chosen === '' ? this.#silences.of(place) : { why: 'otherChosen' };
  }

  async #privacyOf({ uri }: vscode.TextDocument): Promise<Silence | null> {
    if (!(await this.#services.documents.isPrivate(uri))) return null;
    return { why: isSecret(uri.path) ? 'secret' : 'ignored' };
  }

  #changed({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) return;
    const inFront = document === vscode.window.activeTextEditor?.document;
    if (inFront) {
      this.#session.key();
      const { enabled, eagerness } = this.#services.settings(document);
      if (enabled) this.#services.threshold.key(eagerness);
    }
    this.#foresight.changed(document.uri.toString(), document.version, inFront && reason === undefined);
    const { Undo, Redo } = vscode.TextDocumentChangeReason;
    const how = reason === Undo ? 'undone' : reason === Redo ? 'redone' : 'written';
    for (const { rangeOffset: offset, rangeLength: length, text } of contentChanges)
      this.#session.edited(document.uri.toString(), { offset, length, text }, how);
  }

  #moved({ textEditor, kind }: vscode.TextEditorSelectionChangeEvent): void {
    const { document, selection } = textEditor;
    // Beside it another editor may show the same document.
    const inFront = textEditor === vscode.window.activeTextEditor;
    if (inFront && this.#foresight.moved(document.uri.toString(), document.version))
      void this.#foresee(document, selection.active);
    // What is deleted where nothing was asked yet is known then too.
    else if (kind !== vscode.TextEditorSelectionChangeKind.Keyboard) this.#spots.at(document, selection.active);
  }

  /** The editor will ask here. What it is answered with tells what fails. */
  async #foresee(document: vscode.TextDocument, position: vscode.Position): Promise<void> {
    const spot = this.#spots.at(document, position);
    if ('why' in spot || (await this.#privacyOf(document)) !== null) return;
    if (document.version === spot.version) this.#session.foresee(this.#requests.callFor(spot));
  }

  /** More is known of what is on screen at a place: the editor is to ask again. */
  #renew({ path, offset = 0 }: Place): void {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.uri.toString() !== path) return;
    const typed = editor.document.offsetAt(editor.selection.active) - offset;
    if (typed < 0 || typed > LONGEST_TYPED) return;
    this.#renewing = true;
    // Of nobody else: for the editor it is as if somebody had asked for it.
    const asked = vscode.commands.executeCommand('editor.action.inlineSuggest.trigger', { providerId: OWN_PROVIDER });
    const over = () => {
      this.#renewing = false;
    };
    asked.then(over, over);
  }

  /** A suggestion went into the document: the next one is asked for at once, before the editor wants it. */
  async #accepted(text?: string): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    try {
      let next: Call | undefined;
      if (editor !== undefined) {
        const { document, selection } = editor;
        this.#spots.accepted(document.uri, document.offsetAt(selection.active));
        const spot = this.#spots.at(document, selection.active);
        if ((await this.#privacyOf(document)) === null) {
          this.#taken.fire(document.uri);
          if (!('why' in spot)) next = this.#requests.callFor(spot);
        }
      }
      await this.#session.accepted(next, text);
    } catch (error) {
      this.#report(error);
    }
  }

  #report(thrown: unknown): void {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const kind = 'kind' in error && typeof error.kind === 'string' ? error.kind : error.name;
    if (this.#reported.has(kind)) return;
    this.#reported.add(kind);
    this.#services.onError(kind, error);
  }
}

const cursorOf = (document: vscode.TextDocument, position: vscode.Position): Cursor => ({
  uri: document.uri.toString(),
  version: document.version,
  offset: document.offsetAt(position),
});

function itemFor({ place, range, chosen }: Spot, draft: Draft): vscode.InlineCompletionItem {
  const full = fullOf(place, draft);
  return new vscode.InlineCompletionItem(chosen + full, range.with(range.start, range.end.translate(0, draft.over)), {
    title: 'Quire: suggestion accepted',
    command: ACCEPTED_COMMAND,
    arguments: [full],
  });
}
