/** What of an item may be used: what is said of code that has changed is not, and then neither is the text that says it. */
import type { CheckedSentence, MemoryItem } from '../../../../protocol/index.ts';
import { checkSentences } from '../anchors/sentences.ts';
import type { AnchorChecker } from '../items.ts';

export interface Truth {
  /** '' where nothing is true any more. */
  text: string;
  /** Undefined where it is no shorter. */
  short: string | undefined;
  stale: number;
}

/** @param sentences of the item, as they were checked at this moment. */
export function truthOf({ text, summary, ...item }: MemoryItem, sentences: readonly CheckedSentence[]): Truth {
  const holding = sentences.filter((sentence) => sentence.isTrue);
  const stale = sentences.length - holding.length;
  // Of the question alone nobody learns anything.
  if (stale > 0 && holding.every(({ text }) => text.startsWith('Asked: ')))
    return { text: '', short: undefined, stale };
  // What followed a rename says the new name.
  const renamed = sentences.some((sentence, i) => sentence.text !== item.sentences[i]?.text);
  if (stale > 0 || renamed)
    return { text: holding.map((sentence) => sentence.text).join('\n'), short: undefined, stale };
  return { text, short: summary.length < text.length ? summary : undefined, stale };
}

/** Without a checker nothing that is anchored is true. */
export async function checked(
  { sentences }: MemoryItem,
  checker: AnchorChecker | undefined,
): Promise<CheckedSentence[]> {
  if (checker) return checkSentences(checker, sentences);
  return sentences.map(({ text, anchors }) => ({ text, anchors: [], isTrue: anchors.length === 0 }));
}
