/** The controller's questions to a model that is open and capable, for as long as somebody who waits for an answer bears it. */
import type { Judge } from './stream/parts.ts';
import { YES_OR_NO } from './summaries/sentenceGrammar.ts';
import type { SummaryModel } from './summaries/summaryModel.ts';

/** Of all questions for one answer together: what the model has not said until then the stated rules decide. */
const PATIENCE_MS = 1_500;

/** @param model asked in class chat. Failures of it are no answer. */
export function judgeOf(model: SummaryModel, patienceMs = PATIENCE_MS): Judge {
  const signal = AbortSignal.timeout(patienceMs);
  return {
    yesNo: (prompt) =>
      model.generate({ prompt, grammar: YES_OR_NO, maxTokens: 4, signal }).then(
        ({ text }) => ({ yes: true, no: false })[text.trim()],
        () => undefined,
      ),
  };
}
