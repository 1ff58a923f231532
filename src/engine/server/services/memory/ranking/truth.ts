/** Which sentences of items are true of the code as it is at this moment. */
import type { CheckedSentence, MemoryItem } from '../../../../protocol/index.ts';
import { checkSentences } from '../anchors/sentences.ts';
import type { AnchorChecker } from '../items.ts';

/** @returns for each item its sentences. The anchors of all are checked at once: each file is read once. */
export async function checked(items: readonly MemoryItem[], checker: AnchorChecker): Promise<CheckedSentence[][]> {
  const all = await checkSentences(
    checker,
    items.flatMap(({ sentences }) => sentences),
  );
  return items.map(({ sentences }) => all.splice(0, sentences.length));
}

/** It says something of the code, and nothing of that is true any more. Without sentences it says nothing of the code. */
export function isStale(sentences: readonly CheckedSentence[]): boolean {
  return sentences.length > 0 && sentences.every((sentence) => !sentence.isTrue);
}
