/** The storage thread, which owns the databases of the engine's caches. */
import type { Stores } from './stores.ts';
import { connectWorker, type Line, Thread, type ThreadOptions } from './thread.ts';

const WORDS = { name: 'storage', without: 'Nothing is kept on disk' };

export class Storage extends Thread<Stores> {
  constructor({ connect = connectStorage, ...rest }: ThreadOptions) {
    super(WORDS, { connect, ...rest });
  }
}

/** Bundled, this module is in dist/engine/main.mjs; from source it is src/engine/server/storage/storage.ts. */
const entry = new URL(import.meta.url.endsWith('.mjs') ? './storage.mjs' : './worker.ts', import.meta.url);

/** A thread of its own, which SQLite has to itself. */
export const connectStorage = (): Line => connectWorker(entry, WORDS.name);
