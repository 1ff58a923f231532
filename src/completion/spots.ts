/** From the editor's documents and positions to places: what is near a cursor, or why nothing is to be asked there. */
import * as vscode from 'vscode';
import type { ModelInfo } from '../engine/protocol/index.ts';
import { isWritable } from '../files/schemes.ts';
import { fimLayoutOf } from './fimLayouts.ts';
import type { CompletionSettings } from './settings.ts';
import type { Silence } from './silence.ts';
import type { Spot } from './surroundings.ts';
import { isBlank, lineAfter, lineBefore } from './text.ts';
import { type Refusal, refusalAt } from './trigger.ts';
import { budgetFor } from './window.ts';

export interface SpotNeeds {
  /** The open model; undefined while there is none. */
  model(): ModelInfo | undefined;
  settings(document: vscode.TextDocument): CompletionSettings;
  /** A part of a document was read, from `start` on. */
  onRead(path: string, start: number, text: string): void;
}

export type Asked = Pick<vscode.InlineCompletionContext, 'triggerKind' | 'selectedCompletionInfo'>;

/** The editor asks by itself, and nothing is chosen in its list. */
export const AUTOMATIC: Asked = {
  triggerKind: vscode.InlineCompletionTriggerKind.Automatic,
  selectedCompletionInfo: undefined,
};

/** What is read of a document at least, in UTF-16 units to each side: enough to recognise a place. */
const LEAST_READ = 1024;

export class Spots {
  readonly #needs: SpotNeeds;
  #acceptedAt: { uri: string; offset: number } | undefined;

  constructor(needs: SpotNeeds) {
    this.#needs = needs;
  }

  /** Reads what is near the cursor, or says why nothing is to be asked there. Never reads a whole large document. */
  at(
    document: vscode.TextDocument,
    position: vscode.Position,
    { triggerKind, selectedCompletionInfo: widget }: Asked = AUTOMATIC,
  ): Spot | Silence {
    const model = this.#needs.model();
    if (model === undefined) return { why: 'noModel' };
    if (!isWritable(document.uri.scheme)) return { why: 'notWritable' };
    const settings = this.#needs.settings(document);
    if (!settings.enabled) return { why: 'off' };

    const chosen = widget?.text ?? '';
    const range = widget?.range ?? new vscode.Range(position, position);
    const budget = budgetFor(model, settings.maxTokens, fimLayoutOf(model).order);
    const offset = document.offsetAt(range.start);
    const from = document.positionAt(Math.max(0, offset - Math.max(LEAST_READ, budget.prefix + 1)));
    const to = document.positionAt(document.offsetAt(range.end) + Math.max(LEAST_READ, budget.suffix));
    const prefix = document.getText(new vscode.Range(from, range.start)) + chosen;
    const suffix = document.getText(new vscode.Range(range.end, to));
    const before = document.offsetAt(from);
    const uri = document.uri.toString();
    if (widget === undefined) this.#needs.onRead(uri, before, prefix + suffix);

    const explicit = triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const refusal = refusalIn(document, prefix, suffix, explicit);
    if (refusal !== null) return { why: refusal };
    return {
      document,
      model,
      place: { path: uri, prefix, suffix, offset: offset + chosen.length },
      before,
      range,
      chosen,
      explicit,
      afterAccept: this.#justAccepted(uri, offset),
      version: document.version,
    };
  }

  /**
   * Where the cursor will be once a text is taken; undefined where nothing is to be asked then.
   * @param full what goes in, with the first `over` units after the cursor, which stay.
   */
  after(spot: Spot, full: string, over: number): Spot | undefined {
    const { document, place, chosen } = spot;
    const prefix = place.prefix + full;
    const suffix = place.suffix.slice(over);
    if (chosen !== '' || place.offset === undefined || refusalIn(document, prefix, suffix, false)) return undefined;
    const next = { ...place, prefix, suffix, offset: place.offset + full.length };
    return { ...spot, place: next, explicit: false, afterAccept: true, version: -1 };
  }

  /** A suggestion was taken, and the cursor is where that left it. */
  accepted(uri: vscode.Uri, offset: number): void {
    this.#acceptedAt = { uri: uri.toString(), offset };
  }

  /** The cursor is where the last accepted suggestion left it; anywhere else, or later, that says nothing any more. */
  #justAccepted(uri: string, offset: number): boolean {
    const at = this.#acceptedAt;
    if (at?.uri === uri && at.offset === offset) return true;
    if (at?.uri === uri) this.#acceptedAt = undefined;
    return false;
  }
}

function refusalIn(document: vscode.TextDocument, prefix: string, suffix: string, explicit: boolean): Refusal | null {
  const editor = vscode.window.activeTextEditor;
  const inFront = editor?.document === document;
  return refusalAt({
    before: lineBefore(prefix),
    rest: lineAfter(suffix),
    fileBlank: isBlank(prefix),
    cursors: inFront ? editor.selections.length : 1,
    selecting: inFront && !editor.selection.isEmpty,
    explicit,
  });
}
