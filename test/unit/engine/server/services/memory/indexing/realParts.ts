/** The indexer with the real store and summaries of the code, for a folder on disk. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AnchorMaker } from '../../../../../../../src/engine/server/services/memory/anchors/fileAnchors.ts';
import { Indexer } from '../../../../../../../src/engine/server/services/memory/indexing/indexer.ts';
import type { IndexerOptions } from '../../../../../../../src/engine/server/services/memory/indexing/options.ts';
import { MemoryStore } from '../../../../../../../src/engine/server/services/memory/store/memoryStore.ts';
import { ExtractiveSummariser } from '../../../../../../../src/engine/server/services/memory/summaries/extractive.ts';
import { Grammars } from '../../../../../../../src/syntax/grammars.ts';
import { contentOf } from './parts.ts';

const grammars = new Grammars(import.meta.url);

export interface RealIndexer {
  indexer: Indexer;
  store: MemoryStore;
  close(): Promise<void>;
}

/** @param database file of the store. */
export function realIndexer(folder: string, database: string, options: Partial<IndexerOptions> = {}): RealIndexer {
  const store = new MemoryStore(database);
  const summariser = new ExtractiveSummariser(new AnchorMaker(grammars));
  const indexer = new Indexer({ folder, store, summariser, headMs: 0, restMs: 0, ...options });
  const close = async () => {
    await indexer.dispose();
    store.close();
  };
  return { indexer, store, close };
}

/** What an index made anew holds, in a database that is left where `database` says. */
export async function freshIndex(folder: string, database: string): Promise<Record<string, unknown>[]> {
  const { indexer, store, close } = realIndexer(folder, database);
  await indexer.index();
  const content = contentOf(store);
  await close();
  return content;
}

/** Files that people wrote: those of this project's memory and search, with some of their tests. */
export function copyOfOurs(to: string): void {
  const root = path.resolve(import.meta.dirname, '../../../../../../..');
  for (const part of [
    'src/engine/server/services/memory/store',
    'src/engine/server/services/search',
    'src/engine/server/services/workspaceFiles',
    'src/files',
    'src/syntax',
    'test/unit/engine/server/services/search',
  ]) {
    cpSync(path.join(root, part), path.join(to, part), { recursive: true });
  }
}

export function write(folder: string, file: string, text: string | Uint8Array): void {
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
}
