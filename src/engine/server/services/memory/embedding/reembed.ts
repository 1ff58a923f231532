/** Gives vectors to items that have none of the present embedder, a few at a time, the newest first. */
import type { MemoryItem } from '../../../../protocol/index.ts';
import type { Embedder, Store } from '../items.ts';

/** A batch is one transaction, and one request to a model. */
const AT_ONCE = 64;

/** What is embedded of an item: what it is called, where it is, what it says. */
export function textOf({ title, path, text }: Pick<MemoryItem, 'title' | 'path' | 'text'>): string {
  return [title, path, text].filter((part) => part !== null && part !== '').join('\n');
}

/**
 * One step; where it was interrupted does not matter, since what is without a vector is asked for anew. Search goes on
 * meanwhile: by words for all, and by likeness for what has a vector of the present embedder.
 * @returns how many got one; 0 when all have.
 * @throws what the embedder throws; nothing was stored then.
 */
export async function step(
  store: Pick<Store, 'withoutVector' | 'get' | 'setVectors'>,
  embedder: Embedder,
  { signal, atOnce = AT_ONCE }: { signal?: AbortSignal; atOnce?: number } = {},
): Promise<number> {
  const items = store
    .withoutVector(embedder.id, atOnce)
    .map((id) => store.get(id))
    .filter((item) => item !== undefined);
  if (items.length === 0) return 0;
  const vectors = await embedder.embed(items.map(textOf), signal);
  // What was forgotten or said otherwise while the vectors were made must not get one of what it was.
  const same = items.flatMap((item, i) => {
    const now = store.get(item.id);
    return now !== undefined && textOf(now) === textOf(item) ? { id: item.id, vector: vectors[i]! } : [];
  });
  if (same.length > 0) store.setVectors(embedder.id, same);
  return items.length;
}
