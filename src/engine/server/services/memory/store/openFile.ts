/**
 * Opening the file of a memory. One that cannot be read is set aside, never deleted; what can still be read of it is put
 * into a new one.
 */
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, renameSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_SETTINGS, isDamage, reasonOf } from '../../../storage/databaseFile.ts';
import { Connection } from './connection.ts';
import { rescue } from './rescue.ts';
import { migrate, RefusedFile, refuse } from './schema.ts';

export interface OpenedFile {
  connection: Connection;
  /** What went wrong and what was done, in words for people; null: nothing. */
  trouble: string | null;
}

/** Of a database: itself, its log, and what belongs to its log. */
export const SUFFIXES = ['', '-wal', '-shm'] as const;

const OPEN_TIMEOUT_MS = 500;

/**
 * Opens a memory's file for this thread alone; folder and file are made, for this user, where they are missing.
 * @throws RefusedFile, in words, when it is in use, of a newer version or of another program; Error when there can be no
 * file there.
 */
export function openMemoryFile(file: string): OpenedFile {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  refuseForeign(file);
  try {
    return { connection: open(file), trouble: null };
  } catch (error) {
    if (!isDamage(error) && !(error instanceof Damage)) throw inWords(error, file);
    const aside = setAside(file);
    const connection = open(file);
    const { items, complete } = rescue(aside, connection);
    const rest = complete
      ? 'All of its items could be read'
      : `${items === 1 ? '1 item' : `${items} items`} could be read`;
    return {
      connection,
      trouble:
        `The memory's file was damaged (${reasonOf(error)}). ${rest}, and are in a new file; ` +
        `the damaged one is kept as ${path.basename(aside)}.`,
    };
  }
}

/** SQLite writes a file when it opens it: what is not ours is known by its first bytes. */
function refuseForeign(file: string): void {
  if (!existsSync(file)) return;
  const header = Buffer.alloc(HEADER_BYTES);
  const handle = openSync(file, 'r');
  const length = readSync(handle, header);
  closeSync(handle);
  if (length < HEADER_BYTES || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return;
  refuse(path.basename(file), {
    version: header.readUInt32BE(60),
    application: header.readUInt32BE(68),
    // The schema cookie: how often the tables were changed.
    hasTables: header.readUInt32BE(40) > 0,
  });
}

/** https://sqlite.org/fileformat2.html#the_database_header */
const HEADER_BYTES = 100;

/** The check at opening found something wrong. */
class Damage extends Error {}

function open(file: string): Connection {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  const database = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
  try {
    // Nobody else reads or writes it: what is in RAM stays true, and there is no shared memory on disk.
    // 16 MiB of its pages are kept in RAM: SQLite's own 2 hold less than one question reads of a large index.
    database.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -16384; ${DATABASE_SETTINGS}`);
    migrate(database, path.basename(file));
    const verdict = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {})[0];
    if (verdict !== 'ok') throw new Damage(String(verdict));
    return new Connection(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Renames a file with its log. @returns its new path. */
function setAside(file: string): string {
  const base = `${file}.broken-${new Date().toISOString().slice(0, 10)}`;
  let aside = base;
  for (let n = 2; SUFFIXES.some((suffix) => existsSync(aside + suffix)); n++) aside = `${base}-${n}`;
  for (const suffix of SUFFIXES) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  return aside;
}

/** SQLITE_BUSY and SQLITE_LOCKED. */
const IN_USE: readonly unknown[] = [5, 6];

function inWords(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || !IN_USE.includes(error.errcode)) return error;
  return new RefusedFile(`${path.basename(file)} is in use by another process. Close that, or name another file.`);
}
