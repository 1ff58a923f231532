/** Quire in the editor's own chat, where the editor has one: a model for it, and `@quire`. */
import * as vscode from 'vscode';
import type { Host } from '../../host.ts';
import { EditorGate } from '../context/editorGate.ts';
import type { ReasoningSplit } from './answer.ts';
import { Conversations } from './conversations.ts';
import { createParticipant, type ParticipantNeeds } from './participant.ts';
import { ChatModelProvider } from './provider.ts';
import { referenceResolver } from './references.ts';

export const VENDOR = 'quire';

export interface NativeChatNeeds {
  workspace: { isPrivate(uri: vscode.Uri): Promise<boolean>; idOf(uri: vscode.Uri): Promise<string> };
  /** Splits thoughts from answers, for each answer anew; absent: all is the answer. */
  reasoning?: () => ReasoningSplit;
  attach?: ParticipantNeeds['attach'];
  memory?: ParticipantNeeds['memory'];
}

export function registerNativeChat({ engine, models, subscriptions, log }: Host, needs: NativeChatNeeds): void {
  const conversations = new Conversations(engine);
  const all: ParticipantNeeds = {
    engine,
    conversations,
    reasoning: needs.reasoning ?? (() => ({ push: plain, end: () => plain('') })),
    model: () => models.info('chat'),
    ready: () => models.ready('chat'),
    workspace: () =>
      needs.workspace.idOf(vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.parse('untitled:quire-chat')),
    choose: async () => void (await vscode.commands.executeCommand('quire.chooseModel', 'chat')),
    memory: needs.memory,
    log: (message) => log({ level: 'info', message: `chat: ${message}` }),
    attach: needs.attach ?? referenceResolver(new EditorGate(needs.workspace.isPrivate)),
  };
  if (typeof vscode.lm?.registerLanguageModelChatProvider === 'function') {
    const provider = new ChatModelProvider(all);
    subscriptions.push(
      provider,
      vscode.lm.registerLanguageModelChatProvider(VENDOR, provider),
      engine.onModel(() => {
        if (models.info('chat')?.id !== provider.told) provider.changed();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('quire.model')) provider.changed();
      }),
    );
  }
  if (typeof vscode.chat?.createChatParticipant === 'function') subscriptions.push(createParticipant(all));
}

const plain = (text: string) => ({ text, reasoning: '' });
