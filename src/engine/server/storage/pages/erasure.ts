/** Removes a workspace from the file of saved pages, to the last byte: rows, free pages of the file, and its log. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { isDamage, openDatabaseFile, reasonOf } from '../databaseFile.ts';
import type { Log } from '../messages.ts';
import { PAGES } from './pageTable.ts';

/** Rows, or pages of the file, in one transaction: others may write in between, and the log stays short. */
const STEP = 64;
/** Another engine that reads or writes is waited for so long, in all. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

const FREE = 'PRAGMA freelist_count';

export interface EraseOptions {
  folder: string;
  workspace: string;
  log: Log;
  patienceMs?: number;
}

/**
 * Removes what any model has of a workspace. May be called whoever has the file open, also where there is none.
 * @returns whether nothing of it is left in the files. False after waiting in vain for another engine that has the file
 * open; the log says so. What could be removed is.
 */
export async function erase({ folder, workspace, log, patienceMs = PATIENCE_MS }: EraseOptions): Promise<boolean> {
  if (!existsSync(path.join(folder, PAGES.name))) return true;
  const end = performance.now() + patienceMs;
  for (;;) {
    const problem = await attempt(folder, workspace, log).catch(reasonOf);
    if (problem === undefined) return true;
    if (performance.now() >= end) {
      log('warn', `Saved pages of a workspace could not be removed to the last byte: ${problem}. Forget it once more.`);
      return false;
    }
    await sleep(PAUSE_MS);
  }
}

/** @returns what is in the way; undefined when all is done. */
async function attempt(folder: string, workspace: string, log: Log): Promise<string | undefined> {
  const database = openDatabaseFile(folder, PAGES, (database) => database, log);
  try {
    const remove = database.prepare(
      `DELETE FROM pages WHERE id IN (SELECT id FROM pages WHERE workspace = ? LIMIT ${STEP})`,
    );
    while (remove.run(workspace).changes !== 0) await turn();
    for (let free = number(database, FREE); free > 0; ) {
      database.exec(`PRAGMA incremental_vacuum(${STEP})`);
      const left = number(database, FREE);
      if (left >= free) return 'its free pages cannot be given back';
      free = left;
      await turn();
    }
    const busy = number(database, 'PRAGMA wal_checkpoint(TRUNCATE)');
    return busy === 0 ? undefined : 'another engine has the file open';
  } catch (error) {
    // A damaged file is made anew by whoever opens it next: by us, at once.
    if (isDamage(error)) return 'the file is damaged';
    throw error;
  } finally {
    database.close();
  }
}

/** The first column of the first row. */
function number(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}
