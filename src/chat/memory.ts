/** What the chat asks of the memory: what fits a question, what was said, and what an answer was given. */
import { type ActivateParams, type ActivateResult, asPrompt, type RecordTurnParams } from '../engine/protocol/index.ts';
import { attachmentOf } from './context/attachment.ts';
import type { KeptAttachment, KeptMemory, MessageEntry, UserEntry, WithoutEntry } from './conversation/entries.ts';
import type { Conversation } from './conversation/tree.ts';
import type { Question } from './draft.ts';
import type { TokenCounter } from './prompt/budget.ts';

export interface ChatMemory {
  /** @returns undefined where there is no memory, or the signal ended it. */
  recall(
    asked: Omit<ActivateParams, 'place' | 'for' | 'paths'>,
    options: { signal: AbortSignal },
  ): Promise<ActivateResult | undefined>;
  record(turn: Omit<RecordTurnParams, 'place'>): Promise<void>;
  /** Shows what an answer was given. */
  openUse(use: ChatUse): Promise<void>;
}

/** What an answer was given of the memory. */
export interface ChatUse {
  what: string;
  asked: string;
  decision: string;
  used: (Omit<KeptMemory, 'item'> & Pick<KeptMemory['item'], 'id' | 'kind' | 'title'>)[];
  /** Asks once more without one of them. */
  without(id: number): void;
}

export const recalledIn = ({ attachments }: Pick<UserEntry, 'attachments'>): KeptMemory[] =>
  attachments.flatMap(({ memories }) => memories ?? []);

/** The question that an answer is to, as the answer was given it. */
export function questionOfAnswer(conversation: Conversation, answer: string): UserEntry | undefined {
  return asGiven(conversation.path(answer)).findLast((entry): entry is UserEntry => entry.type === 'user');
}

/** Entries of a path, its questions without the memories that the answers on it were given none of. */
export function asGiven(path: readonly MessageEntry[]): MessageEntry[] {
  const given: MessageEntry[] = [];
  let question = -1;
  for (const entry of path) {
    if (entry.type === 'user') question = given.length;
    else if (entry.type === 'without' && question >= 0)
      given[question] = without(given[question] as UserEntry, entry.memory);
    given.push(entry);
  }
  return given;
}

/** Turns that are in the prompt anyway, as the memory names them. */
export const turnsOf = (conversation: string, messages: readonly { type: string; id: string }[]): string[] =>
  messages.flatMap(({ type, id }) => (type === 'assistant' ? [`turn:${conversation}/${id}`] : []));

/** Without what was recalled: asked anew, it is recalled anew. */
export const withoutMemories = <Q extends Pick<Question, 'attachments'>>(question: Q): Q => ({
  ...question,
  attachments: question.attachments.filter(({ kind }) => kind !== 'memory'),
});

/** @returns undefined for none. */
export function attachmentOfMemories(memories: readonly KeptMemory[]): KeptAttachment | undefined {
  if (memories.length === 0) return undefined;
  const label = memories.length === 1 ? '1 memory' : `${memories.length} memories`;
  return { ...attachmentOf('memory', label, asPrompt(memories)), memories: [...memories] };
}

/** A question with what was recalled for it behind what is attached to it; the last ones give way where it does not fit. */
export async function withMemories(
  question: Question,
  { memories, decision }: ActivateResult,
  room: number,
  counter: Pick<TokenCounter, 'texts'>,
): Promise<Question> {
  const kept = memories.map(keptOf);
  let attachment = attachmentOfMemories(kept);
  // The engine's counts are of no model, or of another one.
  while (attachment && (await counter.texts([`${attachment.text}\n\n`]))[0]! > room) {
    kept.pop();
    attachment = attachmentOfMemories(kept);
  }
  const attachments = [...question.attachments, ...(attachment ? [attachment] : [])];
  return { ...question, attachments, decision };
}

function keptOf({ item, ...rest }: ActivateResult['memories'][number]): KeptMemory {
  const { id, kind, source, path, changed, title } = item;
  return { ...rest, item: { id, kind, source, path, changed, title } };
}

function without(question: UserEntry, memory: WithoutEntry['memory']): UserEntry {
  const attachment = attachmentOfMemories(recalledIn(question).filter(({ item }) => item.id !== memory.id));
  return {
    ...question,
    // In its place: what is attached besides stands before it.
    attachments: [...withoutMemories(question).attachments, ...(attachment ? [attachment] : [])],
    decision: `Asked again without “${memory.title}”, and with what else was remembered then.`,
    leftOut: [...(question.leftOut ?? []), memory],
  };
}

export const usedIn = (question: UserEntry): ChatUse['used'] =>
  recalledIn(question).map(({ item: { id, kind, title }, ...rest }) => ({ ...rest, id, kind, title }));
