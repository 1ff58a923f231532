/** A store of a folder's summaries, with their vectors, as indexing leaves it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { step } from '../../../../src/engine/server/services/memory/embedding/reembed.ts';
import type { Embedder, NewItem } from '../../../../src/engine/server/services/memory/items.ts';
import { MemoryStore } from '../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { summarise } from '../summaries/summarised.ts';

export async function summariesOf(folder: string, isIn: (path: string) => boolean = () => true): Promise<NewItem[]> {
  const { items } = await summarise(folder);
  return items.filter((item) => isIn(item.path ?? ''));
}

export async function storeOf(items: readonly NewItem[], embedder: Embedder): Promise<MemoryStore> {
  const store = new MemoryStore(path.join(mkdtempSync(path.join(tmpdir(), 'quire-memory-')), 'memory.db'));
  store.inTransaction(() => {
    for (const item of items) store.put(item);
  });
  while ((await step(store, embedder, { atOnce: 1024 })) > 0);
  return store;
}
