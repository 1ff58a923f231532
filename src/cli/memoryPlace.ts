/** Whose memory `quire memory` works on, and the engine that has it. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { EngineClient } from '../engine/client/client.ts';
import { type MemoryPlace, readWorkspaceNotification } from '../engine/protocol/index.ts';
import { engineCommand } from './engineCommand.ts';
import { UsageError } from './usage.ts';

export interface Named {
  db?: string | undefined;
  folder?: string | undefined;
}

/**
 * Works with a memory in the user's engine, which is started where it does not run: two engines never write one file.
 * @param how `reads`: the folder's files are read, for what is said of them; `begins`: a database is made where there is none.
 * @throws UsageError where not one of both is named; Error in words where there is no such folder or file; EngineError.
 */
export async function withMemory<T>(
  { db, folder }: Named,
  { reads, begins }: { reads: boolean; begins: boolean },
  work: (client: EngineClient, place: MemoryPlace) => Promise<T>,
): Promise<T> {
  if (!db === !folder) throw new UsageError('one of --db and --folder is wanted');
  if (db && !begins && !existsSync(db))
    throw new Error(`there is no file ${db}: memory add, import or index begins one`);
  const full = folder === undefined ? undefined : await folderAt(folder);
  const client = new EngineClient(engineCommand('auto'), 'quire memory');
  try {
    if (full === undefined) return await work(client, { database: path.resolve(db!) });
    const workspace = await client.openWorkspace({ folder: full, name: full, trusted: true });
    if (reads) client.tell(readWorkspaceNotification, { workspace, on: true });
    return await work(client, { workspace });
  } finally {
    await client.dispose();
  }
}

/** @returns its full path. @throws Error in words */
export async function folderAt(given: string): Promise<string> {
  const folder = path.resolve(given);
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new Error(`there is no folder ${folder}`);
  return folder;
}
