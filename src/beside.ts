/**
 * What stands beside the editor: chat, memory, statistics, sample. In a file of its own, which is read once suggestions are
 * registered: compiling it at once would hold up the other extensions of a window that just opens.
 */
import * as vscode from 'vscode';
import type { EditReviews } from './chat/apply/reviewEditor.ts';
import type { ChatController } from './chat/controller.ts';
import { type ChatFeature, registerChat } from './chat/feature.ts';
import { registerNativeChat } from './chat/native/feature.ts';
import { ReasoningSplitter } from './chat/prompt/reasoning.ts';
import type { CompletionProvider, ShownNotes } from './completion/provider.ts';
import { registerStatistics } from './completion/statistics/feature.ts';
import type { StatisticsStore } from './completion/statistics/store.ts';
import type { Host } from './host.ts';
import { type MemoryFeature, registerMemory, type UseOf } from './memory/feature.ts';
import { usedOf } from './memory/use.ts';
import type { Grammars } from './syntax/grammars.ts';
import { registerSample } from './welcome/openSampleCommand.ts';
import type { WorkspaceFeature } from './workspace/feature.ts';

export interface Beside {
  statistics: StatisticsStore;
  reviews: EditReviews;
  chat: ChatController;
  memory: MemoryFeature;
  /** Removes the conversations of a folder for good. @throws Error in words where one cannot be removed. */
  forgetChats: ChatFeature['forget'];
}

export interface BesideNeeds {
  workspace: WorkspaceFeature;
  completion: CompletionProvider;
  grammars: Grammars;
}

export function registerBeside(host: Host, { workspace, completion, grammars }: BesideNeeds): Beside {
  const files = {
    isPrivate: (uri: vscode.Uri) => workspace.isPrivate(uri),
    idOf: (uri: vscode.Uri) => workspace.idOf(uri),
  };
  const memory = registerMemory(host, {
    ...files,
    lastAnswer: () => chat.controller.lastUse,
    erased: (folder, ids) => chat.redact(folder, ids),
    lastSuggestion: () => completion.lastShown && ofSuggestion(completion.lastShown),
  });
  const statistics = registerStatistics(host, {
    onDidHappen: completion.onDidHappen,
    model: () => host.models.info('completion')?.name,
  });
  const chat = registerChat(host, { ...files, grammars, memory });
  registerNativeChat(host, { workspace, reasoning: () => new ReasoningSplitter(), memory });
  registerSample(host);
  host.subscriptions.push(completion.onDidAccept((uri) => memory.typed(uri, null)));
  const { controller, reviews } = chat;
  return { statistics, reviews, chat: controller, memory, forgetChats: (folder) => chat.forget(folder) };
}

const ofSuggestion = ({ uri, memories, decision }: ShownNotes): UseOf => ({
  what: 'For the last suggestion',
  asked: vscode.workspace.asRelativePath(uri),
  decision,
  used: memories.map(usedOf),
  ...storeOf(uri),
});

const storeOf = (uri: vscode.Uri): { store?: string } => {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  return folder ? { store: folder.uri.toString() } : {};
};
