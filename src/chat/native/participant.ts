/**
 * `@quire` in the editor's own chat. It answers with the user's chat model of Quire, whatever model the chat has chosen: who
 * names Quire means a model on this machine.
 */
import * as vscode from 'vscode';
import { answer, outputTokens } from './answer.ts';
import type { ProviderNeeds } from './provider.ts';
import { type Attachment, type PastTurn, promptOf } from './turns.ts';

export const PARTICIPANT = 'quire.chat';

export interface ParticipantNeeds extends ProviderNeeds {
  /** What a reference of the request comes to; private files are refused in words. */
  attach(value: string | vscode.Uri | vscode.Location): Promise<Attachment>;
}

export function createParticipant(needs: ParticipantNeeds): vscode.ChatParticipant {
  return vscode.chat.createChatParticipant(PARTICIPANT, async (request, context, response, token) => {
    const abort = new AbortController();
    token.onCancellationRequested(() => abort.abort());
    try {
      const model = await needs.ready();
      const attachments = await Promise.all(
        request.references.flatMap(({ value }) => (isAttachable(value) ? [needs.attach(value)] : [])),
      );
      const count = async (text: string) =>
        (await needs.engine.countTokens({ model: model.id, texts: [text] })).texts[0] ?? 0;
      const asked = { text: request.prompt, command: request.command, attachments };
      const { messages, notes } = await promptOf(asked, historyOf(context), model.contextTokens, count);
      for (const note of notes) response.markdown(new vscode.MarkdownString(`*${note}*\n\n`));
      const usage = await answer(
        needs,
        {
          model,
          workspace: await needs.workspace(),
          messages,
          tools: [],
          maxTokens: outputTokens(model.contextTokens),
          signal: abort.signal,
        },
        { text: (text) => response.markdown(text), reasoning: () => undefined, call: () => undefined },
      );
      if (usage.leftOutTurns > 0) {
        response.markdown(`\n\n*The oldest ${usage.leftOutTurns} turns did not fit, and were left out.*`);
      }
      return {};
    } catch (error) {
      return { errorDetails: { message: error instanceof Error ? error.message : String(error) } };
    }
  });
}

function historyOf({ history }: vscode.ChatContext): PastTurn[] {
  return history.map((turn): PastTurn => {
    if (turn instanceof vscode.ChatRequestTurn) return { role: 'user', text: turn.prompt, command: turn.command };
    const text = turn.response.map((part) => (part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : ''));
    return { role: 'assistant', text: text.join('') };
  });
}

const isAttachable = (value: unknown): value is string | vscode.Uri | vscode.Location =>
  typeof value === 'string' || value instanceof vscode.Uri || value instanceof vscode.Location;
