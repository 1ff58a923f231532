/** Entries without what was recalled for them, once that is erased from the memory: it is gone from conversations, too. */
import { attachmentOfMemories, recalledIn, withoutMemories } from '../memory.ts';
import type { Entry, UserEntry } from './entries.ts';
import { entryOf, lineOf } from './lines.ts';

/** Numbers of the memories; undefined: all. */
export type Erased = ReadonlySet<number> | undefined;

/** Titles are the beginnings of texts. */
const ERASED_TITLE = 'an erased memory';
const ERASED_DECISION = 'What was recalled for it, or some of that, was erased from the memory.';

/** @returns the entry itself where nothing in it was erased. Questions and answers are what was said: they stay. */
export function redacted<E extends Entry>(entry: E, erased: Erased): E {
  const isErased = (id: number): boolean => erased === undefined || erased.has(id);
  if (entry.type === 'without')
    return isErased(entry.memory.id) ? { ...entry, memory: { ...entry.memory, title: ERASED_TITLE } } : entry;
  if (entry.type !== 'user') return entry;
  const recalled = recalledIn(entry);
  const { leftOut = [] } = entry;
  if (!recalled.some(({ item }) => isErased(item.id)) && !leftOut.some(({ id }) => isErased(id))) return entry;
  const attachment = attachmentOfMemories(recalled.filter(({ item }) => !isErased(item.id)));
  const left = leftOut.map((one) => (isErased(one.id) ? { ...one, title: ERASED_TITLE } : one));
  return {
    ...(entry as UserEntry),
    attachments: [...withoutMemories(entry as UserEntry).attachments, ...(attachment ? [attachment] : [])],
    decision: ERASED_DECISION,
    ...(left.length > 0 ? { leftOut: left } : {}),
  } as E;
}

/**
 * @param content lines of a conversation's file; what cannot be read of it is kept as it is.
 * @returns undefined where nothing in it was erased.
 */
export function redactedLines(content: string, erased: Erased): string | undefined {
  const lines = content.split('\n').map((line) => {
    const entry = line === '' ? undefined : entryOf(line);
    const after = entry && redacted(entry, erased);
    return after === undefined || after === entry ? line : lineOf(after);
  });
  const after = lines.join('\n');
  return after === content ? undefined : after;
}
