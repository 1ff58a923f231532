/** Ghost text, as the extension registers it. */
import * as vscode from 'vscode';
import type { ModelInfo } from '../engine/protocol/index.ts';
import type { Host } from '../host.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { registerEagerness } from './chooseEagernessCommand.ts';
import { Completer } from './completer.ts';
import { EditorContext } from './context/editorContext.ts';
import { fimLayoutOf, whyNoCompletion } from './fimLayouts.ts';
import { type NotesAsked, NotesFeed } from './notesFeed.ts';
import type { FileNotes } from './projectNotes.ts';
import { notesRoom } from './prompt.ts';
import { CompletionProvider, type DocumentAccess } from './provider.ts';
import { RestReader } from './restReader.ts';
import { SeenAnswers } from './saw/records.ts';
import { SettingsCache } from './settings.ts';
import { registerShowSaw } from './showSawCommand.ts';
import type { Explanation, IndexProgress } from './silence.ts';
import { SilenceWatch } from './silenceWatch.ts';
import { Surroundings } from './surroundings.ts';
import { Syntax } from './syntax/syntax.ts';
import { Threshold } from './threshold.ts';
import { budgetFor, tokensIn, type WindowBudget } from './window.ts';

export { whyNoCompletion } from './fimLayouts.ts';

export interface CompletionNeeds {
  grammars: Grammars;
  /** The open model; undefined while there is none. */
  model(): ModelInfo | undefined;
  documents: DocumentAccess & { onDidLearn: vscode.Event<void>; onDidChangePrivacy: vscode.Event<void> };
  isEnabled(document: vscode.TextDocument): boolean;
  /** The engine lost the model: it has to be opened again. */
  onModelLost(): void;
  memory: {
    /** What helps to complete a file; undefined where it has no memory, or the signal was aborted. */
    notesOn(uri: vscode.Uri, asked: NotesAsked, signal: AbortSignal): Promise<FileNotes | undefined>;
    /** Of a workspace; undefined: of any. */
    onDidChange(listener: (workspace: string | undefined) => void): vscode.Disposable;
  };
  /** Why nothing is shown at the cursor, once it has come to rest; undefined: nothing is to be said of it. */
  onSilence(explanation: Explanation | undefined): void;
}

