/** Which sentences of items are true of the code as it is at this moment. */
import type { CheckedSentence, MemoryItem } from '../../../../protocol/index.ts';
import { type AnchorChecker, isTrue } from '../items.ts';

/** @returns for each item its sentences. The anchors of all are checked at once: each file is read once. */
export async function checked(items: readonly MemoryItem[], checker: AnchorChecker): Promise<CheckedSentence[][]> {
  const anchors = items.flatMap(({ sentences }) => sentences.flatMap((sentence) => sentence.anchors));
  const states = anchors.length > 0 ? await checker.check(anchors) : [];
  let at = 0;
  return items.map(({ sentences }) =>
    sentences.map(({ text, anchors }) => {
      const own = states.slice(at, at + anchors.length);
      at += anchors.length;
      return { text, anchors: own, isTrue: own.every(({ state }) => isTrue(state)) };
    }),
  );
}

/** It says something of the code, and nothing of that is true any more. Without sentences it says nothing of the code. */
export function isStale(sentences: readonly CheckedSentence[]): boolean {
  return sentences.length > 0 && sentences.every((sentence) => !sentence.isTrue);
}
