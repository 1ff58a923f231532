/** Opens and erases the files of memories, with errors in words. */
import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { EngineFailure } from '../../core/failure.ts';
import { reasonOf } from '../../storage/databaseFile.ts';
import type { Log } from '../../storage/messages.ts';
import { eraseMemoryFiles } from './store/eraseFiles.ts';
import { MemoryStore } from './store/memoryStore.ts';
import { RefusedFile } from './store/schema.ts';

/** What every SQLite file begins with. */
const SIGNATURE = 'SQLite format 3\0';

/**
 * @param isNamed a person named the file: one that is no database is theirs, and is left alone; among our own it is damaged.
 * @param log told of a damaged file, once: the next time it is whole.
 * @throws EngineFailure `memoryUnavailable`; the file is as it was then.
 */
export async function openStore(file: string, isNamed: boolean, log?: Log): Promise<MemoryStore> {
  if (isNamed && (await isForeign(file)))
    throw new EngineFailure(
      'memoryUnavailable',
      `${file} is no database. Name another file; nothing in it was changed.`,
    );
  try {
    const store = new MemoryStore(file);
    const { trouble } = store.status();
    if (trouble !== null) log?.('warn', trouble);
    return store;
  } catch (error) {
    throw inWords(error, file);
  }
}

/**
 * Erases a memory that nobody has open, with what was set aside of it.
 * @returns items that were in it, and bytes on disk. @throws EngineFailure `memoryUnavailable` where another program has it.
 */
export async function eraseStore(file: string, isNamed: boolean): Promise<{ items: number; bytes: number }> {
  const folder = path.dirname(file);
  if (!existsSync(folder)) return { items: 0, bytes: 0 };
  let items = 0;
  if (existsSync(file)) {
    // Counted first; and a file that is another program's, or in its hands, is refused.
    const store = await openStore(file, isNamed);
    items = Object.values(store.status().items).reduce((sum, count) => sum + count, 0);
    store.close();
  }
  try {
    const bytes = eraseMemoryFiles(file);
    if (!isNamed && readdirSync(folder).length === 0) rmdirSync(folder);
    return { items, bytes };
  } catch (error) {
    throw inWords(error, file);
  }
}

async function isForeign(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false; // there is none, or opening it will say why not
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SIGNATURE.length), 0, SIGNATURE.length, 0);
    return bytesRead > 0 && buffer.toString('latin1', 0, bytesRead) !== SIGNATURE;
  } catch {
    return true; // a folder, a device
  } finally {
    await handle.close();
  }
}

function inWords(error: unknown, file: string): EngineFailure {
  if (error instanceof RefusedFile) return new EngineFailure('memoryUnavailable', error.message);
  const words = `The memory's file ${file} cannot be used: ${reasonOf(error)}. Make room for it, or let it be written.`;
  return new EngineFailure('memoryUnavailable', words);
}
