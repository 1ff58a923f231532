/** A conversation as turns, which are left out whole: half a question, or an answer without its question, misleads. */
import type { ChatMessage } from '../../../protocol/index.ts';

export interface Turns {
  /** System messages at the beginning: they stay. */
  head: ChatMessage[];
  /** A user's message and what follows it; messages before the first one of the user are a turn of their own. */
  turns: ChatMessage[][];
}

export function turnsOf(messages: readonly ChatMessage[]): Turns {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const start = first < 0 ? messages.length : first;
  const turns: ChatMessage[][] = [];
  for (const message of messages.slice(start)) {
    if (message.role === 'user' || turns.length === 0) turns.push([message]);
    else turns.at(-1)!.push(message);
  }
  return { head: messages.slice(0, start), turns };
}
