/** A store of a folder's summaries, with their vectors, as indexing leaves it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { step } from '../../../../src/engine/server/services/memory/embedding/reembed.ts';
import type { Embedder } from '../../../../src/engine/server/services/memory/items.ts';
import { MemoryStore } from '../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { type Summarised, summarise } from '../summaries/summarised.ts';

/** What indexing says of a folder. */
export type Summaries = Pick<Summarised, 'items' | 'bodies'>;

export async function summariesOf(folder: string, isIn: (path: string) => boolean = () => true): Promise<Summaries> {
  const { items, bodies } = await summarise(folder);
  return { items: items.filter((item) => isIn(item.path ?? '')), bodies };
}

export async function storeOf({ items, bodies }: Summaries, embedder: Embedder): Promise<MemoryStore> {
  const store = new MemoryStore(path.join(mkdtempSync(path.join(tmpdir(), 'quire-memory-')), 'memory.db'));
  store.inTransaction(() => {
    for (const item of items) {
      const { id, kind, path } = store.put(item);
      if (kind === 'file') store.setBody(id, bodies.get(path!) ?? '');
    }
  });
  while ((await step(store, embedder, { atOnce: 1024 })) > 0);
  while (store.warm(100));
  return store;
}
