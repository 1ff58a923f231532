/** What the tools of a model reach in the editor: files by the gate, the project's index, changes under review, a terminal. */
import * as vscode from 'vscode';
import type { EditReviews } from './apply/reviewEditor.ts';
import { type EditorGate, nameOf } from './context/editorGate.ts';
import type { SearchProject, ToolFiles } from './context/sources.ts';
import { CommandTerminal } from './editorShell.ts';
import type { LoopTool } from './tools/loop.ts';
import { quireTools } from './tools/quireTools.ts';
import type { ParsedCall } from './tools/tool.ts';

export interface EditorToolsNeeds {
  files: ToolFiles;
  gate: EditorGate;
  search: SearchProject;
  reviews: EditReviews;
}

interface Decided {
  kind: 'applied' | 'undone' | 'refused';
  words: string;
}

export class EditorTools implements vscode.Disposable {
  readonly #needs: EditorToolsNeeds;
  readonly #terminal = new CommandTerminal();
  /** In the order in which a model is told of them; none where no folder is open. */
  readonly all: readonly LoopTool[];

  constructor(needs: EditorToolsNeeds) {
    this.#needs = needs;
    const places = {
      files: needs.files,
      search: (query: string, signal: AbortSignal) => this.#search(query, signal),
      edit: (path: string, blocks: string, signal: AbortSignal, say: (words: string) => void) =>
        this.#edit(path, blocks, signal, say),
      run: (command: string, signal: AbortSignal, say: (words: string) => void) =>
        this.#terminal.run(command, signal, say),
    };
    this.all = vscode.workspace.workspaceFolders?.length ? quireTools(places) : [];
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  /** Shows the command as it is; closing the question is a no. */
  async confirm({ arguments: { command } }: ParsedCall): Promise<boolean> {
    // What cannot be shown is refused by the tool itself, in words.
    if (!CommandTerminal.canAsk(String(command))) return true;
    const answer = await vscode.window.showWarningMessage(
      'The model wants to run this command in a terminal. Run it?',
      { modal: true, detail: String(command) },
      'Run',
    );
    return answer === 'Run';
  }

  async #search(query: string, signal: AbortSignal) {
    const { search, gate } = this.#needs;
    const found = [];
    for (const { uri, lines, text } of await search(query, signal)) {
      const place = vscode.Uri.parse(uri);
      // The index passes private files over; a rule may have come since.
      if (!(await gate.isPrivate(place))) found.push({ path: nameOf(place), lines, text });
    }
    return found;
  }

  async #edit(path: string, blocks: string, signal: AbortSignal, say: (words: string) => void): Promise<Decided> {
    const { gate, reviews } = this.#needs;
    const place = await gate.inside(path);
    if (place.refused !== undefined) return { kind: 'refused', words: place.refused };
    const opened = await gate.open(place.uri);
    if (opened.refused !== undefined) return { kind: 'refused', words: opened.refused };
    if (signal.aborted) return { kind: 'refused', words: '' };
    const target = opened.document.uri;
    const name = nameOf(target);
    const decision = decided(reviews, opened.document, signal);
    try {
      const block = { code: blocks, language: '', info: '', path: name };
      const { kind, words } = await reviews.apply(target, block, { ask: (asked) => ask(asked, signal) });
      if (kind !== 'review') return { kind, words };
      say(`Accept or reject the changes in ${name}`);
      return await decision.promise;
    } finally {
      decision.dispose();
    }
  }
}

/** Waits for what the person decides on the changes in a document. */
function decided(
  reviews: EditReviews,
  document: vscode.TextDocument,
  signal: AbortSignal,
): { promise: Promise<Decided>; dispose(): void } {
  const { promise, resolve } = Promise.withResolvers<Decided>();
  const subscriptions = [
    reviews.onDidSettle(({ target, kind, words }) => {
      if (target.toString() === document.uri.toString()) resolve({ kind, words });
    }),
    vscode.workspace.onDidCloseTextDocument((closed) => {
      if (closed === document)
        resolve({
          kind: 'refused',
          words: 'The file was closed before that was decided: read it to see what it holds.',
        });
    }),
  ];
  signal.addEventListener('abort', () => resolve({ kind: 'refused', words: 'Stopped.' }), { once: true });
  return { promise, dispose: () => subscriptions.forEach((one) => void one.dispose()) };
}

async function ask(words: string, signal: AbortSignal): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(words, { modal: true }, 'Apply');
  return answer === 'Apply' && !signal.aborted;
}