export function registerCompletion(host: Host, needs: CompletionNeeds): CompletionProvider {
  const settings = new SettingsCache(needs.isEnabled);
  const { threshold, ...keeping } = keptThreshold(host.context.globalState);
  const model = () => {
    const model = needs.model();
    return model && !whyNoCompletion(model) ? model : undefined;
  };
  const budget = (document: vscode.TextDocument): WindowBudget | undefined => {
    const open = model();
    return open && budgetFor(open, settings.of(document).maxTokens, fimLayoutOf(open).order);
  };
  const feed = new NotesFeed({
    room(document) {
      const [open, room] = [model(), budget(document)];
      return open && room ? tokensIn(notesRoom(open, room)) : 0;
    },
    isPrivate: (uri) => needs.documents.isPrivate(uri),
    idOf: (uri) => needs.documents.idOf(uri),
    ask: (uri, asked, signal) => needs.memory.notesOn(uri, asked, signal),
  });
  const context = new EditorContext({
    grammars: needs.grammars,
    budget,
    isPrivate: (uri) => needs.documents.isPrivate(uri),
    idOf: (uri) => needs.documents.idOf(uri),
    search: (params, options) => host.engine.search(params, options),
    async heads(document) {
      const room = budget(document);
      return room ? surroundings.heads(document, room) : [];
    },
    // Where the engine cannot, the next key says so.
    onChanged: (editor) => void provider.readAhead(editor).catch(() => undefined),
  });
  const surroundings = new Surroundings({
    documents: needs.documents,
    notes: (file) => feed.notes.of(file),
    context,
  });
  const saw = new SeenAnswers();
  const provider = new CompletionProvider({
    model,
    completer: new Completer(host.engine, new Syntax(needs.grammars)),
    settings: (document) => settings.of(document),
    documents: needs.documents,
    surroundings,
    threshold,
    saw,
    onError(kind, error) {
      host.report(error);
      if (kind === 'modelUnknown') needs.onModelLost();
    },
  });
  const rest = new RestReader({
    async read(signal, writes) {
      const [editor, open] = [vscode.window.activeTextEditor, model()];
      if (!editor || !open) return;
      const ahead = open.parameters < QUICK || (writes && budget(editor.document)?.pieces === 0);
      if (ahead) await provider.readAhead(editor, signal).catch(() => undefined);
    },
  });
  const watch = new SilenceWatch({
    async silence() {
      const editor = vscode.window.activeTextEditor;
      return editor === undefined ? null : provider.silenceAt(editor).catch(() => null);
    },
    index: () => indexProgress(host, needs.model()),
    tell: needs.onSilence,
  });
  const reset = () => {
    threshold.reset();
    keeping.save();
    provider.reset();
  };
  host.subscriptions.push(
    provider.register(),
    keeping,
    registerEagerness(threshold, reset),
    registerShowSaw(saw),
    vscode.commands.registerCommand('quire.resetSuggestions', reset),
    watch,
    rest,
    feed,
    context,
    needs.documents.onDidChangePrivacy(() => provider.reset()),
    needs.memory.onDidChange((workspace) => feed.changed(workspace)),
    provider.onDidAnswer(() => watch.changed()),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor !== vscode.window.activeTextEditor) return;
      watch.changed();
      rest.moved();
    }),
    vscode.window.onDidChangeActiveTextEditor(() => {
      watch.changed();
      rest.came();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && document === vscode.window.activeTextEditor?.document) rest.typed();
    }),
    provider.onDidComplete(({ source, debounceMs, requestMs, firstTokenMs, shown, rejectedBy }) => {
      const outcome = shown ? 'shown' : `not shown (${rejectedBy})`;
      const times = `waited ${ms(debounceMs)}, took ${ms(requestMs)}, first token ${ms(firstTokenMs)}`;
      host.log({ level: 'debug', message: `completion: ${source}, ${times}, ${outcome}` });
    }),
    needs.documents.onDidLearn(() => {
      provider.expire();
      watch.changed();
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration('quire')) return;
      settings.forget();
      provider.reset();
      watch.changed();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => settings.forget()),
  );
  watch.changed();
  return provider;
}

/**
 * Models with fewer parameters read a prompt in about a second wherever they run. Larger ones read ahead while somebody writes, and
 * not wherever one looks; those that are shown pieces of other places, when these are known.
 */
const QUICK = 1e8;
const THRESHOLD_KEY = 'quire.threshold';
const SAVE_MS = 30_000;

/** The threshold as it was kept; it is kept again every half minute, where something was learned, and at the end. */
function keptThreshold(memento: vscode.Memento): { threshold: Threshold; save(): void; dispose(): void } {
  const threshold = new Threshold(memento.get(THRESHOLD_KEY, {}));
  let kept = JSON.stringify(threshold);
  const save = () => {
    const now = JSON.stringify(threshold);
    if (now !== kept) void memento.update(THRESHOLD_KEY, threshold.toJSON());
    kept = now;
  };
  const timer = setInterval(save, SAVE_MS);
  return {
    threshold,
    save,
    dispose() {
      clearInterval(timer);
      save();
    },
  };
}

/** How far the engine has read the files of the project, for the open model. */
async function indexProgress({ engine }: Host, model: ModelInfo | undefined): Promise<IndexProgress | undefined> {
  if (model === undefined || engine.state.kind !== 'ready') return undefined;
  const status = await engine.status().catch(() => undefined);
  return status?.models.find(({ info }) => info.id === model.id)?.ngram ?? undefined;
}

const ms = (value: number | null): string => (value === null ? 'none' : `${value.toFixed(1)} ms`);
