/** Ghost text in the editor: VS Code's documents and positions in, suggestions of the {@link Completer} out. */
import { LRUCache } from 'lru-cache';
import * as vscode from 'vscode';
import { MOST_ANSWERS, type ModelInfo } from '../engine/protocol/index.ts';
import { isSecret } from '../files/private.ts';
import { fullOf, LONGEST_TYPED, type Place } from './answers.ts';
import type { Call, CompletionTiming, SuggestionEvent } from './call.ts';
import type { Draft } from './closers.ts';
import { type Completer, type CompletionOptions, type CompletionOutcome, MAX_TOKENS } from './completer.ts';
import type { Eagerness } from './eagerness.ts';
import type { FileNotes } from './projectNotes.ts';
import type { SeenAnswers } from './saw/records.ts';
import { Session } from './session.ts';
import type { CompletionSettings } from './settings.ts';
import { type Silence, silenceOf } from './silence.ts';
import { Spots } from './spots.ts';
import type { DocumentAccess, Spot, Surroundings } from './surroundings.ts';
import type { Threshold } from './threshold.ts';

export type { CompletionTiming } from './call.ts';
export type { DocumentAccess } from './surroundings.ts';

/** Runs when a suggestion is accepted; {@link CompletionProvider.register} registers it. */
export const ACCEPTED_COMMAND = 'quire.accepted';
/** Of all that the editor asks for suggestions, this extension's. */
const OWN_PROVIDER = 'quire.quire:*';
/** Bound to Escape while a suggestion is on screen. */
export const DISMISS_COMMAND = 'quire.dismissSuggestion';

export interface CompletionServices {
  /** The open model; undefined while there is none. */
  model(): ModelInfo | undefined;
  completer: Completer;
  settings(document: vscode.TextDocument): CompletionSettings;
  documents: DocumentAccess;
  /** What goes into a prompt beside the text at the cursor. */
  surroundings: Surroundings;
  /** How sure suggestions have to be for this person. */
  threshold: Threshold;
  /** What the model saw, for who wants to know. */
  saw: SeenAnswers;
  /** Called once for each kind of error until {@link CompletionProvider.reset}. The message is for the user. */
  onError(kind: string, error: Error): void;
}

export type RequestUsage = Pick<CompletionOutcome['result'], 'promptTokens' | 'cachedTokens' | 'generatedTokens'>;

/** What of the memory stood in the prompt of a suggestion. */
export interface ShownNotes extends FileNotes {
  uri: vscode.Uri;
}

/** Places of which it is known why nothing is shown there: as many as answers are kept. */
const SILENCES = 250;
const NOTHING: Silence = { why: 'filtered', filter: 'blank' };

