/** Ways in which a conversation may go on: what all of them begin with can be read before it does. */
import type { ChatMessage } from '../../../protocol/index.ts';

/**
 * @returns conversations that differ as early as what comes next can make them differ: in what the user goes on to type, or
 * in the next message; the conversation itself, where the assistant's answer is next.
 */
export function continuations(messages: readonly ChatMessage[]): ChatMessage[][] {
  const last = messages.at(-1);
  if (last?.role === 'tool') return [[...messages]];
  const draft = last?.role === 'user' ? withoutLastWord(last.content) : '';
  const before = last?.role === 'user' ? messages.slice(0, -1) : messages;
  const tails = draft === '' ? ['a', '1'] : [' a', '\n1'];
  return tails.map((tail) => [...before, { role: 'user', content: draft + tail }]);
}

/** A word that is being typed is spelt in other tokens when it is longer, and spaces belong to what comes behind them. */
function withoutLastWord(text: string): string {
  const isSpace = (at: number) => /\s/.test(text[at]!);
  let end = text.length;
  while (end > 0 && !isSpace(end - 1)) end--;
  while (end > 0 && isSpace(end - 1)) end--;
  return text.slice(0, end);
}
