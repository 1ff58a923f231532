/**
 * A memory as a file, out and in. JSON is complete: exported, erased and imported, it is the same, but for its vectors, which
 * are made again. Markdown is for people, and its facts can be imported.
 */
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { NewItem } from '../items.ts';
import { checkedItem } from './checks.ts';
import { factsOf, markdownOf } from './markdown.ts';
import type { MemoryStore } from './memoryStore.ts';

/** It is no memory, or not one that can be taken. Nothing was changed; the message is for people. */
export class CannotImport extends Error {}

export interface Imported {
  added: number;
  /** There already, by their key. */
  same: number;
  /** Why some were left out, in words: `Item 3: path leads out of the workspace`. */
  refused: string[];
}

export interface ImportOptions {
  /** `merge`: what is there stays as it is. `replace`: it goes, and all that is imported is taken or nothing. */
  mode?: 'merge' | 'replace';
  /** Makes an item of a fact from Markdown. */
  factOf(text: string): NewItem;
  /** What secret a text holds, in words without it; such an item is refused. */
  secretIn(text: string): string | undefined;
}

const FORMAT = 'quire-memory';
const VERSION = 1;
const PAGE = 500;

type Item = Omit<MemoryItem, 'embedder'>;

export function exportMemory(store: MemoryStore, format: 'json' | 'markdown'): string {
  const items = [...allOf(store)];
  if (format === 'markdown') return markdownOf(items);
  const bare = items.sort((a, b) => a.id - b.id).map(({ embedder: _, ...item }) => item);
  return `${JSON.stringify({ format: FORMAT, version: VERSION, items: bare }, null, 1)}\n`;
}

/**
 * Takes what was exported, as one change of the journal.
 * @throws CannotImport, in words; nothing was changed then.
 */
export function importMemory(
  store: MemoryStore,
  text: string,
  { mode = 'merge', factOf, secretIn }: ImportOptions,
): Imported {
  if (!/^\s*[{[]/.test(text)) return importMarkdown(store, text, mode, { factOf, secretIn });
  const refused: string[] = [];
  const items = itemsOf(text, refused, secretIn);
  allOrNothing(mode, refused);
  const { added, same } = taking(store, mode, () => addAll(store, items));
  return { added, same, refused };
}

function importMarkdown(
  store: MemoryStore,
  text: string,
  mode: 'merge' | 'replace',
  { factOf, secretIn }: Pick<ImportOptions, 'factOf' | 'secretIn'>,
): Imported {
  const facts = factsOf(text);
  if (facts.length === 0) {
    throw new CannotImport(
      'There is nothing to import: neither an exported memory, nor a list below a heading “Facts”.',
    );
  }
  const refused: string[] = [];
  const fit = facts.filter((fact, at) => {
    const secret = secretIn(fact.text);
    if (secret !== undefined) refused.push(`Fact ${at + 1}: ${looksLike(secret)}`);
    return secret === undefined;
  });
  allOrNothing(mode, refused);
  return taking(store, mode, () => {
    let added = 0;
    for (const fact of fit) {
      const item = { ...factOf(fact.text), ...(fact.pinned ? { pinned: true } : {}) };
      if (store.byKey(item.key)) continue;
      store.put(item);
      added++;
    }
    return { added, same: fit.length - added, refused };
  });
}

const looksLike = (secret: string): string => `it looks like ${secret}, which is not remembered`;

/** @throws CannotImport where what is there would be replaced by a part only. */
function allOrNothing(mode: 'merge' | 'replace', [first, ...more]: readonly string[]): void {
  if (mode === 'merge' || first === undefined) return;
  throw new CannotImport(`Nothing was replaced: ${first}${more.length > 0 ? `, and ${more.length} more` : ''}.`);
}

function taking<T extends { added: number }>(store: MemoryStore, mode: 'merge' | 'replace', work: () => T): T {
  return store.inTransaction(() => {
    if (mode === 'replace') store.remove([...allOf(store)].map(({ id }) => id));
    return work();
  }, 'Imported memories');
}

/** @param refused is added to. */
function itemsOf(text: string, refused: string[], secretIn: ImportOptions['secretIn']): Item[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new CannotImport('This is no exported memory: it is not complete JSON.');
  }
  const { format, version, items } = Object(file) as Record<string, unknown>;
  if (format !== FORMAT || !Array.isArray(items)) throw new CannotImport('This is no exported memory of Quire.');
  if (version !== VERSION) {
    throw new CannotImport(
      `This memory was exported by another version of Quire (format ${Number(version)}, not ${VERSION}).`,
    );
  }
  return items.flatMap((value, at) => {
    try {
      const item = checkedItem(value);
      const secret = secretIn(item.text);
      if (secret !== undefined) throw new Error(looksLike(secret));
      return item;
    } catch (error) {
      refused.push(`Item ${at + 1}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
}

/** Items keep their ids where these were never given; what they say of each other follows their new ids. */
function addAll(store: MemoryStore, items: readonly Item[]): { added: number; same: number } {
  const ids = new Map<number, number>();
  const added: Item[] = [];
  for (const item of [...items].sort((a, b) => a.id - b.id)) {
    const known = store.byKey(item.key);
    const stored =
      known ?? store.restore({ ...item, id: store.isFree(item.id) ? item.id : 0, supersededBy: null, recalled: [] });
    if (!known) added.push(item);
    if (!ids.has(item.id)) ids.set(item.id, stored.id);
  }
  for (const item of added) {
    const { supersededBy, recalled } = item;
    if (supersededBy === null && recalled.length === 0) continue;
    const follow = (id: number) => ids.get(id) ?? id;
    store.relate(ids.get(item.id)!, supersededBy === null ? null : follow(supersededBy), recalled.map(follow));
  }
  return { added: added.length, same: items.length - added.length };
}

function* allOf(store: MemoryStore): Generator<MemoryItem> {
  for (let offset = 0; ; offset += PAGE) {
    const { items } = store.list({ superseded: true, offset, limit: PAGE });
    yield* items;
    if (items.length < PAGE) return;
  }
}
