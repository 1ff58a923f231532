/** What lies before the person's eyes and could be attached: the selection and the active file. Their text is not read. */
import * as vscode from 'vscode';
import { isWritable } from '../../files/schemes.ts';
import { labelOf } from './attachment.ts';
import { type EditorGate, nameOf } from './editorGate.ts';
import type { Offer } from './sources.ts';

/** A selection that is dragged changes with every letter, in ms. */
const SETTLES_MS = 80;

export class EditorOffers implements vscode.Disposable {
  readonly #gate: EditorGate;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  readonly onDidChange = this.#changed.event;
  #editor = vscode.window.activeTextEditor;
  #offers: Offer[] = [];
  #timer: NodeJS.Timeout | undefined;
  #round = 0;

  constructor(gate: EditorGate) {
    this.#gate = gate;
    this.#subscriptions = [
      this.#changed,
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        // While the chat has the focus there may be none: what was active last is still before their eyes.
        if (editor && isWritable(editor.document.uri.scheme)) this.#editor = editor;
        this.#soon();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.#soon()),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === this.#editor) this.#soon();
      }),
    ];
    this.#soon();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const one of this.#subscriptions) one.dispose();
  }

  /** The editor that is meant by "here"; undefined where none is seen. */
  get editor(): vscode.TextEditor | undefined {
    const editor = this.#editor;
    if (editor && vscode.window.visibleTextEditors.includes(editor)) return editor;
    const active = vscode.window.activeTextEditor;
    return active && isWritable(active.document.uri.scheme) ? active : undefined;
  }

  get now(): Offer[] {
    return this.#offers;
  }

  /** What an offer stands for, if that is still there. */
  taken(id: string): { document: vscode.TextDocument; selection?: vscode.Selection } | undefined {
    const { editor } = this;
    if (editor === undefined || !offersOf(editor).some((offer) => offer.id === id)) return undefined;
    const { document, selection } = editor;
    return id.startsWith('selection ') ? { document, selection } : { document };
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), SETTLES_MS);
  }

  async #look(): Promise<void> {
    const round = ++this.#round;
    const { editor } = this;
    const allowed = editor !== undefined && (await this.#gate.refusalOf(editor.document)) === undefined;
    if (round !== this.#round) return;
    const offers = allowed ? offersOf(editor) : [];
    if (JSON.stringify(offers) === JSON.stringify(this.#offers)) return;
    this.#offers = offers;
    this.#changed.fire();
  }
}

function offersOf({ document, selection }: vscode.TextEditor): Offer[] {
  const name = nameOf(document.uri);
  const file = { id: `file ${document.uri}`, label: name };
  if (selection.isEmpty) return [file];
  const { start, end } = selection;
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  const range = `${start.line}:${start.character}-${end.line}:${end.character}`;
  return [{ id: `selection ${document.uri} ${range}`, label: labelOf(name, [start.line + 1, last]) }, file];
}
