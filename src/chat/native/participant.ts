/**
 * `@quire` in the editor's own chat. It answers with the user's chat model of Quire, whatever model the chat has chosen: who
 * names Quire means a model on this machine.
 */
import * as vscode from 'vscode';
import type { KeptMemory } from '../conversation/entries.ts';
import { wordsOf } from '../errorWords.ts';
import type { ChatMemory } from '../memory.ts';
import { repeatsFrom } from '../repeating.ts';
import { unfinishedWords } from '../step.ts';
import { answer, outputTokens } from './answer.ts';
import type { ProviderNeeds } from './provider.ts';
import { isPlace, NativeMemory, type TurnPlace } from './recall.ts';
import { type Attachment, type PastTurn, promptOf } from './turns.ts';

export const PARTICIPANT = 'quire.chat';

export interface ParticipantNeeds extends ProviderNeeds {
  /** What a reference of the request comes to; private files are refused in words. */
  attach(value: string | vscode.Uri | vscode.Location): Promise<Attachment>;
  /** Absent: nothing is remembered. */
  memory?: NativeMemoryNeeds | undefined;
  log(line: string): void;
}

export interface NativeMemoryNeeds extends Pick<ChatMemory, 'recall' | 'record'> {
  /** Where a memory can be read in the editor; undefined: nowhere. */
  addressOf(memory: KeptMemory['item']): vscode.Uri | undefined;
}

export function createParticipant(needs: ParticipantNeeds): vscode.ChatParticipant {
  const memory = needs.memory && new NativeMemory(needs.memory, needs.log);
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
      const before = placesOf(context);
      const recalled = await memory?.recall(request.prompt, before, model.contextTokens, count, abort.signal);
      for (const { item } of recalled?.memories ?? []) {
        const address = needs.memory?.addressOf(item);
        if (address) response.reference(address, new vscode.ThemeIcon('lightbulb'));
      }
      const asked = { text: request.prompt, command: request.command, attachments, recalled: recalled?.text };
      let said = '';
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
        {
          text: (text) => {
            said += text;
            response.markdown(text);
          },
          reasoning: () => undefined,
          call: () => undefined,
        },
      );
      if (usage.leftOutTurns > 0) {
        response.markdown(`\n\n*The oldest ${usage.leftOutTurns} turns did not fit, and were left out.*`);
      }
      const { finish, repeats } = usage;
      const unfinished = repeats ? 'repeats' : finish === 'length' ? 'tooLong' : undefined;
      const words = unfinishedWords({ unfinished, result: usage });
      if (words !== undefined) response.markdown(`\n\n*${words}*`);
      // The model is told what it said, without these notes, and what it said again and again once.
      const told = repeats ? said.slice(0, repeatsFrom(said)) : said;
      const place = memory?.record({
        before,
        question: request.prompt,
        answer: (finish === 'stop' || finish === 'endOfText') && !abort.signal.aborted ? said : undefined,
        recalled: recalled?.memories ?? [],
        attached: attachments.flatMap((one) => ('text' in one ? [one.text] : [])),
      });
      return { metadata: { ...place, told } };
    } catch (error) {
      return { errorDetails: { message: wordsOf(error) } };
    }
  });
}

function historyOf({ history }: vscode.ChatContext): PastTurn[] {
  return history.map((turn): PastTurn => {
    if (turn instanceof vscode.ChatRequestTurn) return { role: 'user', text: turn.prompt, command: turn.command };
    const { told } = Object(turn.result.metadata) as { told?: unknown };
    if (typeof told === 'string') return { role: 'assistant', text: told };
    const text = turn.response.map((part) => (part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : ''));
    return { role: 'assistant', text: text.join('') };
  });
}

/** Of the answers of Quire before, which say it of themselves. */
const placesOf = ({ history }: vscode.ChatContext): TurnPlace[] =>
  history.flatMap((turn) => {
    const place = turn instanceof vscode.ChatResponseTurn ? turn.result.metadata : undefined;
    return isPlace(place) ? [place] : [];
  });

const isAttachable = (value: unknown): value is string | vscode.Uri | vscode.Location =>
  typeof value === 'string' || value instanceof vscode.Uri || value instanceof vscode.Location;
