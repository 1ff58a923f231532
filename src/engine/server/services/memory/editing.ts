/** What a person says of facts after they were remembered: in other words, or out of a file. */
import type { MemoryItem } from '../../../protocol/index.ts';
import { EngineFailure } from '../../core/failure.ts';
import type { NewItem, Store } from './items.ts';
import { factHash } from './stream/facts.ts';
import { secretIn } from './stream/secrets.ts';
import { oneLine } from './stream/wording.ts';

const LONGEST_TITLE = 80;

/**
 * Gives a fact or a proposal another text. What is said of the code, or was said in a chat, follows that, and is not edited.
 * @throws EngineFailure `memoryInvalid`; Error, in words, where another fact says that already.
 */
export function editFact(store: Store, { id, kind, text: before, sentences: said }: MemoryItem, text: string): void {
  const refused = (why: string) => new EngineFailure('memoryInvalid', why);
  if (kind !== 'fact' && kind !== 'proposal')
    throw refused('Only what you asked to be remembered can be edited. Forget this, or remember a fact.');
  const told = text.replace(/\r\n?/g, '\n').trim();
  if (told === before) return;
  const secret = secretIn(told);
  if (secret !== undefined) throw refused(`This looks like ${secret}, which is not remembered. Say where it is kept.`);
  const title = oneLine(told, LONGEST_TITLE);
  const sentences = [{ text: told, anchors: said.flatMap(({ anchors }) => anchors) }];
  const fields = { text: told, summary: told, sentences, title, key: `${kind}:${factHash(told)}` };
  store.inTransaction(() => store.change(id, fields), `Edited “${title}”`);
}

/** A fact that was exported for people, and comes back without all that was known of it. */
export const factOf = (text: string): NewItem => ({
  kind: 'fact',
  source: 'import',
  made: 'person',
  key: `fact:${factHash(text)}`,
  title: oneLine(text, LONGEST_TITLE),
  path: null,
  text,
  sentences: [{ text, anchors: [] }],
});