export class CompletionProvider implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  readonly #services: CompletionServices;
  readonly #reported = new Set<string>();
  readonly #surroundings: Surroundings;
  readonly #started = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<RequestUsage | undefined>();
  readonly #completed = new vscode.EventEmitter<CompletionTiming>();
  readonly #session = new Session({
    onComplete: (timing) => this.#completed.fire(timing),
    onJudged: (told) => this.#services.threshold[told](this.#eagerness),
    onEvent: (event) => this.#happened.fire(event),
    onGrown: (place) => this.#renew(place),
    onError: (error) => this.#report(error),
  });
  readonly #spots: Spots;
  /** Where the latest suggestion was asked for. */
  #eagerness: Eagerness = 'balanced';
  /** The next call is ours: the editor is to show more of what it shows. */
  #renewing = false;
  readonly #answered = new vscode.EventEmitter<Silence | null>();
  readonly #taken = new vscode.EventEmitter<vscode.Uri>();
  readonly #silences = new LRUCache<string, Silence>({ max: SILENCES });
  /** The latest answer that was none: where, and why. */
  #stayedAt:
    | { document: vscode.TextDocument; version: number; position: vscode.Position; silence: Silence }
    | undefined;
  #lastShown: ShownNotes | undefined;
  readonly #happened = new vscode.EventEmitter<SuggestionEvent>();

  /** A request to the engine began; it ends with {@link onDidEndRequest}, without usage where it failed. */
  readonly onDidStartRequest = this.#started.event;
  readonly onDidEndRequest = this.#ended.event;
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
      // What is deleted where nothing was asked yet is known then too.
      vscode.window.onDidChangeTextEditorSelection(({ textEditor: { document }, selections: [first], kind }) => {
        if (kind !== vscode.TextEditorSelectionChangeKind.Keyboard && first) this.#spots.at(document, first.active);
      }),
      this,
    );
  }

  /** The engine may answer otherwise now. */
  expire(): void {
    this.#session.expire();
    this.#forgetSilences();
  }

  /** Another model, settings that change answers, or files that are private now: forgets all, and reports errors anew. */
  reset(): void {
    this.#session.clear();
    this.#services.saw.clear();
    this.#surroundings.forget();
    this.#forgetSilences();
    this.#reported.clear();
  }

  dispose(): void {
    this.#session.clear();
    const emitters = [this.#started, this.#ended, this.#completed, this.#answered, this.#taken, this.#happened];
    for (const emitter of emitters) emitter.dispose();
  }

  /** Has the engine read the prompt at the cursor of an editor, so that the next key finds it read. Nobody waits for it. */
  async readAhead({ document, selection }: vscode.TextEditor): Promise<void> {
    const spot = this.#spots.at(document, selection.active);
    if ('why' in spot || (await this.#privacyOf(document)) !== null) return;
    const settings = this.#services.settings(document);
    const workspace = await this.#services.documents.idOf(document.uri);
    const request = await this.#surroundings.requestFor(spot, { ...settings, lines: 'one' }, workspace);
    const maxTokens = { one: 1, many: settings.maxTokens };
    const options = { workspace, supersedes: false, maxTokens, class: 'background' as const };
    await this.#services.completer.complete(spot.model, request, options);
  }

  /** Why nothing is shown at the cursor of an editor; null: something is, or nothing was asked there yet. */
  async silenceAt({ document, selection }: vscode.TextEditor): Promise<Silence | null> {
    const privacy = await this.#privacyOf(document);
    if (privacy !== null) return privacy;
    const spot = this.#spots.at(document, selection.active);
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
    const { Automatic } = vscode.InlineCompletionTriggerKind;
    const asked = this.#renewing ? { ...context, triggerKind: Automatic } : context;
    this.#renewing = false;
    const stay = (silence: Silence): [] => {
      this.#stayedAt = { document, version, position, silence };
      this.#answered.fire(silence);
      return [];
    };
    try {
      const spot = this.#spots.at(document, position, asked);
      if ('why' in spot) return stay(spot);
      const privacy = await this.#privacyOf(document);
      if (privacy !== null) return stay(privacy);
      const offer = await this.#session.suggest(this.#callFor(spot), abort.signal);
      if (offer === undefined || abort.signal.aborted) return [];
      this.#services.saw.gave(spot.place, offer !== null);
      if (offer === null) return stay(this.#silenceOn(spot));
      this.#stayedAt = undefined;
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

  #changed({ document, contentChanges, reason }: vscode.TextDocumentChangeEvent): void {
    if (contentChanges.length === 0) return;
    const inFront = document === vscode.window.activeTextEditor?.document;
    if (inFront) {
      this.#session.key();
      const { enabled, eagerness } = this.#services.settings(document);
      if (enabled) this.#services.threshold.key(eagerness);
    }
    const { Undo, Redo } = vscode.TextDocumentChangeReason;
    const how = reason === Undo ? 'undone' : reason === Redo ? 'redone' : 'written';
    for (const { rangeOffset: offset, rangeLength: length, text } of contentChanges)
      this.#session.edited(document.uri.toString(), { offset, length, text }, how);
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

  #callFor(spot: Spot): Call {
    return {
      place: spot.place,
      explicit: spot.explicit,
      afterAccept: spot.afterAccept,
      debounceMs: this.#services.settings(spot.document).debounceMs,
      run: (signal, onText, onFirst) => this.#run(spot, { signal, onText, onFirst }),
      after: (full, over) => {
        const next = this.#spots.after(spot, full, over);
        return next && { ...this.#callFor(next), run: (signal, onText) => this.#runAhead(next, { signal, onText }) };
      },
    };
  }

  /** What the person may come to: nobody hears of it, and whatever else is asked goes before it. */
  async #runAhead(spot: Spot, listening: Listening): Promise<CompletionOutcome> {
    return this.#complete(spot, listening, { ahead: true, class: 'background' });
  }

  async #complete(spot: Spot, listening: Listening, more: Partial<CompletionOptions>): Promise<CompletionOutcome> {
    const { document, model } = spot;
    const settings = this.#services.settings(document);
    const { maxTokens, eagerness } = settings;
    const workspace = await this.#services.documents.idOf(document.uri);
    const request = await this.#surroundings.requestFor(spot, settings, workspace);
    this.#eagerness = eagerness;
    // Who asks for a suggestion wants to see what there is.
    const prudence = spot.explicit ? undefined : this.#services.threshold.prudence(eagerness);
    return this.#services.completer.complete(model, request, {
      workspace,
      document: document.uri.toString(),
      maxTokens: { one: Math.min(MAX_TOKENS.one, maxTokens), many: maxTokens },
      ngram: settings.usesProjectCode,
      ...(prudence ? { prudence } : { answers: MOST_ANSWERS }),
      ...listening,
      ...more,
    });
  }

  async #run(spot: Spot, listening: Listening): Promise<CompletionOutcome> {
    this.#started.fire();
    let usage: RequestUsage | undefined;
    try {
      const outcome = await this.#complete(spot, listening, { seen: true });
      usage = outcome.result;
      this.#services.saw.note(this.#surroundings.seen(spot, outcome));
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
          if (!('why' in spot)) next = this.#callFor(spot);
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

type Listening = Pick<CompletionOptions, 'signal' | 'onText' | 'onFirst'>;

function itemFor({ place, range, chosen }: Spot, draft: Draft): vscode.InlineCompletionItem {
  const full = fullOf(place, draft);
  return new vscode.InlineCompletionItem(chosen + full, range.with(range.start, range.end.translate(0, draft.over)), {
    title: 'Quire: suggestion accepted',
    command: ACCEPTED_COMMAND,
    arguments: [full],
  });
}

/** As much before the cursor as tells a place from others for as long as it matters. */
const silenceKey = ({ path, prefix }: Place): string => `${path}\0${prefix.slice(-256)}`;
