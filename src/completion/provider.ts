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
import type { FileNotes } from './projectNotes.ts';
import type { SeenAnswers } from './saw/records.ts';
import { type Call, type CompletionTiming, Session } from './session.ts';
import type { CompletionSettings } from './settings.ts';
import { type Silence, silenceOf } from './silence.ts';
import type { Place } from './suggestions.ts';
import type { DocumentAccess, Spot, Surroundings } from './surroundings.ts';
import { isBlank, lineAfter, lineBefore } from './text.ts';
import type { Threshold } from './threshold.ts';
import { refusalAt } from './trigger.ts';
import { budgetFor } from './window.ts';

export type { CompletionTiming } from './session.ts';
export type { DocumentAccess } from './surroundings.ts';

/** Runs when a suggestion is accepted; {@link CompletionProvider.register} registers it. */
export const ACCEPTED_COMMAND = 'quire.accepted';

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

/** What is read of a document at least, in UTF-16 units to each side: enough to recognise a place. */
const LEAST_READ = 1024;

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
    this.#surroundings = services.surroundings;
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
      vscode.commands.registerCommand(ACCEPTED_COMMAND, () => this.#accepted()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0) return;
        const inFront = document === vscode.window.activeTextEditor?.document;
        if (inFront) {
          this.#session.key();
          const { enabled, eagerness } = this.#services.settings(document);
          if (enabled) this.#services.threshold.key(eagerness);
        }
        for (const { rangeOffset } of contentChanges) this.#session.edited(document.uri.toString(), rangeOffset);
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
    for (const emitter of [this.#started, this.#ended, this.#completed, this.#answered, this.#taken]) emitter.dispose();
  }

  /** Has the engine read the prompt at the cursor of an editor, so that the next key finds it read. Nobody waits for it. */
  async readAhead({ document, selection }: vscode.TextEditor): Promise<void> {
    const triggerKind = vscode.InlineCompletionTriggerKind.Automatic;
    const spot = this.#spotAt(document, selection.active, { triggerKind, selectedCompletionInfo: undefined });
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
      this.#services.saw.gave(spot.place, draft !== null);
      if (draft === null) return stay(this.#silenceOn(spot));
      this.#stayedAt = undefined;
      this.#lastShown = { ...this.#surroundings.notedIn(spot.place.path), uri: document.uri };
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
    const request = await this.#surroundings.requestFor(spot, settings, workspace);
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
        seen: true,
        signal,
        onText,
      });
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

/** As much before the cursor as tells a place from others for as long as it matters. */
const silenceKey = ({ path, prefix }: Place): string => `${path}\0${prefix.slice(-256)}`;
