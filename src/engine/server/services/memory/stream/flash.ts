/** SCM's flash memory: the turn before, which the next question leans on. */
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { Store } from '../items.ts';

/** Of so many newest turns one is of this conversation, or the conversation rests. */
const LOOKED_AT = 400;
const PAGE = 100;
/** Verbatim below so many tokens (as SCM's code has it). */
const VERBATIM = 500;

/** The last stored turn of a conversation, unless it is in the prompt anyway. */
export function turnBefore(store: Store, conversation: string, without: ReadonlySet<string>): MemoryItem | undefined {
  const beginning = `turn:${conversation}/`;
  for (let offset = 0; offset < LOOKED_AT; offset += PAGE) {
    const { items, total } = store.list({ kinds: ['turn'], offset, limit: PAGE });
    const turn = items.find(({ key }) => key.startsWith(beginning));
    if (turn) return without.has(turn.key) ? undefined : turn;
    if (offset + items.length >= total) return undefined;
  }
  return undefined;
}

export const isVerbatim = (tokens: number): boolean => tokens < VERBATIM;
