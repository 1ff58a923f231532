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
export function importMemory(store: MemoryStore, text: string, { mode = 'merge', factOf }: ImportOptions): Imported {
  if (!/^\s*[{[]/.test(text)) return importMarkdown(store, text, mode, factOf);
  const refused: string[] = [];
  const items = itemsOf(text, refused);
  if (mode === 'replace' && refused.length > 0) {
    throw new CannotImport(
      `Nothing was replaced: ${refused[0]}${refused.length > 1 ? `, and ${refused.length - 1} more` : ''}.`,
    );
  }
  const { added, same } = taking(store, mode, () => addAll(store, items));
  return { added, same, refused };
}

function importMarkdown(
  store: MemoryStore,
  text: string,
  mode: 'merge' | 'replace',
  factOf: ImportOptions['factOf'],
): Imported {
  const facts = factsOf(text);
  if (facts.length === 0) {
    throw new CannotImport(
      'There is nothing to import: neither an exported memory, nor a list below a heading “Facts”.',
    );
  }
  return taking(store, mode, () => {
    let added = 0;
    for (const fact of facts) {
      const item = { ...factOf(fact.text), ...(fact.pinned ? { pinned: true } : {}) };
      if (store.byKey(item.key)) continue;
      store.put(item);
      added++;
    }
    return { added, same: facts.length - added, refused: [] };
  });
}

function taking<T extends { added: number }>(store: MemoryStore, mode: 'merge' | 'replace', work: () => T): T {
  return store.inTransaction(() => {
    if (mode === 'replace') store.remove([...allOf(store)].map(({ id }) => id));
    return work();
  }, 'Imported memories');
}

/** @param refused is added to. */
function itemsOf(text: string, refused: string[]): Item[] {
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
      return checkedItem(value);
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
