/** What people ask to be remembered, and rules that were inferred: each said once, the newest wording, the newest truth. */
import type { MemoryAnchor, MemoryItem, MemorySource } from '../../../../protocol/index.ts';
import type { Store } from '../items.ts';
import { saysOtherwise } from './claims.ts';
import { secretIn } from './secrets.ts';
import { canonical, hashOfText, oneLine } from './wording.ts';

/** UTF-16 units; what is longer belongs into a file. */
const LONGEST_FACT = 4_000;
const LONGEST_TITLE = 80;
/** Older facts that are looked at for what a new one says otherwise. */
const CANDIDATES = 40;

export interface NewFact {
  text: string;
  kind?: 'fact' | 'proposal';
  source?: MemorySource;
  /** What it is about, where it is about code. */
  path?: string | null;
  anchors?: readonly MemoryAnchor[];
}

export interface AddedFact {
  item: MemoryItem;
  /** It had been said before, in these words or much the same. */
  said: boolean;
  /** What it took the place of. */
  superseded: MemoryItem[];
}

/** @throws Error in words where it is empty, too long or holds a secret: none of it is told. */
export function addFact(
  store: Store,
  { text, kind = 'fact', source = 'person', path = null, anchors = [] }: NewFact,
): AddedFact {
  const told = text.replace(/\r\n?/g, '\n').trim();
  refuse(told);
  const hash = factHash(told);
  const known = store.byKey(`fact:${hash}`) ?? store.byKey(`proposal:${hash}`);
  // Inferred again, or said by a model: a person's word stands.
  if (known && kind === 'proposal') return { item: known, said: true, superseded: [] };
  return store.inTransaction(
    () => {
      if (known?.kind === 'proposal') store.change(known.id, { kind: 'fact', key: `fact:${hash}` });
      const item = store.put({
        kind,
        source,
        made: source === 'person' ? 'person' : 'extracted',
        key: `${kind}:${hash}`,
        title: oneLine(told, LONGEST_TITLE),
        path: path ?? known?.path ?? null,
        text: told,
        sentences: [{ text: told, anchors: anchors.length > 0 ? [...anchors] : (known?.sentences[0]?.anchors ?? []) }],
      });
      const superseded = kind === 'fact' ? supersede(store, item) : [];
      return { item: store.get(item.id) ?? item, said: known !== undefined, superseded };
    },
    `${kind === 'fact' ? 'Remembered' : 'Proposed'} “${oneLine(told, LONGEST_TITLE)}”`,
  );
}

/** Makes a proposal a fact, which a person then has said. @returns undefined where there is no such proposal. */
export function acceptProposal(store: Store, id: number): AddedFact | undefined {
  const proposal = store.get(id);
  return proposal?.kind === 'proposal' ? addFact(store, { text: proposal.text, path: proposal.path }) : undefined;
}

/** What a text says, whatever its wording: the key of a fact or proposal. */
export const factHash = (text: string): string => hashOfText(canonical(text) || text.toLowerCase());

function refuse(text: string): void {
  if (text === '') throw new Error('There is nothing to remember: the text is empty.');
  if (text.length > LONGEST_FACT)
    throw new Error(
      `This is too long to be remembered (${text.length} characters of ${LONGEST_FACT}). Put it into a file of the project and remember where it is.`,
    );
  const secret = secretIn(text);
  if (secret !== undefined)
    throw new Error(
      `This looks like ${secret}. Quire does not remember secrets: they would stand in prompts. Remember where it is kept instead.`,
    );
}

/** Marks facts that say otherwise than a newer one. The words of their claims decide; nothing is removed. */
function supersede(store: Store, newer: MemoryItem): MemoryItem[] {
  if (newer.supersededBy !== null) store.change(newer.id, { supersededBy: null });
  const older = store
    .byWords(newer.text, CANDIDATES, ['fact'])
    .map(({ id }) => store.get(id))
    .filter((item): item is MemoryItem => item !== undefined && item.id !== newer.id && item.supersededBy === null)
    .filter((item) => saysOtherwise(newer.text, item.text));
  for (const item of older) store.change(item.id, { supersededBy: newer.id });
  return older;
}
