/** One answer of a turn while it is written, what is shown of it, and what it cost. */
import { randomUUID } from 'node:crypto';
import type { Answered } from './answer.ts';
import type { AssistantEntry } from './conversation/entries.ts';
import type { OpenedChat } from './engineChat.ts';
import type { ShownMessage } from './view/protocol.ts';

export interface Step {
  id: string;
  text: string;
  reasoning: string;
  /** How much of both is kept. */
  kept: { text: number; reasoning: number };
  answered?: Answered;
}

export const newStep = (): Step => ({ id: randomUUID(), text: '', reasoning: '', kept: { text: 0, reasoning: 0 } });

export function shownStep({ id, text, reasoning }: Step): ShownMessage {
  return {
    id,
    role: 'assistant',
    text,
    state: 'running',
    ...(reasoning === '' ? {} : { reasoning: { text: reasoning, ms: 0, open: text === '' } }),
  };
}

/** What an answer cost, as it is kept with it. */
export function usageOf({ result }: Answered, { model }: OpenedChat): NonNullable<AssistantEntry['usage']> {
  const { promptTokens, cachedTokens, computedTokens, generatedTokens, firstTokenMs, totalMs } = result;
  return { promptTokens, cachedTokens, computedTokens, generatedTokens, firstTokenMs, totalMs, model: model.name };
}

/** What the log hears of an answer: no word of it. */
export function countsOf({ result }: Answered): string {
  const { promptTokens, computedTokens, generatedTokens, finish, leftOutTurns, totalMs } = result;
  return `an answer: ${promptTokens} tokens of prompt, ${computedTokens} computed, ${generatedTokens} made in ${Math.round(totalMs)} ms, ${leftOutTurns} turns left out, ${finish}`;
}

interface Ending {
  unfinished?: Answered['unfinished'] | undefined;
  result: Pick<Answered['result'], 'generatedTokens'>;
}

/** Why an answer has no end of its own, for the person; undefined where it has one, or was stopped. */
export function unfinishedWords({ unfinished, result }: Ending): string | undefined {
  if (unfinished === 'repeats') {
    return 'The model began to say the same again and again, and was stopped. Ask in other words, or choose a larger model.';
  }
  if (unfinished === 'tooLong') {
    const tokens = result.generatedTokens.toLocaleString('en');
    return `The answer ends here, after ${tokens} tokens: it is as long as one may be. Ask it to go on.`;
  }
  return undefined;
}
