/** Exact counts of tokens, for budgets. */

import { setImmediate } from 'node:timers/promises';
import type { CountTokensParams, CountTokensResult } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import { ChatPrompt, type PromptModel } from './prompt.ts';

/** Characters that are counted before others have their turn: about a millisecond. */
const SLICE = 4_096;

/**
 * @param signal ends it; what was not counted by then is not in the result.
 * @throws EngineFailure `promptInvalid` of the template.
 */
export async function countTokens(
  model: PromptModel,
  { texts = [], conversations = [] }: Omit<CountTokensParams, 'model'>,
  signal: AbortSignal,
): Promise<CountTokensResult> {
  if (!Array.isArray(texts) || !Array.isArray(conversations) || texts.some((text) => typeof text !== 'string')) {
    throw new EngineFailure('promptInvalid', 'The request is malformed: texts and conversations must be lists.');
  }
  const result: CountTokensResult = { texts: [], conversations: [] };
  let since = 0;
  for (const text of texts) {
    if (since >= SLICE) since = 0;
    if (since === 0) await setImmediate();
    if (signal.aborted) return result;
    result.texts.push(model.tokenizer.encode(text).length);
    since += text.length;
  }
  const prompt = new ChatPrompt();
  for (const { messages, tools = [] } of conversations) {
    if (signal.aborted) return result;
    result.conversations.push(await prompt.count(model, messages, tools));
  }
  return result;
}
