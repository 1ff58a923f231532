/** The chat, as the extension registers it: panel, conversations on disk, commands. */
import * as vscode from 'vscode';
import type { ChatMessage, SearchResult } from '../engine/protocol/index.ts';
import type { Host } from '../host.ts';
import type { Grammars } from '../syntax/grammars.ts';
import { EditReviews } from './apply/reviewEditor.ts';
import { CodeActions } from './codeActions.ts';
import { registerCommitMessage } from './commands/commitMessageCommand.ts';
import { registerAskCommands } from './commands/editorAskCommand.ts';
import { EditorPrompts } from './commands/editorPrompts.ts';
import type { PromptValues } from './commands/promptFile.ts';
import { SLASH_COMMANDS } from './commands/slashCommands.ts';
import { attachmentOf } from './context/attachment.ts';
import { EditorSources } from './context/editorSources.ts';
import { MENTIONS } from './context/kinds.ts';
import type { Resolved, SearchHit } from './context/sources.ts';
import { ChatController } from './controller.ts';
import type { KeptAttachment } from './conversation/entries.ts';
import { forgetChats, redactChats } from './conversation/forget.ts';
import { openStore } from './conversation/open.ts';
import { type ChatsOf, makeChatsFolder } from './conversation/place.ts';
import type { Question } from './draft.ts';
import { EditorTools } from './editorTools.ts';
import { expand } from './expand.ts';
import { DELETED, showHistory } from './history.ts';
import { lastShown, rememberShown, retain } from './keeping.ts';
import { openLink } from './links.ts';
import type { ChatMemory } from './memory.ts';
import { ChatModels } from './models.ts';
import { ChatPanel } from './panel.ts';
import { Planner } from './plan.ts';
import { splitReasoning } from './prompt/reasoning.ts';
import { answerBySearch } from './searchAnswer.ts';

export interface ChatFeatureNeeds {
  /** Secret or ignored: such a file reaches no model. */
  isPrivate(uri: vscode.Uri): Promise<boolean>;
  /** The engine's id of the workspace that a document or folder belongs to. */
  idOf(uri: vscode.Uri): Promise<string>;
  grammars: Grammars;
  memory: ChatMemory;
}

export interface ChatFeature {
  controller: ChatController;
  panel: ChatPanel;
  sources: EditorSources;
  reviews: EditReviews;
  /** Asks in the panel, which is shown for it. */
  ask(question: Question): Promise<void>;
  /** Removes the conversations of a folder for good. @throws Error in words where one cannot be removed. */
  forget(folder: string): Promise<void>;
  /**
   * Takes what was recalled out of the conversations of a folder, once it is erased from the memory.
   * @param ids of what is erased; absent: all. @throws Error in words where one cannot be changed.
   */
  redact(folder: vscode.Uri, ids?: readonly number[]): Promise<void>;
}

/** Of a window without a folder. */
const NO_FOLDER = vscode.Uri.parse('quire-chat:window');
/** Places that a question is answered with, and that `@codebase` attaches. */
const PLACES = 6;
/** A first question waits so long for files that were not read yet; it is shown, and can be stopped. */
const SEARCH_MS = 30_000;

