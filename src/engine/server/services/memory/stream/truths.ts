/** What of an item may be used: what is said of code that has changed is not, and then neither is the text that says it. */
import type { CheckedSentence, MemoryItem } from '../../../../protocol/index.ts';
import { type AnchorChecker, isTrue } from '../items.ts';

export interface Truth {
  /** '' where nothing is true any more. */
  text: string;
  /** Undefined where it is no shorter. */
  short: string | undefined;
  stale: number;
}

/** @param sentences of the item, as they were checked at this moment. */
export function truthOf({ text, summary }: MemoryItem, sentences: readonly CheckedSentence[]): Truth {
  const holding = sentences.filter((sentence) => sentence.isTrue);
  const stale = sentences.length - holding.length;
  // Of the question alone nobody learns anything.
  if (stale > 0 && holding.every(({ text }) => text.startsWith('Asked: ')))
    return { text: '', short: undefined, stale };
  if (stale > 0) return { text: holding.map((sentence) => sentence.text).join('\n'), short: undefined, stale };
  return { text, short: summary.length < text.length ? summary : undefined, stale };
}

/** Without a checker nothing that is anchored is true. */
export async function checked(
  { sentences }: MemoryItem,
  checker: AnchorChecker | undefined,
): Promise<CheckedSentence[]> {
  const anchors = sentences.flatMap((sentence) => sentence.anchors);
  const states = anchors.length > 0 && checker ? await checker.check(anchors) : [];
  let at = 0;
  return sentences.map(({ text, anchors }) => {
    const own = states.slice(at, at + anchors.length);
    at += anchors.length;
    return { text, anchors: own, isTrue: own.length === anchors.length && own.every(({ state }) => isTrue(state)) };
  });
}
