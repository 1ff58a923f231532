/** A database file: opened as it is, or made anew when it is damaged, foreign or of another version. */
import { chmodSync, closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Log } from './messages.ts';

export interface DatabaseKind {
  /** Name of the file in its folder. */
  name: string;
  /** A file whose `user_version` is another is made anew. */
  version: number;
  /** Makes the tables. */
  schema: string;
}

/** Another engine may be making the tables; afterwards nobody is waited for long. */
const OPEN_TIMEOUT_MS = 500;
const BUSY_TIMEOUT_MS = 50;

/**
 * 8 KiB waste 1 % behind a page of 131 KB; the log is brought over every 2 MB, so that no single commit takes long. What is
 * deleted is overwritten: it may be somebody's code.
 */
export const DATABASE_SETTINGS = `
  PRAGMA page_size = 8192;
  PRAGMA auto_vacuum = INCREMENTAL;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA secure_delete = ON;
  PRAGMA wal_autocheckpoint = 256;
  PRAGMA journal_size_limit = 8388608;
`;

/** SQLite's primary result codes (https://sqlite.org/rescode.html). */
const ERROR = 1;
const READONLY = 8;
const CORRUPT = 11;
const FULL = 13;
const NOTADB = 26;

/** The file is a database, but not of these tables. */
class Foreign extends Error {}

/**
 * Opens the file in `folder`; both are made, for this user alone, where they are missing.
 * @param use prepares what is needed of the database; when it fails on the tables, the file is made anew too.
 * @throws Error when there is no way to have such a file there: read-only, full, not a folder, locked.
 */
export function openDatabaseFile<T>(
  folder: string,
  kind: DatabaseKind,
  use: (database: DatabaseSync) => T,
  log: Log,
): T {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    return open(folder, kind, use);
  } catch (error) {
    if (resultCode(error) !== ERROR && !isDamage(error)) throw error;
    log('warn', `${kind.name} is made anew: ${reasonOf(error)}.`);
    removeDatabaseFile(folder, kind);
    return open(folder, kind, use);
  }
}

/** Deletes the file. Its log goes first, so that it is never taken for that of the next file. */
export function removeDatabaseFile(folder: string, { name }: Pick<DatabaseKind, 'name'>): void {
  for (const suffix of ['-wal', '-shm', '']) rmSync(path.join(folder, name + suffix), { force: true });
}

/** The file cannot be trusted any more. */
export function isDamage(error: unknown): boolean {
  return error instanceof Foreign || [CORRUPT, NOTADB].includes(resultCode(error));
}

/** Whatever is tried next fails in the same way. */
export function isLasting(error: unknown): boolean {
  return isDamage(error) || [FULL, READONLY].includes(resultCode(error));
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function resultCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : 0;
}

function open<T>(folder: string, kind: DatabaseKind, use: (database: DatabaseSync) => T): T {
  const file = path.join(folder, kind.name);
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
  try {
    database.exec(DATABASE_SETTINGS);
    database.exec('BEGIN IMMEDIATE');
    const version = database.prepare('PRAGMA user_version').get()?.user_version;
    const made = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count;
    if (version === 0 && made === 0) database.exec(`${kind.schema}; PRAGMA user_version = ${kind.version}`);
    else if (version !== kind.version) throw new Foreign(`it is of version ${version}, not ${kind.version}`);
    database.exec('COMMIT');
    const result = use(database);
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return result;
  } catch (error) {
    database.close();
    throw error;
  }
}
