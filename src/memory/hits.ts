/** A memory in a list of results: what it is, and why it stands there. */
import type { MemoryHit, MemoryItem } from '../engine/protocol/index.ts';
import { iconOf } from './tree.ts';
import { KIND_WORDS, oneLine, scoreInWords } from './words.ts';

/** A row of a pick: `detail` says the score with its parts, and what spoke for it. */
export function hitLook(
  item: MemoryItem,
  hit?: Pick<MemoryHit, 'score' | 'why' | 'sentences'>,
): { label: string; description: string; detail: string } {
  const marks = [
    KIND_WORDS[item.kind].one,
    ...(item.path !== null && !item.title.includes(item.path) ? [item.path] : []),
    ...(item.pinned ? ['pinned'] : []),
    ...(item.supersededBy === null ? [] : ['superseded']),
    ...(hit && hit.sentences.length > 0 && hit.sentences.every(({ isTrue }) => !isTrue)
      ? ['its code has changed']
      : []),
  ];
  return {
    label: `$(${iconOf(item.kind)}) ${oneLine(item.title, 70)}`,
    description: marks.join(' · '),
    detail: hit ? [scoreInWords(hit.score), ...hit.why].join(' · ') : oneLine(item.summary, 120),
  };
}
