/** What the engine is asked for a place in an editor, and what is noted of its answers. */
import * as vscode from 'vscode';
import { MOST_ANSWERS, type ModelInfo } from '../engine/protocol/index.ts';
import type { Call } from './call.ts';
import { type Completer, type CompletionOptions, type CompletionOutcome, type First, MAX_TOKENS } from './completer.ts';
import type { Eagerness } from './eagerness.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import type { SeenAnswers } from './saw/records.ts';
import type { CompletionSettings } from './settings.ts';
import { silenceOf } from './silence.ts';
import type { Silences } from './silences.ts';
import type { Spots } from './spots.ts';
import type { DocumentAccess, Spot, Surroundings } from './surroundings.ts';
import type { Threshold } from './threshold.ts';
import { budgetFor, prefixWindow } from './window.ts';

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
  /** Called once for each kind of error until it is told anew. The message is for the user. */
  onError(kind: string, error: Error): void;
}

/** The window is about to begin elsewhere: so much before, what it will show is read. Characters, in UTF-16 units. */
const SOON = 100;

export type RequestUsage = Pick<CompletionOutcome['result'], 'promptTokens' | 'cachedTokens' | 'generatedTokens'>;
type Listening = Pick<CompletionOptions, 'signal' | 'onText' | 'onFirst'>;

export class Requests implements vscode.Disposable {
  readonly #services: CompletionServices;
  readonly #spots: Spots;
  readonly #silences: Silences;
  readonly #started = new vscode.EventEmitter<void>();
  readonly #ended = new vscode.EventEmitter<RequestUsage | undefined>();
  #eagerness: Eagerness = 'balanced';

  /** A request to the engine began; it ends with {@link onDidEnd}, without usage where it failed. */
  readonly onDidStart = this.#started.event;
  readonly onDidEnd = this.#ended.event;

  constructor(services: CompletionServices, spots: Spots, silences: Silences) {
    this.#services = services;
    this.#spots = spots;
    this.#silences = silences;
  }

  /** Where the latest suggestion was asked for. */
  get eagerness(): Eagerness {
    return this.#eagerness;
  }

  dispose(): void {
    this.#started.dispose();
    this.#ended.dispose();
  }

  /** What a session is to know of a place: where it is, how long to wait there, and how the engine is asked. */
  callFor(spot: Spot): Call {
    return {
      place: spot.place,
      explicit: spot.explicit,
      afterAccept: spot.afterAccept,
      debounceMs: this.#services.settings(spot.document).debounceMs,
      run: (signal, onText, onFirst) => this.#run(spot, { signal, onText, onFirst }),
      after: (full, over) => {
        const next = this.#spots.after(spot, full, over);
        return next && { ...this.callFor(next), run: (signal, onText) => this.#runAhead(next, { signal, onText }) };
      },
    };
  }

  /**
   * Has the engine read the prompt of a place, so that the next key finds it read; and what the prompt will be a little
   * further on, where the window begins elsewhere by then: all of it is read anew there. Nobody waits for it.
   */
  async readAhead(spot: Spot, signal?: AbortSignal): Promise<void> {
    const settings = this.#services.settings(spot.document);
    const workspace = await this.#services.documents.idOf(spot.document.uri);
    const request = await this.#services.surroundings.requestFor(spot, { ...settings, lines: 'one' }, workspace);
    const maxTokens = { one: 1, many: settings.maxTokens };
    const options = {
      workspace,
      supersedes: false,
      maxTokens,
      class: 'background' as const,
      ...(signal && { signal }),
    };
    const read = (soon: number) => this.#services.completer.complete(spot.model, { ...request, soon }, options);
    await read(0);
    const budget = budgetFor(spot.model, settings.maxTokens, fimLayoutOf(spot.model).order);
    const shown = (soon: number) => prefixWindow(spot.place.prefix, budget.prefix, spot.before, soon).length;
    if (!signal?.aborted && shown(SOON) !== shown(0)) await read(SOON);
  }

  /** What the person may come to: nobody hears of it, and whatever else is asked goes before it. */
  async #runAhead(spot: Spot, listening: Listening): Promise<CompletionOutcome> {
    const outcome = await this.#complete(spot, listening, { ahead: true, class: 'background', seen: true });
    this.#note(spot, outcome);
    return outcome;
  }

  async #complete(spot: Spot, listening: Listening, more: Partial<CompletionOptions>): Promise<CompletionOutcome> {
    const { document, model } = spot;
    const settings = this.#services.settings(document);
    const { maxTokens, eagerness } = settings;
    const workspace = await this.#services.documents.idOf(document.uri);
    const request = await this.#services.surroundings.requestFor(spot, settings, workspace);
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

  #note(spot: Spot, outcome: CompletionOutcome): void {
    this.#services.saw.note(this.#services.surroundings.seen(spot, outcome));
  }

  async #run(spot: Spot, listening: Listening): Promise<CompletionOutcome> {
    this.#started.fire();
    let usage: RequestUsage | undefined;
    let first: First | undefined;
    const onFirst = (shown: First) => {
      first = shown;
      listening.onFirst?.(shown);
    };
    try {
      const outcome = await this.#complete(spot, { ...listening, onFirst }, { seen: true });
      usage = outcome.result;
      // Its first line may have been shown, and taken, before it was ended.
      this.#note(
        spot,
        outcome.shown === null && first ? { ...outcome, ...first, shown: first.text, rejectedBy: null } : outcome,
      );
      const silence = silenceOf(outcome);
      if (silence !== null || outcome.shown !== null) this.#silences.note(spot.place, silence);
      return outcome;
    } catch (error) {
      this.#silences.note(spot.place, { why: 'failed' });
      throw error;
    } finally {
      this.#ended.fire(usage);
    }
  }
}
