/** Counts as a vocabulary does: pieces of words, and a frame around each message. */
import type { TokenCounter } from '../../../../src/chat/prompt/budget.ts';

const known = new Map<string, number>();

export function tokensOf(text: string): number {
  let tokens = known.get(text);
  if (tokens === undefined) {
    tokens = text.match(/[\p{L}\p{N}]{1,4}|[^\p{L}\p{N}\s]|\s+/gu)?.length ?? 0;
    known.set(text, tokens);
  }
  return tokens;
}

/** `asked`: how often it was. */
export function wordCounter(): TokenCounter & { asked: number } {
  const counter = {
    asked: 0,
    texts: async (texts: string[]) => {
      counter.asked++;
      return texts.map(tokensOf);
    },
    prompt: async (messages: { content: string }[]) => {
      counter.asked++;
      return 3 + messages.reduce((sum, { content }) => sum + tokensOf(content) + 5, 0);
    },
  };
  return counter;
}
