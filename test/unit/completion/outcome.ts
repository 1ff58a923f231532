import type { CompletionOutcome } from '../../../src/completion/completer.ts';

/** What a completer gives for a text that passed the filters, or, for null, did not. */
export const outcome = (shown: string | null, more: Partial<CompletionOutcome> = {}): CompletionOutcome => ({
  text: shown ?? '',
  shown,
  over: 0,
  tail: '',
  rejectedBy: shown === null ? 'blank' : null,
  right: 1,
  needed: 0,
  result: {
    text: shown ?? '',
    finish: 'endOfText',
    promptTokens: 10,
    cachedTokens: 5,
    computedTokens: 5,
    cutTokens: 0,
    generatedTokens: 1,
    confidence: null,
    certainty: [],
    queuedMs: 0,
    firstTokenMs: 7,
    totalMs: 9,
  },
  ...more,
});