export function registerChat(host: Host, needs: ChatFeatureNeeds): ChatFeature {
  const { engine, subscriptions } = host;
  const report = (error: unknown) => host.report(inWords(error));
  const folder = () => vscode.workspace.workspaceFolders?.[0]?.uri ?? NO_FOLDER;
  const log = (message: string) => host.log({ level: 'info', message: `chat: ${message}` });
  const search = async (query: string, waitMs: number, signal: AbortSignal): Promise<SearchResult> => {
    const workspace = await needs.idOf(folder());
    const found = await engine.search({ workspace, query, top: PLACES, waitMs }, { signal });
    if (found.places.length > 0 || found.reading === 1) return found;
    throw new Error(
      `The files of the project are still being read (${Math.floor(found.reading * 100)} %): ask again in a while.`,
    );
  };
  const searchProject = async (query: string, signal: AbortSignal): Promise<SearchHit[]> =>
    (await search(query, SEARCH_MS, signal)).places.map(({ path, start, end, text }) => ({
      uri: vscode.Uri.joinPath(folder(), path).toString(),
      lines: [start, end],
      text,
    }));
  const sources = new EditorSources({ isPrivate: needs.isPrivate, search: searchProject });
  const prompts = new EditorPrompts(sources.gate);
  const expanding = {
    sources,
    promptNamed: (name: string) => prompts.named(name),
    promptValues: () => valuesOf(sources),
    async readPromptFile(path: string, signal: AbortSignal) {
      const read = await sources.readForTool(path, signal);
      if (read.refused !== undefined) return { refused: read.refused };
      const { text, uri, language } = read;
      return { attachment: attachmentOf('file', path, text, { uri, ...(language ? { language } : {}) }) };
    },
  };
  const store = openStore(chatsOf(folder()), (words) => report(new Error(words)));
  const rules = { isPrivate: needs.isPrivate };
  const reviews = new EditReviews(needs.grammars, rules);
  const code = new CodeActions(reviews, rules, (place, outcome) => controller.blockBecame(place, outcome));
  const tools = new EditorTools({ files: sources, gate: sources.gate, search: searchProject, reviews });
  const models = new ChatModels(host.models, () => controller.modelChanged());
  const panel = new ChatPanel({
    extensionUri: host.context.extensionUri,
    handle(message) {
      // A view that comes opens the model: whoever looks at the panel is about to ask.
      if (message.type === 'ready') {
        models.ready().catch(() => undefined);
        // The list of files is there when the first `@` is written.
        sources.suggest('file', 'a', new AbortController().signal).catch(() => undefined);
      }
      void controller.handle(message);
    },
  });
  const controller = new ChatController(
    {
      engine,
      planner: new Planner(engine, () => (setting('tools', true) ? tools.all.map(({ spec }) => spec) : [])),
      tools: tools.all,
      confirm: (call) => tools.confirm(call),
      model: () => models.ready(),
      workspace: () => needs.idOf(folder()),
      temperature: () => setting('temperature', 0.2),
      textOf: async (place) => {
        if ('path' in place) return (await sources.readForTool(place.path, new AbortController().signal)).text;
        return (await sources.gate.open(vscode.Uri.parse(place.uri))).document?.getText();
      },
      search: (question, signal) => answerBySearch(question.text, (query) => search(query, SEARCH_MS, signal)),
      isWithoutModel: () => models.missing,
      memory: needs.memory,
      tell(message) {
        panel.tell(message);
        if (message.type === 'snapshot') rememberShown(host.context.workspaceState, message.snapshot.conversation.id);
      },
      log,
      begin: async () => (await store).create(),
      open: async (id) => (await store).open(id),
      close: async (id) => (await store).close(id),
      modelShown: () => models.shown,
      context: sources,
      commands: () => [...SLASH_COMMANDS, ...prompts.all].map(({ name, description }) => ({ name, description })),
      mentions: () => [...MENTIONS],
      expand: (question, signal) => expand(question, expanding, signal),
      code: (action, block, place) => code.run(action, block, place),
      copy: (text) => vscode.env.clipboard.writeText(text),
      openLink: (href) => openLink(href, folder()),
      history: () => vscode.commands.executeCommand('quire.chat.history'),
      chooseModel: () => vscode.commands.executeCommand('quire.chooseModel', 'chat'),
      download: (id) => models.download(id),
      cancelDownload: () => models.cancelDownload(),
      report,
    },
    store.then((one) => lastShown(one, host.context.workspaceState)),
  );
  const command = (name: string, run: () => unknown) =>
    vscode.commands.registerCommand(`quire.chat.${name}`, async () => {
      try {
        await run();
      } catch (error) {
        report(error);
      }
    });
  const removed = async (id: string): Promise<void> => {
    if (controller.conversation === id) await controller.show(store.then((one) => one.create()));
    await forgetPages();
  };
  /** Saved pages do not say which conversation they are of, and several may share one: all of the workspace go. */
  const forgetPages = async (): Promise<void> => {
    await engine.forgetWorkspace({ workspace: await needs.idOf(folder()), only: 'pages' }).catch(report);
  };
  const forget = async (path: string): Promise<void> => {
    const local = localOf(folder());
    // What is shown is of the first folder. Its engine's handle, and what is read ahead of it, go first.
    if (path === local) await controller.show(store.then((one) => one.create()));
    await forgetChats(path);
    // Where it cannot be made, the next conversation says so.
    if (path === local) await makeChatsFolder(chatsOf(folder())).catch(() => undefined);
  };
  const redact = async (of: vscode.Uri, ids?: readonly number[]): Promise<void> => {
    const erased = ids && new Set(ids);
    if (of.toString() !== folder().toString()) return void (await redactChats(of.fsPath, erased));
    await (await store).redact(erased);
    // What is shown has it no more, and a draft is weighed without it.
    await controller.handle({ type: 'ready' });
  };
  const generate = async (messages: ChatMessage[], maxTokens: number, signal: AbortSignal): Promise<string> => {
    const model = (await models.ready()).id;
    const { conversation } = await engine.openChat({ model, workspace: await needs.idOf(folder()) });
    try {
      return (await engine.chat({ conversation, messages, maxTokens }, { signal })).text;
    } finally {
      void engine.closeChat(conversation).catch(() => undefined);
    }
  };
  const ask = async (question: Question): Promise<void> => {
    await panel.show();
    await controller.ask(question);
  };
  const asking = {
    sources,
    ask: ({ command: name, attachments, text }: { command: string; attachments: KeptAttachment[]; text: string }) =>
      ask({ text: `/${name} ${text}`.trim(), attachments }),
    async attach(found: Resolved[]) {
      await panel.show();
      controller.attach(found);
    },
    generate,
    withoutReasoning: (answer: string) => splitReasoning(answer).text,
    report,
  };
  subscriptions.push(
    sources,
    reviews,
    tools,
    code,
    prompts,
    prompts.onDidChange(() => {
      controller.changed();
      for (const problem of prompts.problems) host.log({ level: 'warn', message: problem });
    }),
    registerAskCommands(asking),
    registerCommitMessage(asking, sources.gate),
    vscode.window.registerWebviewViewProvider(ChatPanel.viewType, panel),
    host.models.onDidChange((role) => {
      if (role === 'chat' || role === 'completion') controller.modelChanged();
    }),
    sources.onDidChangeOffers(() => controller.changed()),
    engine.onStateChange(({ kind }) => void controller.engineIs(kind === 'ready')),
    command('open', () => panel.show()),
    command('new', async () => {
      await controller.handle({ type: 'new' });
      await panel.show();
    }),
    command('history', async () => {
      const kept = await store;
      await showHistory({
        store: kept,
        current: () => controller.conversation ?? '',
        async open(id) {
          if (id !== controller.conversation) await controller.show(kept.open(id));
          await panel.show();
        },
        renamed: () => controller.renamed(),
        removed,
      });
    }),
    command('stop', () => controller.handle({ type: 'stop' })),
    command('compact', async () => (await controller.session).compact()),
    command('export', async () => {
      const { conversation } = await controller.session;
      if (!conversation.firstQuestion)
        throw new Error('Nothing was asked in this conversation yet: there is nothing to export.');
      const content = await (await store).exportMarkdown(conversation.id);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
    }),
    command('delete', async () => {
      const id = controller.conversation;
      if (id === undefined || !(await confirmed())) return;
      await (await store).remove(id);
      await removed(id);
    }),
    command('focusLastMessage', async () => {
      await panel.show();
      panel.tell({ type: 'focus', what: 'lastMessage' });
    }),
    {
      dispose() {
        void controller.dispose().then(async () => (await store).dispose());
      },
    },
  );
  void retain(store, () => setting('keepDays', 0), forgetPages).catch((error) => log(String(error)));
  return { controller, panel, sources, reviews, ask, forget, redact };
}

/** What variables of prompt files stand for now; of private files nothing. */
async function valuesOf(sources: EditorSources): Promise<PromptValues> {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return {};
  const opened = await sources.gate.open(editor.document.uri);
  if (opened.refused !== undefined) return {};
  return {
    selection: editor.document.getText(editor.selection),
    file: vscode.workspace.asRelativePath(editor.document.uri),
  };
}

/** Errors of the chat's own are in words for the user already; others are not for showing. */
function inWords(error: unknown): unknown {
  return error instanceof Error && error.constructor === Error && !('kind' in error)
    ? Object.assign(error, { kind: 'told' })
    : error;
}

const setting = <T>(name: string, otherwise: T): T =>
  vscode.workspace.getConfiguration('quire.chat').get(name, otherwise);
const localOf = (folder: vscode.Uri): string | null => (folder.scheme === 'file' ? folder.fsPath : null);
const chatsOf = (folder: vscode.Uri): ChatsOf => ({ folder: localOf(folder), name: folder.toString() });

async function confirmed(): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    'Delete this conversation for good?',
    { modal: true, detail: DELETED },
    'Delete',
  );
  return answer === 'Delete';
}
