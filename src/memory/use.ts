/** What was used for an answer or a suggestion, to be looked at afterwards. */
import type { ActivatedMemory, MemoryKind, MemoryScore } from '../engine/protocol/index.ts';
import { shownScore } from './details.ts';
import { iconOf } from './tree.ts';
import type { ShownUse } from './view/protocol.ts';
import { KIND_WORDS, oneLine } from './words.ts';

/** One memory as it stood in a prompt. */
export interface UsedMemory {
  id: number;
  kind: MemoryKind;
  title: string;
  text: string;
  tokens: number;
  inShort: boolean;
  flash: boolean;
  score: MemoryScore;
  why: string[];
}

export interface Use {
  /** Of which folder's memory. */
  store: string;
  /** `For your question`, `For a suggestion in src/a.ts`. */
  what: string;
  asked: string;
  decision: string;
  used: UsedMemory[];
  /** Makes a second answer without one; absent: it cannot be made. */
  without?: (id: number) => void;
}

export const usedOf = ({ item, text, tokens, inShort, flash, score, why }: ActivatedMemory): UsedMemory => ({
  id: item.id,
  kind: item.kind,
  title: item.title,
  text,
  tokens,
  inShort,
  flash,
  score,
  why,
});

/** @param there ids that are still in the store. */
export function shownUse({ what, asked, decision, used, without }: Use, there: ReadonlySet<number>): ShownUse {
  return {
    what,
    asked: oneLine(asked, 200),
    decision,
    used: used.map(({ id, kind, title, text, tokens, inShort, flash, score, why }) => ({
      id,
      kind: KIND_WORDS[kind].one,
      icon: iconOf(kind),
      title,
      text,
      tokens,
      marks: [...(inShort ? ['told in short'] : []), ...(flash ? ['the turn before'] : [])],
      score: flash ? null : shownScore({ score, why }),
      isThere: there.has(id),
    })),
    again: without !== undefined,
  };
}
